// `postern key` and `postern token`: secrets that are printed once, when they are created.

import type { Command } from 'commander';
import { createAccessToken, createPersonalKey } from '../actions/keys/change-keys.ts';
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
    .option('--max-connections <count>', 'how many connections it may hold at a time', Number, 20)
    .option('--life <duration>', 'how long it works', '30d')
    .option('--json', 'print JSON')
    .action(async (options: TokenOptions) => {
      const made = await withCatalogue(io, (tools) => makeToken(tools, options));
      const { accessToken, secret } = made;
      const shown = { user: accessToken.id, password: secret.reveal(), expires_at: accessToken.expiresAt };
      printOne(io, { name: accessToken.name, ...shown }, options);
    });
}

async function makeToken(tools: CatalogueTools, options: TokenOptions) {
  const lifeMs = parseDuration(options.life);
  if (lifeMs === null) throw new PosternError('token_life_invalid');
  const context = options.owner === undefined ? SYSTEM_CONTEXT : await personContext(tools.catalogue, options.owner);
  return await createAccessToken(tools, context, {
    name: options.name,
    computeId: idFrom<ComputeId>(options.compute),
    owner: options.owner === undefined ? 'account' : 'self',
    database: options.database ?? null,
    databaseRole: options.role ?? null,
    access: options.readOnly === true ? 'read_only' : 'read_write',
    allowedNetworks: options.allow?.split(',').map((network) => network.trim()) ?? [],
    maxConnections: options.maxConnections,
    lifeMs,
  });
}
