// Opens the catalogue: pool, migrations, the check of the sealing keys. What is kept in it belongs to the other files.

import { CompiledQuery, Kysely } from 'kysely';
import pg from 'pg';
import { BoundedWork } from '../bounded-work.ts';
import type { Clock } from '../clock.ts';
import type { NodeId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Secret } from '../secret.ts';
import type { Catalogue, CatalogueSettings } from './catalogue.ts';
import { migrateToLatest, prepareApplicationRole } from './migrate.ts';
import type { Schema } from './schema.ts';
import type { Sealer } from './sealing.ts';
import { checkSealingKeys } from './sealing-keys.ts';
import { CatalogueDialect } from './store-errors.ts';

export interface CatalogueOptions {
  readonly url: Secret;
  readonly log: Log;
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly nodeId: NodeId;
  readonly settings?: Partial<CatalogueSettings>;
}

const DEFAULT_SETTINGS: CatalogueSettings = {
  defaultPlan: 'business',
  organizationCreation: 'self_serve',
  sharing: 'admins',
};

// libuv has four threads by default; 50 who wait are served within two seconds.
const PASSWORD_WORK = { atOnce: 2, mostWaiting: 50 } as const;
const MAX_CONNECTIONS = 10;
const CONNECT_LIMIT_MS = 5_000;
const STATEMENT_LIMIT_MS = 15_000;
/** A migration may rewrite a table, or wait for another node that does. */
const NO_LIMIT = 0;
const IDLE_TRANSACTION_LIMIT_MS = 30_000;
// pg_type.oid of int8
const INT8_OID = 20;

/**
 * Migrates, then opens; several nodes may do so at once. The caller closes it.
 * Throws `store_unavailable` when Postgres cannot be reached, an Error when a sealing key is missing or wrong.
 */
export async function openCatalogue(options: CatalogueOptions): Promise<Catalogue> {
  const applicationRole = await migrate(options);
  const db = connect(options, {
    maxConnections: MAX_CONNECTIONS,
    statementLimitMs: STATEMENT_LIMIT_MS,
    role: applicationRole,
  });
  const catalogue: Catalogue = {
    db,
    sealer: options.sealer,
    nodeId: options.nodeId,
    clock: options.clock,
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
    passwordWork: new BoundedWork(PASSWORD_WORK),
    transaction: (work) => db.transaction().execute(work),
    close: () => db.destroy(),
  };
  try {
    await checkSealingKeys(catalogue);
    return catalogue;
  } catch (error) {
    await catalogue.close();
    throw error;
  }
}

/** Returns the role to work under, which has fewer rights than the one that migrates; null when there is none. */
async function migrate(options: CatalogueOptions): Promise<string | null> {
  const db = connect(options, { maxConnections: 2, statementLimitMs: NO_LIMIT, role: null });
  try {
    await migrateToLatest(db);
    return await prepareApplicationRole(db);
  } finally {
    await db.destroy();
  }
}

interface PoolUse {
  readonly maxConnections: number;
  readonly statementLimitMs: number;
  readonly role: string | null;
}

function connect(options: CatalogueOptions, use: PoolUse): Kysely<Schema> {
  const pool = new pg.Pool({
    connectionString: options.url.reveal(),
    max: use.maxConnections,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    statement_timeout: use.statementLimitMs,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_LIMIT_MS,
    application_name: `postern ${options.nodeId}`,
    keepAlive: true,
    // Counters and ids stay far below 2^53, so int8 arrives as a number.
    types: { getTypeParser: (oid, format) => (oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // The error itself carries the whole client.
  pool.on('error', (error) => options.log.warn({ cause: error.message }, 'an idle catalogue connection was lost'));
  // Whoever uses the connection learns of its loss by the query; unheard, the event would end the process.
  pool.on('connect', (client) => {
    client.on('error', (error) => options.log.debug({ err: error }, 'a catalogue connection was lost'));
  });
  return new Kysely<Schema>({
    dialect: new CatalogueDialect({
      pool,
      onCreateConnection: async (connection) => {
        if (use.role !== null) await connection.executeQuery(CompiledQuery.raw(`set role ${use.role}`));
      },
    }),
  });
}
