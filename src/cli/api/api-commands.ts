// What the commands over the management API share: its address, the key, and how lists and objects
// are printed.

import type { Command } from 'commander';
import { PosternError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { cleanForLog, cleanUpstreamText } from '../../untrusted-text.ts';
import { type CommonOptions, formatOf } from '../terminal/command-group.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { printList, printOne } from '../terminal/print.ts';
import { ApiClient, type ApiRow } from './api-client.ts';

const DEFAULT_HOST = 'http://localhost:8080';

export interface ApiOptions extends CommonOptions {
  readonly apiHost?: string;
  readonly apiKey?: string;
}

/** What one command works with. */
export interface ApiTools {
  readonly api: ApiClient;
  /** Prints a table under its title, or a JSON array with every field. */
  printRows(
    title: string,
    columns: ReadonlyArray<readonly [heading: string, key: string]>,
    rows: readonly ApiRow[],
  ): void;
  /** Prints the named fields as lines, or everything as JSON. */
  printRow(fields: readonly string[], row: ApiRow): void;
}

/** Gives a command its options and an action that works with the API. */
export function apiCommand<Options extends ApiOptions>(
  io: CommandIo,
  command: Command,
  run: (tools: ApiTools, options: Options, args: readonly string[]) => Promise<void>,
): Command {
  return command
    .option('--api-host <url>', 'where the API is (POSTERN_API_HOST)')
    .option('--api-key <key>', 'the key; better in POSTERN_API_KEY, where other users of the machine do not see it')
    .option('--json', 'print JSON')
    .action(async () => {
      const options = command.opts<Options>();
      await run(apiTools(io, options), options, command.args);
    });
}

function apiTools(io: CommandIo, options: ApiOptions): ApiTools {
  const format = formatOf(options);
  return {
    api: new ApiClient({
      host: options.apiHost ?? given(io, 'POSTERN_API_HOST') ?? DEFAULT_HOST,
      key: new Secret(options.apiKey ?? requireKey(io)),
    }),
    printRows: (title, columns, rows) => {
      const shown = format === 'json' ? rows : rows.map((row) => forTerminal(row, cleanForLog));
      printList(io, { title, columns, rows: shown }, format);
    },
    printRow: (fields, row) => {
      const named = Object.fromEntries(fields.map((field) => [field, row[field]]));
      printOne(io, format === 'json' ? row : forTerminal(named, cleanUpstreamText), format);
    },
  };
}

/** Cleans names, which other people wrote, for the terminal. */
function forTerminal(row: ApiRow, clean: (text: string) => string): ApiRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? clean(value) : value]),
  );
}

function requireKey(io: CommandIo): string {
  const key = given(io, 'POSTERN_API_KEY');
  if (key !== null) return key;
  throw new PosternError('api_key_not_given');
}

/** An empty variable counts as unset. */
function given(io: CommandIo, name: string): string | null {
  const value = io.environment[name] ?? '';
  return value === '' ? null : value;
}

/** The object under that name in a reply such as `{"project": {…}}`. */
export function thingIn(reply: ApiRow, name: string): ApiRow {
  const thing = reply[name];
  return typeof thing === 'object' && thing !== null ? { ...thing } : {};
}
