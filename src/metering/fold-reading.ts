// Stores a reading and adds what was consumed since the last, in one transaction so it counts once.

import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { ComputeId } from '../ids.ts';
import { type FoldedComputes, foldComputes } from './fold-computes.ts';
import { type Attribution, attributeNothing, attributeWal } from './readings/attribute-wal.ts';
import { compareReadings, type TwoReadings } from './readings/compare-readings.ts';
import {
  type KeptReading,
  replaceReading,
  type ServerLook,
  type ServerReading,
  type SourceId,
} from './readings/server-reading.ts';

/** After a longer gap, how the time passed would be a guess: it counts as not observed. */
const LONGEST_OBSERVED_GAP_MS = 5 * 60_000;

export interface Folding extends FoldedComputes {
  readonly sourceId: SourceId;
  readonly kind: TwoReadings['kind'];
  readonly previous: KeptReading | null;
  readonly look: ServerLook;
  readonly at: Date;
}

/** `not_later` (another node's clock is ahead), `other_node_was_faster`: nothing was written. */
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
    return { kind: 'folded', usedComputes: await foldComputes(tx, folding, compareReadings(readings)) };
  });
}

// Counted time is not counted again. A reading far in the future comes from a wrong clock.
function isShortlyBefore(at: Date, readAt: Date): boolean {
  const aheadMs = readAt.getTime() - at.getTime();
  return aheadMs >= 0 && aheadMs <= LONGEST_OBSERVED_GAP_MS;
}

/** Null after a gap, a server restart or a clock correction. */
function continuedReading({ previous, look, at }: Folding): TwoReadings['before'] | null {
  if (previous === null || previous.reading === null) return null;
  const { readAt, reading } = previous;
  const elapsedMs = at.getTime() - readAt.getTime();
  const isObserved = elapsedMs > 0 && elapsedMs <= LONGEST_OBSERVED_GAP_MS;
  const isSameRun = reading.startedAt === look.startedAt && (reading.walPosition ?? 0) <= (look.walPosition ?? 0);
  return isObserved && isSameRun ? { at: readAt, reading } : null;
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
