// `postern key` and `postern token`: secrets that are printed once, when they are created.

import type { Command } from 'commander';
import { createAccessToken, createPersonalKey, trustWorkload } from '../actions/keys/change-keys.ts';
import { parseConditions } from '../catalogue/rights/workload.ts';
import { SYSTEM_CONTEXT } from '../catalogue/trail/audit-context.ts';
import { parseDuration } from '../duration.ts';
import { PosternError } from '../errors.ts';
import { type ComputeId, idFrom } from '../ids.ts';
import { personContext } from './find-by-name.ts';
import { type CommandIo, group } from './terminal/command-io.ts';
import { type PrintOptions, printOne } from './terminal/print.ts';
import { type CatalogueTools, withCatalogue } from './with-catalogue.ts';

interface TokenOptions extends PrintOptions {
  readonly name: string;
  readonly compute: string;
  readonly owner?: string;
  readonly database?: string;
  readonly role?: string;
  readonly readOnly?: boolean;
  readonly allow?: string;
  readonly maxConnections: number;
  readonly life: string;
}

interface TrustOptions extends TokenOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly claim: readonly string[];
  readonly longestConnection?: string;
}

export function addSecretCommands(program: Command, io: CommandIo): void {
  group(program, 'key', 'API keys')
    .command('create <email>')
    .description('make a personal API key; it is shown this once')
    .requiredOption('--name <name>', 'what it is for')
    .option('--json', 'print JSON')
    .action(async (email: string, options: PrintOptions & { name: string }) => {
      const made = await withCatalogue(io, async (tools) =>
        createPersonalKey(tools, await personContext(tools.catalogue, email), { name: options.name }),
      );
      printOne(io, { id: made.apiKey.id, name: made.apiKey.name, key: made.key.reveal() }, options);
    });
  const tokens = group(program, 'token', 'access tokens: passwords for clients that cannot show a link');
  addTokenCreate(tokens, io);
  addTokenTrust(tokens, io);
}

function addTokenCreate(tokens: Command, io: CommandIo): void {
  const create = tokens
    .command('create')
    .description('make an access token; its secret is shown this once')
    .option('--life <duration>', 'how long it works', '30d');
  withTokenOptions(create).action(async (options: TokenOptions) => {
    const { accessToken, secret } = await withCatalogue(io, async (tools) =>
      createAccessToken(tools, await tokenContext(tools, options), tokenInput(options)),
    );
    const shown = { user: accessToken.id, password: secret.reveal(), expires_at: accessToken.expiresAt };
    printOne(io, { name: accessToken.name, ...shown }, options);
  });
}

function addTokenTrust(tokens: Command, io: CommandIo): void {
  const trust = tokens
    .command('trust')
    .description('let a program in by the tokens of its own issuer (CI, Kubernetes), without a secret')
    .requiredOption('--issuer <url>', 'whose tokens they are, as "iss" says')
    .requiredOption('--audience <text>', 'for whom the tokens are, as "aud" says')
    .requiredOption('--claim <name=value...>', 'what a claim must be; a * at the end stands for anything')
    .option('--longest-connection <duration>', 'how long a connection may last')
    .option('--life <duration>', 'how long this works', '366d');
  withTokenOptions(trust).action(async (options: TrustOptions) => {
    const token = await withCatalogue(io, async (tools) =>
      trustWorkload(tools, await tokenContext(tools, options), {
        ...tokenInput(options),
        workload: workloadOf(options),
      }),
    );
    printOne(io, { name: token.name, user: token.id, expires_at: token.expiresAt }, options);
  });
}

function withTokenOptions(command: Command): Command {
  return command
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--compute <id>', 'the compute that it opens')
    .option('--owner <email>', "a person: the token ends with that person's access; without it the account's own")
    .option('--database <name>', "a database; without it the project's first")
    .option('--role <name>', 'a database role; without it the first that fits the access')
    .option('--read-only', 'by a role that cannot write')
    .option('--allow <networks>', 'networks from which it may be used, by comma')
    .option('--max-connections <count>', 'how many connections it may hold at a time', Number, 20)
    .option('--json', 'print JSON');
}

async function tokenContext({ catalogue }: CatalogueTools, { owner }: TokenOptions) {
  return owner === undefined ? SYSTEM_CONTEXT : await personContext(catalogue, owner);
}

function tokenInput(options: TokenOptions) {
  return {
    name: options.name,
    computeId: idFrom<ComputeId>(options.compute),
    owner: options.owner === undefined ? 'account' : 'self',
    database: options.database ?? null,
    databaseRole: options.role ?? null,
    access: options.readOnly === true ? 'read_only' : 'read_write',
    allowedNetworks: options.allow?.split(',').map((network) => network.trim()) ?? [],
    maxConnections: options.maxConnections,
    lifeMs: durationOf(options.life),
  } as const;
}

function workloadOf({ issuer, audience, claim, longestConnection }: TrustOptions) {
  const longestConnectionMs = longestConnection === undefined ? null : durationOf(longestConnection);
  return { issuer, audience, conditions: parseConditions(claim), longestConnectionMs };
}

function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new PosternError('token_life_invalid');
  return ms;
}
