// `postern user`, `postern org`: people and organizations of this installation. Acts as the system.

import { type Command, Option } from 'commander';
import { addMember, createOrganization } from '../actions/organizations/change-organization.ts';
import { changeEmail } from '../actions/people/recover-account.ts';
import { createUser, vouchForEmail } from '../actions/people/sign-up.ts';
import type { User } from '../catalogue/accounts/users.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { type AccountId, idFrom } from '../ids.ts';
import { getPerson, getPersonOfAnyEmail } from './find-by-name.ts';
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
      const { name, operator } = options;
      const input = { email, name, password, emailVerified: true, isOperator: operator === true };
      const made = await withCatalogue(io, (tools) => createUser(tools, SYSTEM_CONTEXT, input));
      printOne(io, { id: made.id, email: made.email, name: made.name, operator: made.isOperator }, options);
    });
  addEmailCommands(user, io);
}

function addEmailCommands(user: Command, io: CommandIo): void {
  const changed = (made: User, options: PrintOptions) => {
    const { id, email, emailVerified: email_verified, name, isOperator: operator } = made;
    printOne(io, { id, email, email_verified, name, operator }, options);
  };
  user
    .command('show <person>')
    .description('show a person, by id or e-mail, and whether the e-mail is verified')
    .option('--json', 'print JSON')
    .action(async (person: string, options: PrintOptions) =>
      changed(await withCatalogue(io, ({ catalogue }) => getPersonOfAnyEmail(catalogue, person)), options),
    );
  user
    .command('verify <person>')
    .description('answer for the e-mail of a person, whose shares and invitations it then opens')
    .option('--json', 'print JSON')
    .action(async (person: string, options: PrintOptions) => {
      const made = await withCatalogue(io, async (tools) => {
        // By id where it is not verified: whoever holds an address is not always its owner.
        const { id: userId } = await getPerson(tools.catalogue, person);
        return await vouchForEmail(tools, SYSTEM_CONTEXT, { userId });
      });
      changed(made, options);
    });
  user
    .command('set-email <person> <email>')
    .description('give a person another e-mail, which you answer for; the old one is free')
    .option('--json', 'print JSON')
    .action(async (person: string, email: string, options: PrintOptions) => {
      const made = await withCatalogue(io, async (tools) => {
        const { id: userId } = await getPersonOfAnyEmail(tools.catalogue, person);
        return await changeEmail(tools, SYSTEM_CONTEXT, { userId, email });
      });
      changed(made, options);
    });
}

export function addOrganizationCommands(program: Command, io: CommandIo): void {
  const org = group(program, 'org', 'organizations, on this installation');
  org
    .command('create <name>')
    .description('create an organization')
    .requiredOption('--admin <person>', 'its first admin, by verified e-mail or id')
    .option('--json', 'print JSON')
    .action(async (name: string, options: PrintOptions & { admin: string }) => {
      const made = await withCatalogue(io, async (tools) =>
        createOrganization(tools, SYSTEM_CONTEXT, { name, admin: await getPerson(tools.catalogue, options.admin) }),
      );
      printOne(io, { id: made.id, name: made.name, plan: made.plan }, options);
    });
  org
    .command('add-member <org> <email>')
    .description('make a person a member at once, by verified e-mail or id')
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
