// `postern keys`: personal API keys and those of an organization and its projects, over the API.

import type { Command } from 'commander';
import { group } from '../terminal/command-group.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { apiPath } from './api-client.ts';
import { type ApiOptions, apiCommand } from './api-commands.ts';

const COLUMNS = [
  ['Id', 'id'],
  ['Name', 'name'],
  ['Project', 'project_id'],
  ['Created', 'created_at'],
  ['Last used', 'last_used_at'],
  ['From', 'last_used_from_addr'],
] as const;

interface KeyOptions extends ApiOptions {
  readonly org?: string;
}

interface CreateOptions extends KeyOptions {
  readonly name: string;
  readonly project?: string;
}

const ORG = ['--org <id>', 'of that organization; without it your own'] as const;

export function addApiKeyCommands(program: Command, io: CommandIo): void {
  const keys = group(program, 'keys', 'API keys, over the API');
  apiCommand<KeyOptions>(
    io,
    keys
      .command('list')
      .description('list keys')
      .option(...ORG),
    async (tools, { org }) => {
      tools.printRows('API keys', COLUMNS, await tools.api.list(pathOf(org), 'keys'));
    },
  );
  const create = keys
    .command('create')
    .description('make a key; it is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .option(...ORG)
    .option('--project <id>', 'for that project of the organization only');
  apiCommand<CreateOptions>(io, create, async (tools, { org, name, project }) => {
    const made = await tools.api.post(pathOf(org), { key_name: name, project_id: project });
    tools.printRow(['id', 'name', 'key'], made);
  });
  const revoke = keys
    .command('revoke <id>')
    .description('revoke a key, at once')
    .option(...ORG);
  apiCommand<KeyOptions>(io, revoke, async (tools, { org }, [id]) => {
    tools.printRow(['id', 'name', 'revoked'], await tools.api.delete(`${pathOf(org)}${apiPath`/${id}`}`));
  });
}

function pathOf(org: string | undefined): string {
  return org === undefined ? '/api_keys' : apiPath`/organizations/${org}/api_keys`;
}
