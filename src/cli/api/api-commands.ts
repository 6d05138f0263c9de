// Adds the commands over the management API to the program, with what they share.

import type { Command, Option } from 'commander';
import { loadConfig } from '../../config/config.ts';
import { OutgoingAgent } from '../../config/outgoing-agent.ts';
import { PosternError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import { type CommandIo, group } from '../terminal/command-io.ts';
import { type Columns, printList, printOne } from '../terminal/print.ts';
import { ApiClient, type ApiRow } from './api-client.ts';

const DEFAULT_HOST = 'http://localhost:8080';

export interface ApiTools {
  readonly api: ApiClient;
  /** Prints a table under its title, or a JSON array with every field. */
  printRows(title: string, columns: Columns, rows: readonly ApiRow[]): void;
  printRow(fields: readonly string[], row: ApiRow): void;
  /** A line for people, on standard error. */
  remark(text: string): void;
}

/** The given options by their names in camelCase; flags are 'true'. */
type GivenOptions = Readonly<Record<string, string | undefined>>;

export interface ApiCommand {
  readonly description: string;
  readonly options?: readonly Option[];
  readonly run: (tools: ApiTools, options: GivenOptions, args: readonly string[]) => Promise<void>;
}

export function addApiGroup(
  { program, io }: { readonly program: Command; readonly io: CommandIo },
  { name, description, commands }: ApiGroup,
): void {
  const parent = group(program, name, description);
  for (const [usage, command] of Object.entries(commands)) addApiCommand({ parent, io }, usage, command);
}

export function addApiCommand(
  { parent, io }: { readonly parent: Command; readonly io: CommandIo },
  usage: string,
  { options = [], run, description }: ApiCommand,
): void {
  const command = parent.command(usage).description(description);
  for (const option of options) command.addOption(option);
  command
    .option('--api-host <url>', 'where the API is (POSTERN_API_HOST)')
    .option('--api-key <key>', 'the key; better in POSTERN_API_KEY, where other users of the machine do not see it')
    .option('--json', 'print JSON')
    .action(async () => {
      const given = Object.entries(command.opts<Record<string, unknown>>());
      const texts = Object.fromEntries(given.map(([option, value]) => [option, String(value)]));
      await run(apiTools(io, texts), texts, command.args);
    });
}

export interface ApiGroup {
  readonly name: string;
  readonly description: string;
  /** By what is typed behind the group's name: `remove <project> <id>`. */
  readonly commands: Readonly<Record<string, ApiCommand>>;
}

function apiTools(io: CommandIo, options: GivenOptions): ApiTools {
  const json = options.json === 'true';
  const host = options.apiHost ?? given(io, 'POSTERN_API_HOST') ?? DEFAULT_HOST;
  const key = options.apiKey ?? given(io, 'POSTERN_API_KEY');
  if (key === null) throw new PosternError('api_key_not_given');
  const remark = (text: string) => void io.stderr.write(`${text}\n`);
  const onUnderWay = () => remark('The change is made. What rested on it ends as soon as all stores answer again.');
  return {
    api: new ApiClient({ host, key: new Secret(key), fetch: outgoingAgent(io).fetch, onUnderWay }),
    printRows: (title, columns, rows) =>
      printList(io, { title, columns, rows: json ? rows : rows.map(shortened) }, { json }),
    printRow: (fields, row) => {
      const named = Object.fromEntries(fields.map((field) => [field, row[field]]));
      printOne(io, json ? row : named, { json });
    },
    remark,
  };
}

/** Names that other people wrote, cut for a table. */
function shortened(row: ApiRow): ApiRow {
  const cells = Object.entries(row);
  return Object.fromEntries(
    cells.map(([name, value]) => [name, typeof value === 'string' ? cleanForLog(value) : value]),
  );
}

/** Only these variables, since a client of the API need not have a server's configuration. */
function outgoingAgent({ environment }: CommandIo): OutgoingAgent {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  const own = [...names, 'POSTERN_CA_FILE'].map((name) => [name, environment[name]] as const);
  return new OutgoingAgent(loadConfig(Object.fromEntries(own)).outgoing);
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
