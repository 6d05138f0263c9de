// The API, the pages and the command line change nothing themselves: they call actions
// (docs/architecture.md, "Floors").

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Import, type ImportGraph, readImports } from './imports.ts';

const DOORS = /^src\/(http|cli)\//;

/** Modules that end access, make things real, or send mail. */
const FORBIDDEN = [/^src\/provisioning\//, /^src\/login\/grant\/grants\.ts$/, /^src\/fleet\/endings\//, /^src\/mail\//];

/** What opens parts and hands them on, without calling them. */
const OPENERS: ReadonlySet<string> = new Set([
  'src/cli/with-catalogue.ts → src/provisioning/open-provisioning.ts',
  'src/cli/with-catalogue.ts → src/mail/mailer.ts',
  'src/http/app/http-server.ts → src/mail/mailer.ts',
  'src/http/app/build-app.ts → src/mail/mailer.ts',
]);

const CHANGING_VERBS =
  /^(accept|add|agreeTo|apply|approve|attach|break|cancel|change|confirm|convert|create|decide|decline|delete|deny|disable|enable|end|file|finish|insert|invite|leave|link|move|nameGlass|note|prune|put|record|register|remember|remove|rename|replace|request|resend|reset|resolve|restore|reveal|review|revoke|set|share|signIn|signUp|test|touch|transfer|unlink|unname|unshare|use|vouch|withdraw)[A-Z]/;

/** Of the catalogue's functions whose names sound like a change, those that a door may call. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  useApiKey: 'authenticates a call, and notes when the key was used',
  useOauthToken: 'authenticates a call, and notes when the token was used',
  useScimKey: 'authenticates a call, and notes when the key was used',
};

const CHANGING_CALLS =
  /\b(liveConnections\.(end|cancelQuery|notify|drain|recheck)\w*|grants\.(create|use|revoke)\w*|provisioning\.(?!list)\w+|mailer\.send)\(/gi;

let graph: ImportGraph;

beforeAll(async () => {
  graph = await readImports();
});

describe('the API, the pages and the command line', () => {
  it('import nothing that ends access, makes things real or sends mail', () => {
    const wrong = graph.imports.filter(isForbidden).map(inWords);
    expect(wrong.filter((each) => !OPENERS.has(each))).toEqual([]);
  });

  it('import no function of the catalogue that changes something', () => {
    const changing = graph.modules
      .filter((module) => DOORS.test(module))
      .flatMap((module) => namesFromCatalogue(module).map((name) => ({ module, name })))
      .filter(({ name }) => name === '*' || (CHANGING_VERBS.test(name) && EXCEPTIONS[name] === undefined));
    expect(changing).toEqual([]);
  });

  it('call no method that ends access, makes things real or sends mail', () => {
    const calls = graph.modules
      .filter((module) => DOORS.test(module))
      .flatMap((module) => changingCallsOf(module).map((call) => `${module}: ${call}`));
    expect(calls).toEqual([]);
    expect(changingCallsOf('src/actions/define-action.ts')).toEqual(['liveConnections.endNow']);
  });
});

describe('the lists', () => {
  it('name only openers that are there', () => {
    const all = new Set(graph.imports.map(inWords));
    expect([...OPENERS].filter((each) => !all.has(each))).toEqual([]);
  });

  it('name only exceptions that are there', () => {
    const used = new Set(graph.modules.filter((module) => DOORS.test(module)).flatMap(namesFromCatalogue));
    expect(Object.keys(EXCEPTIONS).filter((name) => !used.has(name))).toEqual([]);
  });

  it('know every verb by which an action calls the catalogue', () => {
    const changes = graph.modules
      .filter((module) => module.startsWith('src/actions/'))
      .flatMap(namesFromCatalogue)
      .filter((name) => /^[a-z]/.test(name) && !READING_VERBS.test(name));
    expect(changes.length).toBeGreaterThan(30);
    expect(changes.filter((name) => !CHANGING_VERBS.test(name))).toEqual([]);
  });
});

const READING_VERBS = /^(adminsOver|account|audit|find|get|is|judge|list|may|require|verify)/;

function isForbidden({ from, to }: Import): boolean {
  return DOORS.test(from) && FORBIDDEN.some((pattern) => pattern.test(to));
}

/** Of methods of parts, such as `liveConnections.end`. */
function changingCallsOf(module: string): string[] {
  return [...readFileSync(module, 'utf8').matchAll(CHANGING_CALLS)].map(([, call = '']) => call);
}

function inWords({ from, to }: Import): string {
  return `${from} → ${to}`;
}

/**
 * Values that a module imports from the catalogue, by the names under which they are exported; `*`
 * for all of a file.
 */
function namesFromCatalogue(module: string): string[] {
  const source = readFileSync(module, 'utf8');
  const imports = source.matchAll(/^import (?!type )([^;]*?) from '(?:\.\.\/)+catalogue\/[^']+';/gm);
  return [...imports].flatMap(([, clause = '']) => {
    if (clause.startsWith('*')) return ['*'];
    return clause
      .replace(/[{}\s]+/g, ' ')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '' && !part.startsWith('type '))
      .map((part) => part.split(' as ')[0] ?? '');
  });
}
