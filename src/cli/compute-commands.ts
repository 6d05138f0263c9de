// `postern compute policy`, which adds to the account's policy, and `postern compute password`, for
// one that was changed on an attached server.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { changeComputePolicy } from '../actions/computes/change-compute.ts';
import { renewRolePassword } from '../actions/databases/change-databases-and-roles.ts';
import { getCompute } from '../catalogue/projects/computes.ts';
import { type PolicySettings, policySettingsSchema } from '../catalogue/rights/policy.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { parseDuration } from '../duration.ts';
import { PosternError } from '../errors.ts';
import { type ComputeId, idFrom } from '../ids.ts';
import { type CommandIo, group, readSecret } from './terminal/command-io.ts';
import { type PrintOptions, printOne } from './terminal/print.ts';
import { withCatalogue } from './with-catalogue.ts';

interface PolicyOptions extends PrintOptions {
  readonly link?: 'yes' | 'no';
  readonly replication?: 'yes' | 'no';
  readonly readOnly?: 'yes' | 'no';
  readonly allow?: string;
  readonly longestGrant?: number;
  readonly longestKeylessGrant?: number;
  readonly longestConnection?: number;
  readonly idleTimeout?: number;
  readonly maxConnections?: number;
  readonly freshSignIn?: number;
}

interface PasswordOptions extends PrintOptions {
  readonly role: string;
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
}

export function addComputePasswordCommand(program: Command, io: CommandIo): void {
  group(program, 'compute', 'computes of projects')
    .command('password <compute>')
    .description(
      'keep the new password of a role on an attached server, after it was changed there; ends remembered approvals and ' +
        'connections with the role',
    )
    .requiredOption('--role <name>', 'the database role')
    .option('--password-stdin', 'read the password from standard input')
    .option('--password-file <path>', 'read the password from a file')
    .option('--json', 'print JSON')
    .action(async (id: string, options: PasswordOptions) => {
      const { passwordStdin, passwordFile: file, role: databaseRole } = options;
      if (passwordStdin !== true && file === undefined) {
        throw new PosternError('password_not_given');
      }
      const computeId = idFrom<ComputeId>(id);
      const password = await readSecret(io, { file });
      const role = await withCatalogue(io, (tools) =>
        renewRolePassword(tools, SYSTEM_CONTEXT, { computeId, databaseRole, password }),
      );
      printOne(io, { compute_id: computeId, role: role.name }, options);
    });
}

export function addComputePolicyCommand(program: Command, io: CommandIo): void {
  group(program, 'compute', 'computes of projects')
    .command('policy <compute>')
    .description(
      'show what a compute allows of connections, or change what is given; a change ends remembered approvals, and ' +
        'the connections that it no longer allows',
    )
    .addOption(yesOrNo('--link <yes|no>', 'whether people may log in by link'))
    .addOption(yesOrNo('--replication <yes|no>', 'whether replication connections are allowed'))
    .addOption(yesOrNo('--read-only <yes|no>', 'whether only read-only access is allowed by link'))
    .option('--allow <networks>', 'networks from which clients may come, by comma; empty: from anywhere')
    .option('--longest-grant <duration>', 'how long a grant may last; 0s: every connection is asked for', milliseconds)
    .option(
      '--longest-keyless-grant <duration>',
      'the same for terminals without a key; 0s: a key is needed',
      milliseconds,
    )
    .option('--longest-connection <duration>', 'how long a connection may last', milliseconds)
    .option('--idle-timeout <duration>', 'end connections idle for so long; 0s: as the account says', milliseconds)
    .option('--max-connections <count>', 'live connections of everybody together; 0: as the account says', count)
    .option(
      '--fresh-sign-in <duration>',
      'who lets a terminal in signed in at most so long ago; 0s: as the account says',
      milliseconds,
    )
    .option('--json', 'print JSON')
    .action(async (id: string, options: PolicyOptions) => {
      const computeId = idFrom<ComputeId>(id);
      const changes = changesOf(options);
      const policy = await withCatalogue(io, async (tools) => {
        const { compute } = await getCompute(tools.catalogue, SYSTEM_CONTEXT, { computeId });
        if (Object.keys(changes).length === 0) return compute.policy;
        // A compute that the console closed to links opens only when its switch is on, too.
        const passwordlessAccess = changes.linkLogin === true ? true : undefined;
        const changed = { computeId, policy: { ...compute.policy, ...changes }, passwordlessAccess };
        return (await changeComputePolicy(tools, SYSTEM_CONTEXT, changed)).policy;
      });
      printOne(io, { compute_id: computeId, ...policy }, options);
    });
}

function yesOrNo(flags: string, description: string): Option {
  return new Option(flags, description).choices(['yes', 'no']);
}

function milliseconds(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError('not a duration like 90s, 2m or 8h');
  return ms;
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('not a number like 20');
  return Number(text);
}

/** Settings for the options that were given. Throws `invalid_input`. */
function changesOf(options: PolicyOptions): PolicySettings {
  const { link, replication, readOnly, allow, longestGrant, longestKeylessGrant, longestConnection } = options;
  const { idleTimeout, maxConnections, freshSignIn } = options;
  const parsed = policySettingsSchema.safeParse({
    ...(link !== undefined && { linkLogin: link === 'yes' }),
    ...(replication !== undefined && { replication: replication === 'yes' }),
    ...(readOnly !== undefined && { readOnlyOnly: readOnly === 'yes' }),
    ...(allow !== undefined && {
      allowedNetworks: allow
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    }),
    ...(longestGrant !== undefined && { longestGrantMs: longestGrant }),
    ...(longestKeylessGrant !== undefined && { longestKeylessGrantMs: longestKeylessGrant }),
    ...(longestConnection !== undefined && { longestConnectionMs: longestConnection }),
    ...(idleTimeout !== undefined && { idleTimeoutMs: idleTimeout || null }),
    ...(maxConnections !== undefined && { maxConnections: maxConnections || undefined }),
    ...(freshSignIn !== undefined && { freshSignInMs: freshSignIn || undefined }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PosternError('invalid_field', {
    params: { field: issue?.path.join('.') ?? 'policy', rule: issue?.message ?? 'invalid' },
  });
}
