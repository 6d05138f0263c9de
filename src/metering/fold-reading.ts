// Makes a look at a server the latest reading and adds what was consumed since the one before to the frames: one
// transaction, so that no reading counts twice or half.

import { sql, type Transaction } from 'kysely';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Schema } from '../catalogue/schema.ts';
import type { AccountId, ComputeId } from '../ids.ts';
import { type Attribution, attributeNothing, attributeWal } from './attribute-wal.ts';
import { type FrameRow, frameRows, type PeriodStart } from './frame-rows.ts';
import { groupBy } from './group-by.ts';
import { replaceReading, type SourceId } from './kept-readings.ts';
import { measureCompute, type TwoReadings } from './measure-compute.ts';
import type { SampledCompute } from './sampled-computes.ts';
import type { KeptReading, ServerLook, ServerReading } from './server-reading.ts';
import { takeTransfers } from './transfers.ts';
import { writeFrames } from './write-frames.ts';

/** Longer between two readings counts as not observed: how the time passed meanwhile would be a guess. */
export const LONGEST_OBSERVED_GAP_MS = 5 * 60_000;

export interface Folding {
  readonly sourceId: SourceId;
  readonly kind: TwoReadings['kind'];
  /** As it was before the look. */
  readonly previous: KeptReading | null;
  readonly look: ServerLook;
  readonly at: Date;
  readonly computes: readonly SampledCompute[];
  /** Those that have connections through Postern. */
  readonly inUse: ReadonlySet<ComputeId>;
}

/**
 * `began`: there is no earlier reading that this one could continue. `not_later` (another node's clock is ahead) and
 * `other_node_was_faster`: nothing was written.
 */
export type FoldOutcome =
  | { readonly kind: 'folded'; readonly usedComputes: readonly ComputeId[] }
  | { readonly kind: 'began' }
  | { readonly kind: 'not_later' }
  | { readonly kind: 'other_node_was_faster' };

export async function foldReading(catalogue: Catalogue, folding: Folding): Promise<FoldOutcome> {
  const { previous, look, at } = folding;
  if (previous !== null && isShortlyBefore(at, previous.readAt)) return { kind: 'not_later' };
  const before = continuedReading(folding);
  const attribution = before === null ? attributeNothing(look) : attributeWal(before.reading, look);
  const reading = completed(look, attribution);
  return catalogue.transaction(async (tx) => {
    if (!(await replaceReading(tx, { ...folding, previous, readAt: at, reading }))) {
      return { kind: 'other_node_was_faster' };
    }
    if (before === null) return { kind: 'began' };
    const readings = { kind: folding.kind, before, now: { at, reading }, writtenBytes: writtenBytes(attribution) };
    const { rows, usedComputes } = await measureAll(tx, folding, readings);
    await writeFrames(tx, rows);
    return { kind: 'folded', usedComputes };
  });
}

// Time that was counted is not counted again. Far ahead, it is the other clock that was wrong.
function isShortlyBefore(at: Date, readAt: Date): boolean {
  const aheadMs = readAt.getTime() - at.getTime();
  return aheadMs >= 0 && aheadMs <= LONGEST_OBSERVED_GAP_MS;
}

/** The previous reading when the look continues it; null after a gap, a restart of the server, or a clock set right. */
function continuedReading({ previous, look, at }: Folding): TwoReadings['before'] | null {
  if (previous === null || previous.reading === null) return null;
  const { readAt, reading } = previous;
  const elapsedMs = at.getTime() - readAt.getTime();
  const isObserved = elapsedMs > 0 && elapsedMs <= LONGEST_OBSERVED_GAP_MS;
  const isSameRun = reading.startedAt === look.startedAt && (reading.walPosition ?? 0) <= (look.walPosition ?? 0);
  return isObserved && isSameRun ? { at: readAt, reading } : null;
}

async function measureAll(
  tx: Transaction<Schema>,
  { computes, inUse }: Folding,
  readings: TwoReadings,
): Promise<{ rows: FrameRow[]; usedComputes: ComputeId[] }> {
  const ids = computes.map((compute) => compute.id);
  const transfers = await takeTransfers(tx, ids);
  const periods = await planPeriods(tx, [...new Set(computes.map((compute) => compute.accountId))], readings.now.at);
  const rows: FrameRow[] = [];
  const usedComputes: ComputeId[] = [];
  for (const compute of computes) {
    const seen = { transferredBytes: transfers.get(compute.id) ?? 0, isInUse: inUse.has(compute.id) };
    const measurement = measureCompute(compute, readings, seen);
    const [first, ...later] = periods.get(compute.accountId) ?? [];
    if (measurement === null || first === undefined) continue;
    rows.push(...frameRows(compute, measurement, [first, ...later]));
    if (measurement.wasUsed) usedComputes.push(compute.id);
  }
  return { rows, usedComputes };
}

/** The accounts' periods that a span of at most `LONGEST_OBSERVED_GAP_MS` before `at` may lie in, ascending. */
async function planPeriods(
  tx: Transaction<Schema>,
  accountIds: readonly AccountId[],
  at: Date,
): Promise<ReadonlyMap<AccountId, PeriodStart[]>> {
  const rows = await tx
    .selectFrom('plan_periods')
    .select(['id', 'account_id as accountId', 'started_at as startedAt'])
    .where(sql<boolean>`account_id = any(${accountIds})`)
    .where((expression) =>
      expression.or([
        expression('ended_at', 'is', null),
        expression('ended_at', '>', new Date(at.getTime() - LONGEST_OBSERVED_GAP_MS)),
      ]),
    )
    .orderBy('started_at')
    .execute();
  return groupBy(rows, (row) => row.accountId);
}

function completed(look: ServerLook, { byDatabase, unattributedBytes }: Attribution): ServerReading {
  return {
    ...look,
    unattributedWalBytes: unattributedBytes,
    databases: look.databases.map((database) => ({
      ...database,
      keptWalBytes: byDatabase === null ? null : (byDatabase.get(database.id)?.keptBytes ?? 0),
    })),
  };
}

function writtenBytes({ byDatabase }: Attribution): ReadonlyMap<number, number> | null {
  if (byDatabase === null) return null;
  return new Map([...byDatabase].map(([id, wal]) => [id, wal.writtenBytes]));
}
