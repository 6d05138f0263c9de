// Commands that work on the catalogue directly, for whoever runs the installation: people, organizations, projects,
// computes, keys, tokens. They act as Postern itself and need the installation's own configuration.

import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { createAccessToken } from '../catalogue/access-tokens.ts';
import { createPersonalKey } from '../catalogue/api-keys.ts';
import { SYSTEM_CONTEXT } from '../catalogue/audit-context.ts';
import { addMember } from '../catalogue/memberships.ts';
import { createOrganization } from '../catalogue/organizations.ts';
import { createUser } from '../catalogue/users.ts';
import { parseDuration } from '../duration.ts';
import { PosternError } from '../errors.ts';
import { type AccountId, type ComputeId, idFrom, type ProjectId } from '../ids.ts';
import { type CommandIo, readSecret } from './command-io.ts';
import { getAccountId, getPerson, personContext } from './find-by-name.ts';
import { type OutputFormat, printOne } from './print.ts';
import { type CatalogueTools, withCatalogue } from './with-catalogue.ts';

interface CommonOptions {
  readonly json?: boolean;
}

export function addCatalogueCommands(program: Command, io: CommandIo): void {
  addPersonCommands(program, io);
  addOrganizationCommands(program, io);
  addProjectCommands(program, io);
  addSecretCommands(program, io);
}

function addPersonCommands(program: Command, io: CommandIo): void {
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
    .action(async (email: string, options: CommonOptions & UserOptions) => {
      const asksPassword = options.passwordStdin === true || options.passwordFile !== undefined;
      const password = asksPassword ? await readSecret(io, { file: options.passwordFile }) : null;
      const made = await withCatalogue(io, ({ catalogue }) =>
        createUser(catalogue, SYSTEM_CONTEXT, {
          email,
          name: options.name,
          password,
          emailVerified: true,
          isOperator: options.operator === true,
        }),
      );
      printOne(io, { id: made.id, email: made.email, name: made.name, operator: made.isOperator }, formatOf(options));
    });
}

interface UserOptions {
  readonly name: string;
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
  readonly operator?: boolean;
}

function addOrganizationCommands(program: Command, io: CommandIo): void {
  const org = group(program, 'org', 'organizations, on this installation');
  org
    .command('create <name>')
    .description('create an organization')
    .requiredOption('--admin <email>', 'its first admin')
    .option('--json', 'print JSON')
    .action(async (name: string, options: CommonOptions & { admin: string }) => {
      const made = await withCatalogue(io, async ({ catalogue }) =>
        createOrganization(catalogue, SYSTEM_CONTEXT, { name, admin: await getPerson(catalogue, options.admin) }),
      );
      printOne(io, { id: made.id, name: made.name, plan: made.plan }, formatOf(options));
    });
  org
    .command('add-member <org> <email>')
    .description('make a person a member at once')
    .addOption(new Option('--role <role>', 'member role').choices(['admin', 'member']).default('member'))
    .option('--json', 'print JSON')
    .action(async (accountId: string, email: string, options: CommonOptions & { role: 'admin' | 'member' }) => {
      const made = await withCatalogue(io, async ({ catalogue }) =>
        addMember(catalogue, SYSTEM_CONTEXT, {
          accountId: idFrom<AccountId>(accountId),
          user: await getPerson(catalogue, email),
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

interface AttachOptions extends CommonOptions {
  readonly urlStdin?: boolean;
  readonly urlFile?: string;
  readonly readOnlyUrlFile?: string;
  readonly caFile?: string;
  readonly allowMd5?: boolean;
  readonly allowCleartext?: boolean;
}

function addProjectCommands(program: Command, io: CommandIo): void {
  const project = group(program, 'project', 'projects, on this installation');
  project
    .command('create <name>')
    .description('create a project with a database on a configured host')
    .requiredOption('--account <account>', "an organization's id or a person's e-mail")
    .option('--pg-version <version>', 'major version of Postgres', Number)
    .option('--region <region>', 'region of the host')
    .option('--json', 'print JSON')
    .action(async (name: string, options: CommonOptions & { account: string; pgVersion?: number; region?: string }) => {
      const made = await withCatalogue(io, async ({ catalogue, provisioning }) =>
        provisioning.createHostedProject(SYSTEM_CONTEXT, {
          name,
          accountId: await getAccountId(catalogue, options.account),
          pgVersion: options.pgVersion,
          regionId: options.region,
        }),
      );
      printOne(io, summaryOf(made), formatOf(options));
    });
  attachOptions(project.command('attach <name>').description('bring an existing Postgres as a project'))
    .requiredOption('--account <account>', "an organization's id or a person's e-mail")
    .action(async (name: string, options: AttachOptions & { account: string }) => {
      const input = await readAttachInput(io, options);
      const made = await withCatalogue(io, async ({ catalogue, provisioning }) => {
        const accountId = await getAccountId(catalogue, options.account);
        return await provisioning.attachProject(SYSTEM_CONTEXT, { ...input, name, accountId });
      });
      printOne(io, summaryOf(made), formatOf(options));
    });
  attachOptions(group(program, 'compute', 'computes of projects').command('add <project>'))
    .description('add a compute, such as a read replica, to a project')
    .addOption(new Option('--type <type>', 'what it takes').choices(['read_write', 'read_only']).default('read_write'))
    .option('--name <name>', 'its name in the picker')
    .action(async (id: string, options: AttachOptions & { type: 'read_write' | 'read_only'; name?: string }) => {
      const input = await readAttachInput(io, options);
      const place = { projectId: idFrom<ProjectId>(id), type: options.type, name: options.name ?? null };
      const made = await withCatalogue(io, ({ provisioning }) =>
        provisioning.addCompute(SYSTEM_CONTEXT, { ...input, ...place }),
      );
      printOne(io, { id: made.id, project_id: made.projectId, type: made.type, state: made.state }, formatOf(options));
    });
}

function attachOptions(command: Command): Command {
  return command
    .option('--url-stdin', 'read the postgres:// URL from standard input')
    .option('--url-file <path>', 'read the postgres:// URL from a file')
    .option('--read-only-url-file <path>', 'URL of a role that cannot write, for read-only access')
    .option('--ca-file <path>', 'PEM certificates to verify the server by')
    .option('--allow-md5', 'allow md5 authentication over verified TLS')
    .option('--allow-cleartext', 'allow cleartext passwords over verified TLS')
    .option('--json', 'print JSON');
}

async function readAttachInput(io: CommandIo, options: AttachOptions) {
  if (options.urlStdin !== true && options.urlFile === undefined) {
    throw new PosternError('invalid_input', { params: { problem: 'give the URL by --url-stdin or --url-file' } });
  }
  return {
    url: await readSecret(io, { file: options.urlFile }),
    ca: options.caFile === undefined ? null : await readFile(options.caFile, 'utf8'),
    readOnlyUrl: options.readOnlyUrlFile === undefined ? null : await readSecret(io, { file: options.readOnlyUrlFile }),
    allowMd5: options.allowMd5 === true,
    allowCleartext: options.allowCleartext === true,
  };
}

interface TokenOptions extends CommonOptions {
  readonly name: string;
  readonly compute: string;
  readonly owner?: string;
  readonly database?: string;
  readonly role?: string;
  readonly readOnly?: boolean;
  readonly allow?: string;
  readonly life: string;
}

function addSecretCommands(program: Command, io: CommandIo): void {
  group(program, 'key', 'API keys')
    .command('create <email>')
    .description('make a personal API key; it is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--json', 'print JSON')
    .action(async (email: string, options: CommonOptions & { name: string }) => {
      const made = await withCatalogue(io, async ({ catalogue }) =>
        createPersonalKey(catalogue, await personContext(catalogue, email), { name: options.name }),
      );
      printOne(io, { id: made.apiKey.id, name: made.apiKey.name, key: made.key.reveal() }, formatOf(options));
    });
  group(program, 'token', 'access tokens: passwords for clients that cannot show a link')
    .command('create')
    .description('make an access token; its secret is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--compute <id>', 'the compute that it opens')
    .option('--owner <email>', "a person: the token ends with that person's access; without it the account's own")
    .option('--database <name>', "a database; without it the project's first")
    .option('--role <name>', 'a database role; without it the first that fits the access')
    .option('--read-only', 'by a role that cannot write')
    .option('--allow <networks>', 'networks from which it may be used, by comma')
    .option('--life <duration>', 'how long it works', '30d')
    .option('--json', 'print JSON')
    .action(async (options: TokenOptions) => {
      const made = await withCatalogue(io, (tools) => makeToken(tools, options));
      const { accessToken, secret } = made;
      const shown = { user: accessToken.id, password: secret.reveal(), expires_at: accessToken.expiresAt };
      printOne(io, { name: accessToken.name, ...shown }, formatOf(options));
    });
}

async function makeToken({ catalogue }: CatalogueTools, options: TokenOptions) {
  const lifeMs = parseDuration(options.life);
  if (lifeMs === null)
    throw new PosternError('invalid_input', { params: { problem: '--life is a duration like 30d' } });
  const context = options.owner === undefined ? SYSTEM_CONTEXT : await personContext(catalogue, options.owner);
  return await createAccessToken(catalogue, context, {
    name: options.name,
    computeId: idFrom<ComputeId>(options.compute),
    owner: options.owner === undefined ? 'account' : 'self',
    database: options.database ?? null,
    databaseRole: options.role ?? null,
    access: options.readOnly === true ? 'read_only' : 'read_write',
    allowedNetworks: options.allow?.split(',').map((network) => network.trim()) ?? [],
    lifeMs,
  });
}

function summaryOf(made: Awaited<ReturnType<CatalogueTools['provisioning']['attachProject']>>) {
  const { project, compute, databases, roles } = made;
  return {
    id: project.id,
    name: project.name,
    account_id: project.accountId,
    pg_version: project.pgVersion,
    compute_id: compute.id,
    databases: databases.map((database) => database.name),
    roles: roles.map((role) => role.name),
  };
}

/** The sub-command group of that name; several files may add to one. */
function group(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}

function formatOf(options: CommonOptions): OutputFormat {
  return options.json === true ? 'json' : 'table';
}
