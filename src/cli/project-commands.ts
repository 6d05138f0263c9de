// `postern project`, `postern compute`. Acts as the system, so private addresses may be attached.

import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { attachCompute } from '../actions/computes/change-compute.ts';
import { attachProject, createProject } from '../actions/projects/change-project.ts';
import type { RegisteredProject } from '../catalogue/projects/register-project.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { PosternError } from '../errors.ts';
import { idFrom, type ProjectId } from '../ids.ts';
import { getAccountId } from './find-by-name.ts';
import { type CommandIo, group, readSecret } from './terminal/command-io.ts';
import { type PrintOptions, printOne } from './terminal/print.ts';
import { withCatalogue } from './with-catalogue.ts';

interface AttachOptions extends PrintOptions {
  readonly urlStdin?: boolean;
  readonly urlFile?: string;
  readonly readOnlyUrlFile?: string;
  readonly caFile?: string;
  readonly allowMd5?: boolean;
  readonly allowCleartext?: boolean;
}

export function addProjectCommands(program: Command, io: CommandIo): void {
  const project = group(program, 'project', 'projects, on this installation');
  project
    .command('create <name>')
    .description('create a project with a database on a configured host')
    .requiredOption('--account <account>', "an organization's id or a person's e-mail")
    .option('--pg-version <version>', 'major version of Postgres', Number)
    .option('--region <region>', 'region of the host')
    .option('--json', 'print JSON')
    .action(async (name: string, options: PrintOptions & { account: string; pgVersion?: number; region?: string }) => {
      const made = await withCatalogue(io, async (tools) =>
        createProject(tools, SYSTEM_CONTEXT, {
          name,
          accountId: await getAccountId(tools.catalogue, options.account),
          pgVersion: options.pgVersion,
          regionId: options.region,
        }),
      );
      printOne(io, summaryOf(made), options);
    });
  attachOptions(project.command('attach <name>').description('bring an existing Postgres as a project'))
    .requiredOption('--account <account>', "an organization's id or a person's e-mail")
    .action(async (name: string, options: AttachOptions & { account: string }) => {
      const input = await readAttachInput(io, options);
      const made = await withCatalogue(io, async (tools) => {
        const accountId = await getAccountId(tools.catalogue, options.account);
        return await attachProject(tools, SYSTEM_CONTEXT, { ...input, name, accountId });
      });
      printOne(io, summaryOf(made), options);
    });
  attachOptions(group(program, 'compute', 'computes of projects').command('add <project>'))
    .description('add a compute, such as a read replica, to a project')
    .addOption(new Option('--type <type>', 'what it takes').choices(['read_write', 'read_only']).default('read_write'))
    .option('--name <name>', 'its name in the picker')
    .action(async (id: string, options: AttachOptions & { type: 'read_write' | 'read_only'; name?: string }) => {
      const input = await readAttachInput(io, options);
      const place = { projectId: idFrom<ProjectId>(id), type: options.type, name: options.name ?? null };
      const made = await withCatalogue(io, (tools) => attachCompute(tools, SYSTEM_CONTEXT, { ...input, ...place }));
      printOne(io, { id: made.id, project_id: made.projectId, type: made.type, state: made.state }, options);
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
    throw new PosternError('url_not_given');
  }
  return {
    url: await readSecret(io, { file: options.urlFile }),
    ca: options.caFile === undefined ? null : await readFile(options.caFile, 'utf8'),
    readOnlyUrl: options.readOnlyUrlFile === undefined ? null : await readSecret(io, { file: options.readOnlyUrlFile }),
    allowMd5: options.allowMd5 === true,
    allowCleartext: options.allowCleartext === true,
  };
}

function summaryOf(made: RegisteredProject) {
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
