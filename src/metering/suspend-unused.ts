// Suspends hosted computes unused for longer than their setting allows; without a setting, never.

import { sql } from 'kysely';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { ComputeId } from '../ids.ts';
import type { Log } from '../log.ts';

export interface SuspendsComputes {
  readonly catalogue: Catalogue;
  /** Makes the host refuse new connections until the next login wakes the compute. */
  readonly suspend: (computeId: ComputeId) => Promise<void>;
  readonly log: Log;
}

interface Use {
  /** Computes measured just now; of others it is unknown whether they are in use. */
  readonly observed: ReadonlySet<ComputeId>;
  readonly inUse: ReadonlySet<ComputeId>;
}

/** A compute that cannot be suspended is logged and tried again in the next round. */
export async function suspendUnused({ catalogue, suspend, log }: SuspendsComputes, use: Use): Promise<void> {
  for (const computeId of await listUnused(catalogue)) {
    if (!use.observed.has(computeId) || use.inUse.has(computeId)) continue;
    try {
      await suspend(computeId);
      log.info({ event: 'metering.compute_suspended', compute_id: computeId }, 'suspended an unused compute');
    } catch (error) {
      log.warn(
        { event: 'metering.suspend_failed', err: error, compute_id: computeId },
        'an unused compute could not be suspended',
      );
    }
  }
}

// Neon API 2.7.3: SuspendTimeoutSeconds; 0 is the default, which here is never, as -1 is.
async function listUnused({ db, clock }: Catalogue): Promise<ComputeId[]> {
  const unusedSince = sql<Date>`greatest(last_active_at, started_at, created_at)`;
  const rows = await db
    .selectFrom('computes')
    .select('id')
    .where('state', '=', 'active')
    .where('host_id', 'is not', null)
    .where('suspend_timeout_seconds', '>', 0)
    .where(sql<boolean>`${unusedSince} + suspend_timeout_seconds * interval '1 second' <= ${clock.now()}`)
    .orderBy('id')
    .execute();
  return rows.map((row) => row.id);
}
