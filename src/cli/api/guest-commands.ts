// `postern guests`, `postern computes`: the guests and computes of a project, over the API.

import type { Command } from 'commander';
import { group } from '../terminal/command-group.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { apiPath } from './api-client.ts';
import { apiCommand } from './api-commands.ts';

const GUEST_COLUMNS = [
  ['Id', 'id'],
  ['Email', 'granted_to_email'],
  ['Since', 'granted_at'],
] as const;
const GUEST_FIELDS = GUEST_COLUMNS.map(([, field]) => field);
const COMPUTE_COLUMNS = [
  ['Id', 'id'],
  ['Name', 'name'],
  ['Type', 'type'],
  ['State', 'current_state'],
  ['Links', 'passwordless_access'],
  ['Last active', 'last_active'],
] as const;

export function addApiGuestCommands(program: Command, io: CommandIo): void {
  const guests = group(program, 'guests', 'people with whom a project is shared, over the API');
  const pathOf = (project: string | undefined) => apiPath`/projects/${project}/permissions`;
  apiCommand(io, guests.command('list <project>').description('list guests'), async (tools, _options, [project]) => {
    tools.printRows('Guests', GUEST_COLUMNS, await tools.api.list(pathOf(project), 'project_permissions'));
  });
  const add = guests.command('add <project> <email>').description('share a project; the person is told by mail');
  apiCommand(io, add, async (tools, _options, [project, email]) => {
    tools.printRow(GUEST_FIELDS, await tools.api.post(pathOf(project), { email }));
  });
  const remove = guests.command('remove <project> <id>').description('end a share, and what rests on it');
  apiCommand(io, remove, async (tools, _options, [project, id]) => {
    tools.printRow(GUEST_FIELDS, await tools.api.delete(apiPath`/projects/${project}/permissions/${id}`));
  });
}

export function addApiComputeCommands(program: Command, io: CommandIo): void {
  const computes = group(program, 'computes', 'computes of a project, over the API');
  const list = computes.command('list <project>').description('list computes');
  apiCommand(io, list, async (tools, _options, [project]) => {
    tools.printRows(
      'Computes',
      COMPUTE_COLUMNS,
      await tools.api.list(apiPath`/projects/${project}/endpoints`, 'endpoints'),
    );
  });
}
