// The documents that are made from the code, as they must read. `npm run docs` writes them, a test
// compares them.

import { CONFIG_VARIABLES } from '../../src/config/config-variables.ts';
import type { ErrorEntry } from '../../src/error-table/error-entry.ts';
import { ENDINGS, ERRORS } from '../../src/error-table/error-table.ts';
import { clientRows } from '../field/client-table.ts';
import { readDocument } from './read-document.ts';

const CLIENTS_HEAD = '| client | link | grant | access token | how |';

/** The whole text of each generated file, by its path. */
export function generatedDocuments(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/configuration.md', configurationDocument()],
    ['docs/errors.md', errorsDocument()],
    ['docs/clients.md', clientsDocument()],
  ]);
}

function configurationDocument(): string {
  const rows = Object.entries(CONFIG_VARIABLES).map(([name, variable]) => {
    const byDefault = variable.default === '' ? '–' : `\`${variable.default}\``;
    return `| \`${name}\` | ${byDefault} | ${variable.meaning} |`;
  });
  return lines(
    '# Configuration',
    '',
    'Every environment variable with its default and its meaning.',
    '',
    'Made from `src/config/config-variables.ts` by `npm run docs`. `npm run postern -- config` prints each with its value',
    'and where that comes from. Durations are written `90s`, `2m`, `8h`; lists by comma; networks as `10.0.0.0/8`. A start',
    'warns of a `POSTERN_` variable that does not exist.',
    '',
    '| variable | default | meaning |',
    '|---|---|---|',
    ...rows,
  );
}

/** Only its table is made: the last row, about a use, and the text around it stay. */
function clientsDocument(): string {
  const document = readDocument('docs/clients.md');
  const head = document.indexOf(CLIENTS_HEAD);
  const lastRow = document.indexOf('', head) - 1;
  return [...document.slice(0, head + 2), ...clientRows(), ...document.slice(lastRow)].join('\n');
}

function errorsDocument(): string {
  return lines(
    '# Errors',
    '',
    'Every way in which a connection, a page or a call of the API can be refused, and what to do next.',
    '',
    'Made from `src/error-table/` by `npm run docs`. Codes are stable: logs, metrics, the audit trail and tests name them.',
    'Each `{…}` is filled in.',
    '',
    '## How a connection can end',
    '',
    'As the client sees it. An upstream that refuses keeps its own SQLSTATE and text.',
    '',
    '| reason | SQLSTATE | message | hint |',
    '|---|---|---|---|',
    ...entriesOf(ENDINGS).map(([code, error]) => errorRow([code, error.sqlstate], error)),
    '',
    '## Pages and the management API',
    '',
    'These besides those above, whose HTTP status is the one of the table in the code. A code may have several messages.',
    '',
    '| code | HTTP status | message | hint |',
    '|---|---|---|---|',
    ...entriesOf(ERRORS)
      .filter(([name]) => !(name in ENDINGS))
      .map(([name, error]) => errorRow([error.code ?? name, error.httpStatus], error)),
  );
}

function entriesOf(errors: Readonly<Record<string, ErrorEntry>>): [name: string, entry: ErrorEntry][] {
  return Object.entries(errors);
}

function errorRow(first: readonly (string | number)[], { message, hint }: ErrorEntry): string {
  return `| ${[...first, message, hint ?? '–'].join(' | ')} |`;
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
