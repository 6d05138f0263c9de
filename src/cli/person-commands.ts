// `postern user list`, `reset-link`, `disable` and their like: what operators do about people. Acts
// as the system, so that an operator who cannot sign in is helped, too.

import type { Command } from 'commander';
import * as people from '../actions/people/manage-people.ts';
import { createResetLink } from '../actions/people/recover-account.ts';
import type { User } from '../catalogue/accounts/users.ts';
import { type ListedPerson, listPeople } from '../catalogue/people/manage-people.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { getPersonOfAnyEmail } from './find-by-name.ts';
import { type CommandIo, group } from './terminal/command-io.ts';
import { type PrintOptions, printList, printOne } from './terminal/print.ts';
import { type CatalogueTools, withCatalogue } from './with-catalogue.ts';

const COLUMNS = { Email: 'email', Name: 'name', State: 'state', Operator: 'operator', 'Last seen': 'last_seen_at' };
const MOST_LISTED = 1_000;

export function addManagePeopleCommands(program: Command, io: CommandIo): void {
  const user = group(program, 'user', 'people');
  user
    .command('list [search]')
    .description('list people, by part of an e-mail or a name')
    .option('--json', 'print JSON')
    .action(async (search: string | undefined, options: PrintOptions) => {
      const asked = { search: search ?? '', offset: 0, limit: MOST_LISTED };
      const listed = await withCatalogue(io, ({ catalogue }) => listPeople(catalogue, SYSTEM_CONTEXT, asked));
      printList(io, { title: `People: ${listed.total}`, columns: COLUMNS, rows: listed.people.map(rowOf) }, options);
    });
  user
    .command('reset-link <person>')
    .description('print a link with which a person chooses a new password; it works once, within an hour')
    .option('--remove-second-factors', 'using it also removes passkeys, one-time codes and recovery codes')
    .option('--json', 'print JSON')
    .action(async (person: string, options: PrintOptions & { readonly removeSecondFactors?: true }) => {
      const removesFactors = options.removeSecondFactors === true ? 'yes' : 'no';
      const made = await onPerson(io, person, (tools, which) =>
        createResetLink(tools, SYSTEM_CONTEXT, { ...which, removesFactors }),
      );
      printOne(io, { 'reset-link': made.link, email: made.user.email, expires_at: made.expiresAt }, options);
    });
  for (const change of CHANGES) addChange(user, io, change);
  for (const ending of ENDINGS) addEndingCommand(user, io, ending);
}

interface Change {
  readonly name: string;
  readonly description: string;
  readonly act: (tools: CatalogueTools, which: { readonly userId: User['id'] }) => Promise<User>;
}

const CHANGES: readonly Change[] = [
  {
    name: 'enable',
    description: 'let a disabled person in again',
    act: (tools, which) => people.enablePerson(tools, SYSTEM_CONTEXT, which),
  },
  {
    name: 'make-operator',
    description: 'let a person run this installation',
    act: (tools, which) => people.setOperator(tools, SYSTEM_CONTEXT, { ...which, isOperator: true }),
  },
  {
    name: 'unmake-operator',
    description: 'take that away again',
    act: (tools, which) => people.setOperator(tools, SYSTEM_CONTEXT, { ...which, isOperator: false }),
  },
];

type Ending = Omit<Change, 'act'> & { readonly act: typeof people.disablePerson };

const ENDINGS: readonly Ending[] = [
  {
    name: 'disable',
    description: 'sign a person out everywhere, end all that they hold, and let them in no more',
    act: people.disablePerson,
  },
  {
    name: 'remove',
    description: 'remove a person for good; refused while projects or an organization would be left without anybody',
    act: people.removePerson,
  },
];

function addChange(user: Command, io: CommandIo, { name, description, act }: Change): void {
  user
    .command(`${name} <person>`)
    .description(description)
    .option('--json', 'print JSON')
    .action(async (person: string, options: PrintOptions) => {
      printOne(io, factsOf(await onPerson(io, person, act)), options);
    });
}

interface EndingOptions extends PrintOptions {
  readonly resetKnownPasswords?: true;
}

function addEndingCommand(user: Command, io: CommandIo, { name, description, act }: Ending): void {
  user
    .command(`${name} <person>`)
    .description(description)
    .option('--reset-known-passwords', 'replace the passwords of database roles that they were shown')
    .option('--json', 'print JSON')
    .action(async (person: string, options: EndingOptions) => {
      const passwords = options.resetKnownPasswords === true ? 'reset' : 'keep';
      const ended = await onPerson(io, person, (tools, which) => act(tools, SYSTEM_CONTEXT, { ...which, passwords }));
      const known = ended.knownPasswords.map(({ projectId, roleName, kind }) => ({
        project_id: projectId,
        role_name: roleName,
        status: kind,
      }));
      printOne(io, { ...factsOf(ended), known_passwords: known }, options);
    });
}

function onPerson<T>(
  io: CommandIo,
  person: string,
  act: (tools: CatalogueTools, which: { readonly userId: User['id'] }) => Promise<T>,
): Promise<T> {
  return withCatalogue(io, async (tools) => {
    const { id: userId } = await getPersonOfAnyEmail(tools.catalogue, person);
    return await act(tools, { userId });
  });
}

function factsOf({ id, email, name, isOperator, disabledAt }: User) {
  return { id, email, name, state: stateOf({ disabledAt }), operator: isOperator };
}

function rowOf(person: ListedPerson) {
  const { id, email, emailVerified, name, isOperator, lastSeenAt, organizations, createdAt } = person;
  return {
    id,
    email,
    email_verified: emailVerified,
    name,
    state: stateOf(person),
    operator: isOperator,
    organizations,
    last_seen_at: lastSeenAt,
    created_at: createdAt,
  };
}

function stateOf({ disabledAt }: Pick<User, 'disabledAt'>): 'active' | 'disabled' {
  return disabledAt === null ? 'active' : 'disabled';
}
