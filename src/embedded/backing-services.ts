// What the configuration does not name is started here: Postgres for the catalogue and for hosted projects, Redis, and the
// sealing key. Whoever uses the result cannot tell embedded services from configured ones.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import { Secret } from '../secret.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { startEmbeddedRedis } from './embedded-redis.ts';
import { ensureSecretKey } from './secret-key-file.ts';

/** A Postgres server that hosts projects; an embedded one may start when it is first asked for. */
export interface ProjectHost {
  readonly id: string;
  readonly pgVersion: number;
  readonly regionId: string;
  readonly startsOnFirstUse: boolean;
  /** URL of a role that may create roles and databases. */
  url(): Promise<Secret>;
}

export interface BackingServices {
  readonly databaseUrl: Secret;
  readonly redisUrl: Secret;
  readonly secretKeys: readonly Secret[];
  /** The first is the default. */
  readonly hosts: readonly ProjectHost[];
  /** Stops what was started here. */
  close(): Promise<void>;
}

const CATALOGUE_DATABASE = 'postern';
const EMBEDDED_REGION = 'embedded';
/** Besides the default version: what the package registry ships for this platform, started on first use. */
const OTHER_VERSIONS = [16] as const;

/** Starts what is not configured. When one part fails, the others are stopped again and the error is passed on. */
export async function startBackingServices(config: Config, log: Log): Promise<BackingServices> {
  const closers: Array<() => Promise<void>> = [];
  const close = async () => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };
  try {
    const dataDir = resolve(config.dataDir);
    const databases = await startDatabases(config, { dataDir, log, closers });
    const redisUrl = config.redisUrl ?? (await startRedis(closers));
    const secretKeys = config.secretKeys ?? [await ensureSecretKey(dataDir)];
    return { ...databases, redisUrl, secretKeys, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Starting {
  readonly dataDir: string;
  readonly log: Log;
  readonly closers: Array<() => Promise<void>>;
}

async function startDatabases(
  config: Config,
  starting: Starting,
): Promise<Pick<BackingServices, 'databaseUrl' | 'hosts'>> {
  const configured = config.hosts.map((host) => ({
    ...host,
    startsOnFirstUse: false,
    url: () => Promise.resolve(host.url),
  }));
  if (config.databaseUrl !== null) return { databaseUrl: config.databaseUrl, hosts: configured };
  const postgres = await startEmbeddedPostgres({ dataDir: starting.dataDir, log: starting.log, version: 18 });
  starting.closers.push(() => postgres.close());
  const databaseUrl = await ensureCatalogueDatabase(postgres.adminUrl);
  if (configured.length > 0) return { databaseUrl, hosts: configured };
  const url = withoutTls(postgres.adminUrl);
  const defaultHost = embeddedHost(18, { startsOnFirstUse: false, url: () => Promise.resolve(url) });
  const others = OTHER_VERSIONS.map((version) =>
    embeddedHost(version, { startsOnFirstUse: true, url: startedOnce(version, starting) }),
  );
  return { databaseUrl, hosts: [defaultHost, ...others] };
}

/** A host that has projects from an earlier run is started at once, since their computes are dialled directly. */
function startedOnce(version: (typeof OTHER_VERSIONS)[number], starting: Starting): () => Promise<Secret> {
  const memo: { url: Promise<Secret> | null } = { url: null };
  const start = async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: starting.dataDir, log: starting.log, version });
    starting.closers.push(() => postgres.close());
    return withoutTls(postgres.adminUrl);
  };
  const url = () => {
    memo.url ??= start().catch((error: unknown) => {
      memo.url = null;
      throw error;
    });
    return memo.url;
  };
  if (existsSync(join(starting.dataDir, `postgres-${version}`))) {
    url().catch((error: unknown) => starting.log.error({ err: error, version }, 'an embedded host did not start'));
  }
  return url;
}

function embeddedHost(version: number, start: Pick<ProjectHost, 'startsOnFirstUse' | 'url'>): ProjectHost {
  return { id: `embedded-${version}`, pgVersion: version, regionId: EMBEDDED_REGION, ...start };
}

async function startRedis(closers: Starting['closers']): Promise<Secret> {
  const redis = await startEmbeddedRedis();
  closers.push(() => redis.close());
  return redis.url;
}

async function ensureCatalogueDatabase(adminUrl: Secret): Promise<Secret> {
  const client = new pg.Client({ connectionString: adminUrl.reveal() });
  await client.connect();
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [CATALOGUE_DATABASE]);
    if (found.rowCount === 0) {
      await client.query(`CREATE DATABASE ${CATALOGUE_DATABASE}`);
      // Hosted projects live on the same server: their roles must not enter the catalogue.
      await client.query(`REVOKE ALL ON DATABASE ${CATALOGUE_DATABASE}, postgres, template1 FROM PUBLIC`);
    }
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl.reveal());
  url.pathname = `/${CATALOGUE_DATABASE}`;
  return new Secret(url.href);
}

/** The embedded server listens on loopback only and has no certificate. */
function withoutTls(adminUrl: Secret): Secret {
  const url = new URL(adminUrl.reveal());
  url.searchParams.set('sslmode', 'disable');
  return new Secret(url.href);
}
