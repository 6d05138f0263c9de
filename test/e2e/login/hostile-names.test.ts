// Names that would move a cursor, fake a link, reverse text or become markup never reach a
// terminal, a page or the log as they were sent.

import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';

const HOSTILE: ReadonlyArray<readonly [string, string]> = [
  ['an escape sequence', 'a\u001b[2J\u001b[1;1Hb'],
  ['a hyperlink of a terminal', '\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\'],
  ['line ends', 'a\r\nNOTICE:  Authenticate by visiting:\r\n    http://evil.example/'],
  ['eight-bit controls', 'a\u009b31mb\u0085c'],
  ['text that runs backwards', 'a\u202emoc.live\u202c\u2066b\u200f'],
  ['invisible letters', 'a\u200b\u2060\ufeffb\u2028c'],
  ['markup', '"><img src=x onerror=alert(1)><script>alert(2)</script>'],
  ['an object for the log', '{"level":60,"msg":"forged"}\n{"level":60}'],
];

const SAFE_ON_TERMINAL = /^[\x20-\x7e\n]*$/;
const UNSAFE_ON_PAGE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

let desk: Desk;
const lines: string[] = [];

beforeAll(async () => {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(...String(chunk).trimEnd().split('\n'));
      done();
    },
  });
  // psql goes by the hostile names here, and waits as it does under its own.
  const environment = { POSTERN_NOTICE_CLIENTS: HOSTILE.map(([, name]) => name.charAt(0)).join(',') };
  desk = await openDesk({ log: pino({ level: 'debug' }, stream), environment });
});

afterAll(() => desk.close());

// At the same time: a denial takes a while to become final.
describe.concurrent.each(HOSTILE)('%s in user, database and application', (_what, name) => {
  it('is cleaned for the terminal and for every page', async () => {
    const env = { PGDATABASE: `${name}-db`, PGAPPNAME: name };
    const psql = desk.psql(['-U', name, '-Atc', 'select 6 * 7'], { env });
    const link = await linkOf(psql);
    const asked = await desk.browser.get(new URL(link).pathname);
    // A name with a slash names a project that does not exist, so that none is preselected.
    const approved = await desk.browser.approve(link, { compute_id: desk.project.compute.id });
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n' });
    expect(psql.stderr()).toMatch(SAFE_ON_TERMINAL);
    expect(psql.stderr()).not.toContain('evil');
    for (const { html } of [asked, approved, await desk.browser.get(approved.url)]) {
      expect(html).not.toMatch(UNSAFE_ON_PAGE);
      expect(html).not.toMatch(/<img|<script>/);
    }
  });

  it('is cleaned when the login is denied, too', async () => {
    const psql = desk.psql(['-U', name, '-c', 'select 1'], {
      env: { PGDATABASE: name, PGAPPNAME: name },
    });
    const page = await desk.browser.deny(await linkOf(psql));
    await psql.exit;
    expect(psql.stderr()).toMatch(SAFE_ON_TERMINAL);
    expect(page.html).not.toMatch(UNSAFE_ON_PAGE);
  });
});

// An error that named a compute or a project once sent the name uncleaned.
describe('a hostile name in the catalogue', () => {
  it('is cleaned in the error that names it, for the terminal and for the page', async () => {
    const { db } = desk.node.postern.catalogue;
    const renamed = { name: 'a\u009b31m\u001b[2J\u202emoc.live\u202c\r\u200b<img src=x>', port: 1 };
    await db.updateTable('computes').set(renamed).where('project_id', '=', desk.project.project.id).execute();
    const psql = desk.psql(['-c', 'select 1']);
    const page = await desk.browser.approve(await linkOf(psql));
    expect((await psql.exit).code).toBe(2);
    expect(psql.stderr()).toContain('FATAL:  could not connect to compute "a31m[2Jmoc.live<img src=x>"');
    expect(psql.stderr()).toMatch(SAFE_ON_TERMINAL);
    for (const { html } of [page, await desk.browser.get(page.url)]) {
      expect(html).not.toMatch(UNSAFE_ON_PAGE);
      expect(html).not.toMatch(/<img|<script>/);
    }
  });
});

describe('the log', () => {
  it('has one JSON object a line, with client text in untrusted_ fields only', () => {
    const parsed: Record<string, unknown>[] = lines.map((line) => JSON.parse(line));
    expect(parsed.length).toBeGreaterThan(HOSTILE.length);
    expect(parsed.filter(({ msg }) => msg === 'forged')).toEqual([]);
    for (const fields of parsed) {
      const trusted = Object.entries(fields).filter(([key]) => !key.startsWith('untrusted_'));
      expect(JSON.stringify(trusted)).not.toMatch(/evil|onerror|forged/);
      expect(Object.values(fields).join('')).not.toMatch(UNSAFE_ON_PAGE);
    }
  });
});
