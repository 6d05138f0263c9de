// `postern org`: organizations of this installation and their members. Acts as the system.

import { type Command, Option } from 'commander';
import { addMember } from '../actions/organizations/change-members.ts';
import { createOrganization } from '../actions/organizations/create-organization.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { type AccountId, idFrom } from '../ids.ts';
import { getPerson } from './find-by-name.ts';
import { type CommonOptions, formatOf, group } from './terminal/command-group.ts';
import type { CommandIo } from './terminal/command-io.ts';
import { printOne } from './terminal/print.ts';
import { withCatalogue } from './with-catalogue.ts';

export function addOrganizationCommands(program: Command, io: CommandIo): void {
  const org = group(program, 'org', 'organizations, on this installation');
  org
    .command('create <name>')
    .description('create an organization')
    .requiredOption('--admin <email>', 'its first admin')
    .option('--json', 'print JSON')
    .action(async (name: string, options: CommonOptions & { admin: string }) => {
      const made = await withCatalogue(io, async (tools) =>
        createOrganization(tools, SYSTEM_CONTEXT, { name, admin: await getPerson(tools.catalogue, options.admin) }),
      );
      printOne(io, { id: made.id, name: made.name, plan: made.plan }, formatOf(options));
    });
  org
    .command('add-member <org> <email>')
    .description('make a person a member at once')
    .addOption(new Option('--role <role>', 'member role').choices(['admin', 'member']).default('member'))
    .option('--json', 'print JSON')
    .action(async (accountId: string, email: string, options: CommonOptions & { role: 'admin' | 'member' }) => {
      const made = await withCatalogue(io, async (tools) =>
        addMember(tools, SYSTEM_CONTEXT, {
          accountId: idFrom<AccountId>(accountId),
          user: await getPerson(tools.catalogue, email),
          memberRole: options.role,
        }),
      );
      printOne(
        io,
        { id: made.id, org_id: made.accountId, user_id: made.userId, role: made.memberRole },
        formatOf(options),
      );
    });
}
