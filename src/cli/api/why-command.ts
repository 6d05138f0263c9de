// `postern why`, over the API: may this person reach this compute, and which rule says so?

import { type Command, Option } from 'commander';
import type { CommandIo } from '../terminal/command-io.ts';
import { apiPath } from './api-client.ts';
import { type ApiCommand, addApiCommand, thingIn } from './api-commands.ts';
import { userIdOf } from './rule-commands.ts';

const WHY: ApiCommand = {
  description: 'why a person may or may not reach a compute, by e-mail or id',
  options: [
    new Option('--project <id>', 'the project of the compute').makeOptionMandatory(),
    new Option('--role <role>', 'with this database role'),
    new Option('--database <name>', 'into this database'),
    new Option('--door <door>', 'by this door').choices(['link', 'token', 'role_password', 'oauth']).default('link'),
    new Option('--from <address>', 'from this address'),
    new Option('--at <time>', 'at this time, such as 2026-03-04T09:00:00+01:00; absent: now'),
  ],
  run: async ({ api, printRow }, options, [person = '', compute]) => {
    const { project, role, database, door, from, at } = options;
    const { org_id: org } = thingIn(await api.get(apiPath`/projects/${project}`), 'project');
    const query = {
      user_id: await userIdOf(api, String(org), person),
      endpoint_id: compute,
      door,
      role_name: role,
      database_name: database,
      address: from,
      at,
    };
    const answer = await api.get(apiPath`/projects/${project}/access_decision`, query);
    printRow(['decision', 'sentence', 'obstacles'], { ...answer, obstacles: answer.obstacles });
  },
};

export function addWhyCommand(parts: { readonly program: Command; readonly io: CommandIo }): void {
  addApiCommand({ io: parts.io, parent: parts.program }, 'why <person> <compute>', WHY);
}
