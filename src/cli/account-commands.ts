// `postern user`, `postern org`: people and organizations of this installation. Acts as the system.

import { type Command, Option } from 'commander';
import { addMember, createOrganization } from '../actions/organizations/change-organization.ts';
import { createUser } from '../actions/people/sign-up.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { type AccountId, idFrom } from '../ids.ts';
import { getPerson } from './find-by-name.ts';
import { type CommandIo, group, readSecret } from './terminal/command-io.ts';
import { type PrintOptions, printOne } from './terminal/print.ts';
import { withCatalogue } from './with-catalogue.ts';

interface UserOptions extends PrintOptions {
  readonly name: string;
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
  readonly operator?: boolean;
}

export function addPersonCommands(program: Command, io: CommandIo): void {
  const user = group(program, 'user', 'people');
  user
    .command('add <email>')
    .description('add a person, who signs in with this e-mail')
    .requiredOption('--name <name>', 'the name that others see')
    .option(
      '--password-stdin',
      'read the password from standard input; without it the person signs in by OpenID Connect',
    )
    .option('--password-file <path>', 'read the password from a file')
    .option('--operator', 'may run the installation')
    .option('--json', 'print JSON')
    .action(async (email: string, options: UserOptions) => {
      const asksPassword = options.passwordStdin === true || options.passwordFile !== undefined;
      const password = asksPassword ? await readSecret(io, { file: options.passwordFile }) : null;
      const made = await withCatalogue(io, (tools) =>
        createUser(tools, SYSTEM_CONTEXT, {
          email,
          name: options.name,
          password,
          emailVerified: true,
          isOperator: options.operator === true,
        }),
      );
      printOne(io, { id: made.id, email: made.email, name: made.name, operator: made.isOperator }, options);
    });
}

export function addOrganizationCommands(program: Command, io: CommandIo): void {
  const org = group(program, 'org', 'organizations, on this installation');
  org
    .command('create <name>')
    .description('create an organization')
    .requiredOption('--admin <email>', 'its first admin')
    .option('--json', 'print JSON')
    .action(async (name: string, options: PrintOptions & { admin: string }) => {
      const made = await withCatalogue(io, async (tools) =>
        createOrganization(tools, SYSTEM_CONTEXT, { name, admin: await getPerson(tools.catalogue, options.admin) }),
      );
      printOne(io, { id: made.id, name: made.name, plan: made.plan }, options);
    });
  org
    .command('add-member <org> <email>')
    .description('make a person a member at once')
    .addOption(new Option('--role <role>', 'member role').choices(['admin', 'member']).default('member'))
    .option('--json', 'print JSON')
    .action(async (accountId: string, email: string, options: PrintOptions & { role: 'admin' | 'member' }) => {
      const made = await withCatalogue(io, async (tools) =>
        addMember(tools, SYSTEM_CONTEXT, {
          accountId: idFrom<AccountId>(accountId),
          user: await getPerson(tools.catalogue, email),
          memberRole: options.role,
        }),
      );
      printOne(io, { id: made.id, org_id: made.accountId, user_id: made.userId, role: made.memberRole }, options);
    });
}
