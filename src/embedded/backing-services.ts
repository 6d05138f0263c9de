// Starts what the configuration does not name: Postgres, Redis, and the sealing key.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import type { Config } from '../config/config.ts';
import type { Log } from '../log.ts';
import { Secret } from '../secret.ts';
import { findRunningPostgres, startEmbeddedPostgres } from './postgres/embedded-postgres.ts';
import type { EmbeddedVersion } from './postgres/postgres-package.ts';
import { startEmbeddedRedis } from './redis/embedded-redis.ts';
import { ensureSecretKey } from './secret-key-file.ts';

export interface ProjectHost {
  readonly id: string;
  readonly pgVersion: number;
  readonly regionId: string;
  readonly startsOnFirstUse: boolean;
  /** URL of a role that may create roles and databases. */
  url(): Promise<Secret>;
}

export interface Stores {
  readonly databaseUrl: Secret;
  /** The first seals, all of them open. */
  readonly secretKeys: readonly [Secret, ...Secret[]];
  /** The first is the default. */
  readonly hosts: readonly ProjectHost[];
  close(): Promise<void>;
}

export interface BackingServices extends Stores {
  readonly redisUrl: Secret;
}

const CATALOGUE_DATABASE = 'postern';
const EMBEDDED_REGION = 'embedded';
/** Logins that may wait with the Redis in this process before it takes too long for each. */
const MOST_WAITING_EMBEDDED = 1_000;
/**
 * The catalogue and operators log in as the superuser: what is reserved no project can take. The
 * tables of locks, which all share, hold 76,800 each, for some 40 MB.
 */
const EMBEDDED_SETTINGS = {
  max_connections: '300',
  superuser_reserved_connections: '60',
  max_locks_per_transaction: '256',
  max_pred_locks_per_transaction: '256',
};
/** Besides the default version; started on first use. */
const OTHER_VERSIONS = [16] as const;

/** Starts what is not configured. When one part fails, the others are stopped again. */
export async function startBackingServices(config: Config, log: Log): Promise<BackingServices> {
  const stores = await startStores(config, { log, use: 'server' });
  try {
    if (config.redisUrl !== null) return { ...stores, redisUrl: config.redisUrl };
    const redis = await startEmbeddedRedis({ log, searchPath: process.env.PATH ?? '' });
    if (redis.kind === 'in_process') warnOfManyWaiting(config, log);
    const close = () => redis.close().finally(() => stores.close());
    return { ...stores, redisUrl: redis.url, close };
  } catch (error) {
    await stores.close();
    throw error;
  }
}

// It copies a whole collection at every access: each waiting login makes the others slower.
function warnOfManyWaiting({ limits: { waitingInTotal } }: Config, log: Log): void {
  if (waitingInTotal <= MOST_WAITING_EMBEDDED) return;
  log.warn(
    { event: 'embedded.redis_too_small', waiting: waitingInTotal, embedded: MOST_WAITING_EMBEDDED },
    'the embedded Redis is too slow for as many waiting logins as POSTERN_WAITING_TOTAL allows: ' +
      'install redis-server or valkey-server, or set REDIS_URL',
  );
}

/** All but Redis. The command line uses the embedded Postgres of a running server, if any. */
export async function startStores(
  config: Config,
  { log, use }: { log: Log; use: 'server' | 'command_line' },
): Promise<Stores> {
  const closers: Array<() => Promise<void>> = [];
  const close = async () => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };
  try {
    const dataDir = resolve(config.dataDir);
    const databases = await startDatabases(config, { dataDir, log, closers, use });
    const secretKeys: Stores['secretKeys'] = config.secretKeys ?? [await ensureSecretKey(dataDir)];
    return { ...databases, secretKeys, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Starting {
  readonly dataDir: string;
  readonly log: Log;
  readonly closers: Array<() => Promise<void>>;
  readonly use: 'server' | 'command_line';
}

async function startDatabases(config: Config, starting: Starting): Promise<Pick<Stores, 'databaseUrl' | 'hosts'>> {
  const configured = config.hosts.map((host) => ({
    ...host,
    startsOnFirstUse: false,
    url: () => Promise.resolve(host.url),
  }));
  if (config.databaseUrl !== null) return { databaseUrl: config.databaseUrl, hosts: configured };
  const adminUrl = await openEmbeddedPostgres(18, starting);
  const databaseUrl = await ensureCatalogueDatabase(adminUrl);
  if (configured.length > 0) return { databaseUrl, hosts: configured };
  const defaultHost = embeddedHost(18, { startsOnFirstUse: false, url: () => Promise.resolve(adminUrl) });
  const others = OTHER_VERSIONS.map((version) =>
    embeddedHost(version, { startsOnFirstUse: true, url: startedOnce(version, starting) }),
  );
  return { databaseUrl, hosts: [defaultHost, ...others] };
}

/** A host with projects of an earlier run starts at once: their computes are dialled directly. */
function startedOnce(version: EmbeddedVersion, starting: Starting): () => Promise<Secret> {
  const memo: { url: Promise<Secret> | null } = { url: null };
  const start = async () => await openEmbeddedPostgres(version, starting);
  const url = () => {
    memo.url ??= start().catch((error: unknown) => {
      memo.url = null;
      throw error;
    });
    return memo.url;
  };
  if (starting.use === 'server' && existsSync(join(starting.dataDir, `postgres-${version}`))) {
    url().catch((error: unknown) =>
      starting.log.error({ event: 'embedded.host_failed', err: error, version }, 'an embedded host did not start'),
    );
  }
  return url;
}

function embeddedHost(version: number, start: Pick<ProjectHost, 'startsOnFirstUse' | 'url'>): ProjectHost {
  return { id: `embedded-${version}`, pgVersion: version, regionId: EMBEDDED_REGION, ...start };
}

/** The superuser's URL; of a server that runs already, for the command line. */
async function openEmbeddedPostgres(
  version: EmbeddedVersion,
  { dataDir, log, closers, use }: Starting,
): Promise<Secret> {
  const running = use === 'command_line' ? await findRunningPostgres(dataDir, version) : null;
  if (running !== null) return running;
  const postgres = await startEmbeddedPostgres({ dataDir, log, version, settings: EMBEDDED_SETTINGS });
  closers.push(() => postgres.close());
  await closeSharedDatabases(postgres.adminUrl);
  return postgres.adminUrl;
}

/** Where roles of all projects could meet, make objects, and take locks that others wait for. */
async function closeSharedDatabases(adminUrl: Secret): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl.reveal() });
  await client.connect();
  try {
    await client.query('REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC');
  } finally {
    await client.end();
  }
}

async function ensureCatalogueDatabase(adminUrl: Secret): Promise<Secret> {
  const client = new pg.Client({ connectionString: adminUrl.reveal() });
  await client.connect();
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [CATALOGUE_DATABASE]);
    if (found.rowCount === 0) {
      await client.query(`CREATE DATABASE ${CATALOGUE_DATABASE}`);
      // Hosted projects live on the same server: their roles must not enter the catalogue.
      await client.query(`REVOKE ALL ON DATABASE ${CATALOGUE_DATABASE} FROM PUBLIC`);
    }
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl.reveal());
  url.pathname = `/${CATALOGUE_DATABASE}`;
  return new Secret(url.href);
}
