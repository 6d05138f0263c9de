// Opens the catalogue: pool, migrations, and the check of the sealing keys.

import { Kysely } from 'kysely';
import { ConcurrencyLimiter } from '../../async/concurrency-limiter.ts';
import type { Clock } from '../../clock.ts';
import { PosternError } from '../../errors.ts';
import type { NodeId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import type { Secret } from '../../secret.ts';
import type { Catalogue, CatalogueSettings } from './catalogue.ts';
import { CataloguePool, type PoolOptions } from './catalogue-pool.ts';
import { migrateToLatest, prepareApplicationRole } from './migrate.ts';
import { preparingPool } from './prepared-statement.ts';
import type { Schema } from './schema.ts';
import type { Sealer } from './sealing.ts';
import { checkSealingKeys } from './sealing-keys.ts';
import { CatalogueDialect, isCatalogueUnserving } from './store-errors.ts';

export interface CatalogueOptions {
  readonly url: Secret;
  readonly log: Log;
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly nodeId: NodeId;
  readonly settings?: Partial<CatalogueSettings>;
  /** `owner`: with all rights of the URL's role on the tables; absent: as the application role. */
  readonly workingAs?: 'application' | 'owner';
}

const DEFAULT_SETTINGS: CatalogueSettings = {
  defaultPlan: 'business',
  organizationCreation: 'self_serve',
  sharing: 'admins',
  mailsLinks: false,
};

// libuv has four threads by default; a queue of 50 is served within two seconds.
const PASSWORD_WORK = { atOnce: 2, mostWaiting: 50 } as const;
const MAX_CONNECTIONS = 10;
const STATEMENT_LIMIT_MS = 15_000;

/** Migrates first. The caller closes it. Throws `store_unavailable`, an Error for sealing keys. */
export async function openCatalogue(options: CatalogueOptions): Promise<Catalogue> {
  const applicationRole = await migrate(options);
  const awayListeners: Array<() => void> = [];
  const db = connect(options, {
    onAway: () => {
      for (const listener of awayListeners) listener();
    },
    maxConnections: MAX_CONNECTIONS,
    statementLimitMs: STATEMENT_LIMIT_MS,
    role: options.workingAs === 'owner' ? null : applicationRole,
  });
  const catalogue: Catalogue = {
    db,
    sealer: options.sealer,
    nodeId: options.nodeId,
    clock: options.clock,
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
    passwordWork: new ConcurrencyLimiter(PASSWORD_WORK),
    onAway: (listener) => void awayListeners.push(listener),
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

/** The role for the node's work, with fewer rights than the migrating one; null if none. */
async function migrate(options: CatalogueOptions): Promise<string | null> {
  await requireSessions(options);
  // A migration may rewrite a table, or wait for another node that is migrating.
  const db = connect(options, { maxConnections: 2, statementLimitMs: null, role: null, onAway: () => {} });
  try {
    await migrateToLatest(db);
    const role = await prepareApplicationRole(db);
    if (role === null) {
      options.log.info(
        { event: 'audit.guarded_by_triggers_only' },
        'the audit trail is append-only by triggers alone: see docs/operate.md, "Catalogue and backups"',
      );
    }
    return role;
  } finally {
    await db.destroy();
  }
}

/** Throws `store_unavailable` or TransactionPooler. */
async function requireSessions({ url, log, nodeId }: CatalogueOptions): Promise<void> {
  const use = { maxConnections: 2, statementLimitMs: STATEMENT_LIMIT_MS, role: null };
  const pool = new CataloguePool({ ...use, url, log, applicationName: `postern ${nodeId}` });
  try {
    await pool.requireSessions();
  } catch (error) {
    throw isCatalogueUnserving(error) ? new PosternError('store_unavailable', { cause: error }) : error;
  } finally {
    await pool.end();
  }
}

type PoolUse = Pick<PoolOptions, 'maxConnections' | 'statementLimitMs' | 'role'> & { readonly onAway: () => void };

function connect({ url, log, nodeId }: CatalogueOptions, { onAway, ...use }: PoolUse): Kysely<Schema> {
  const pool = new CataloguePool({ ...use, url, log, applicationName: `postern ${nodeId}` });
  return new Kysely<Schema>({ dialect: new CatalogueDialect({ pool: preparingPool(pool), onAway }) });
}
