// `postern projects`: personal projects and those of organizations, over the API.

import { type Command, InvalidArgumentError } from 'commander';
import { group } from '../terminal/command-group.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { apiPath } from './api-client.ts';
import { type ApiOptions, type ApiTools, apiCommand, thingIn } from './api-commands.ts';

const PAGE = '100';
const COLUMNS = [
  ['Id', 'id'],
  ['Name', 'name'],
  ['Region', 'region_id'],
  ['Postgres', 'pg_version'],
  ['Created', 'created_at'],
] as const;
const FIELDS = ['id', 'name', 'owner_id', 'region_id', 'pg_version', 'created_at'];

interface ListOptions extends ApiOptions {
  readonly org?: string;
  readonly search?: string;
  readonly shared?: boolean;
}

interface CreateOptions extends ApiOptions {
  readonly org?: string;
  readonly name?: string;
  readonly pgVersion?: number;
  readonly region?: string;
}

interface UriOptions extends ApiOptions {
  readonly database?: string;
  readonly role?: string;
}

interface TransferOptions extends ApiOptions {
  readonly from?: string;
  readonly to: string;
}

export function addApiProjectCommands(program: Command, io: CommandIo): void {
  const projects = group(program, 'projects', 'projects, over the API');
  addReadingCommands(projects, io);
  addChangingCommands(projects, io);
}

function addReadingCommands(projects: Command, io: CommandIo): void {
  const list = projects
    .command('list')
    .description('list projects, newest first')
    .option('--org <id>', 'of that organization; without it your own')
    .option('--search <text>', 'part of the name or id')
    .option('--shared', 'those that others share with you');
  apiCommand<ListOptions>(io, list, async (tools, { org, search, shared }) => {
    const path = shared === true ? '/projects/shared' : '/projects';
    const rows = await tools.api.list(path, 'projects', { org_id: org, search, limit: PAGE });
    tools.printRows('Projects', COLUMNS, rows);
  });
  apiCommand(io, projects.command('get <id>').description('show a project'), async (tools, _options, [id]) => {
    tools.printRow(FIELDS, thingIn(await tools.api.get(apiPath`/projects/${id}`), 'project'));
  });
  const uri = projects
    .command('connection-string <id>')
    .description('print a URI for psql and drivers, password included')
    .option('--database <name>', "without it the project's own")
    .option('--role <name>', "without it the project's own");
  apiCommand<UriOptions>(io, uri, async (tools, options, [id = '']) => {
    const names = await ownNames(tools, id);
    const query = { database_name: options.database ?? names.database, role_name: options.role ?? names.role };
    tools.printRow(['uri'], await tools.api.get(apiPath`/projects/${id}/connection_uri`, query));
  });
}

function addChangingCommands(projects: Command, io: CommandIo): void {
  const create = projects
    .command('create')
    .description('make a project; its connection string is shown')
    .option('--name <name>', 'without it the id')
    .option('--org <id>', 'owned by that organization; without it by you')
    .option('--pg-version <version>', 'major version of Postgres', wholeNumber)
    .option('--region <region>', 'region of the host');
  apiCommand<CreateOptions>(io, create, async (tools, { name, org, pgVersion, region }) => {
    const project = { name, org_id: org, pg_version: pgVersion, region_id: region };
    const reply = await tools.api.post('/projects', { project });
    const [uri] = Array.isArray(reply.connection_uris) ? reply.connection_uris : [];
    const connection_uri = Object(uri).connection_uri;
    tools.printRow([...FIELDS, 'connection_uri'], { ...thingIn(reply, 'project'), connection_uri });
  });
  const rename = projects.command('rename <id> <name>').description('rename a project');
  apiCommand(io, rename, async (tools, _options, [id, name]) => {
    tools.printRow(FIELDS, thingIn(await tools.api.patch(apiPath`/projects/${id}`, { project: { name } }), 'project'));
  });
  const remove = projects.command('delete <id>').description('delete a project for good, with its databases');
  apiCommand(io, remove, async (tools, _options, [id]) => {
    tools.printRow(['id', 'name'], thingIn(await tools.api.delete(apiPath`/projects/${id}`), 'project'));
  });
  const transfer = projects
    .command('transfer <ids...>')
    .description('move projects to an organization, all or none')
    .option('--from <org>', 'from that organization; without it from you')
    .requiredOption('--to <org>', 'the organization');
  apiCommand<TransferOptions>(io, transfer, async (tools, { from, to }, ids) => {
    const path = from === undefined ? '/users/me/projects/transfer' : apiPath`/organizations/${from}/projects/transfer`;
    await tools.api.post(path, { destination_org_id: to, project_ids: ids });
    tools.printRow(['moved', 'to'], { moved: ids.length, to });
  });
}

function wholeNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number, such as 16.');
}

/** The first database and role of the default branch. */
async function ownNames({ api }: ApiTools, id: string): Promise<{ database: string; role: string }> {
  const branches = await api.list(apiPath`/projects/${id}/branches`, 'branches');
  const branchId = String(branches.find((each) => each.default === true)?.id ?? '');
  const branch = apiPath`/projects/${id}/branches/${branchId}`;
  const [database] = await api.list(`${branch}/databases`, 'databases');
  const [role] = await api.list(`${branch}/roles`, 'roles');
  return { database: String(database?.name ?? ''), role: String(role?.name ?? '') };
}
