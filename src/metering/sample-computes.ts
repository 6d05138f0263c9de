// One round of measuring; a server that cannot be sampled leaves a gap in the figures.

import { inFairTurns } from '../async/fair-turns.ts';
import { touchComputes } from '../catalogue/projects/compute-rows.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { ComputeId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { DialPolicy } from '../wire/dial/dial-policy.ts';
import { foldReading } from './fold-reading.ts';
import { lookAtAttached } from './readings/look-at-attached.ts';
import { lookAtServer } from './readings/look-at-server.ts';
import { listAttachedComputesUsedSince, listComputesOfHost, type SampledCompute } from './readings/sampled-computes.ts';
import {
  findReading,
  forgetReadings,
  type KeptReading,
  type ServerLook,
  type SourceId,
} from './readings/server-reading.ts';
import { type SuspendsComputes, suspendUnused } from './suspend-unused.ts';
import { listComputesWithTransfers } from './transfers.ts';

export const SAMPLING_INTERVAL_MS = 60_000;

/** How long an attached compute is measured after its last use through Postern. */
const ATTACHED_USE_LASTS_MS = 15 * 60_000;
/** A younger reading was taken by another node in this round. */
const YOUNGEST_READING_MS = 0.75 * SAMPLING_INTERVAL_MS;
const READINGS_ARE_KEPT_MS = 24 * 3_600_000;
/** With the limit on each look, a round ends before the next one is due. */
const ATTACHED_TURNS = { ofOwner: 2, atOnce: 16, startWithinMs: 40_000 };

interface MeasuredHost {
  readonly id: string;
  query(sql: string): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>;
}

export interface SamplingParts extends SuspendsComputes {
  readonly catalogue: Catalogue;
  /** Hosts that are running; a host that starts on first use is not started just to be measured. */
  readonly hosts: { listOpen(): Promise<readonly MeasuredHost[]> };
  readonly dialPolicy: DialPolicy;
  /** Computes that have connections through any node. Rejects when the fleet cannot be queried. */
  readonly computesInUse: () => Promise<ReadonlySet<ComputeId>>;
  readonly log: Log;
}

/** `due` skips sources that another node has just measured. */
export interface Round {
  readonly which: 'due' | 'all';
  readonly signal: AbortSignal;
}

interface Source {
  readonly id: SourceId;
  readonly kind: 'host' | 'attached';
  listComputes(): Promise<readonly SampledCompute[]>;
  look(previous: KeptReading | null, at: Date): Promise<ServerLook>;
}

/** Throws only when the catalogue is unavailable. */
export async function sampleComputes(parts: SamplingParts, round: Round): Promise<void> {
  const { catalogue } = parts;
  const now = catalogue.clock.now();
  const inUse = await findComputesInUse(parts);
  await touchComputes(catalogue, [...new Set([...(inUse ?? []), ...(await listComputesWithTransfers(catalogue))])]);
  const observed = new Set<ComputeId>();
  const ownProcesses = new Set<number>();
  const measure = async (source: Source): Promise<void> => {
    if (round.signal.aborted) return;
    for (const computeId of await measureSource(parts, { source, round, inUse: inUse ?? new Set() })) {
      observed.add(computeId);
    }
  };
  for (const host of await parts.hosts.listOpen()) await measure(hostSource(catalogue, { host, ownProcesses }));
  const usedSince = new Date(now.getTime() - ATTACHED_USE_LASTS_MS);
  const attached = await listAttachedComputesUsedSince(catalogue, usedSince);
  const turns = { ...ATTACHED_TURNS, ownerOf: ({ accountId }: SampledCompute) => accountId, signal: round.signal };
  // In another order each time, so that those that are left out are not always the same.
  const left = await inFairTurns(shuffled(attached), turns, (compute) =>
    measure(attachedSource(parts, { compute, ownProcesses, signal: round.signal })),
  );
  if (left.length > 0)
    parts.log.info({ event: 'metering.left_out', count: left.length }, 'attached servers were not measured in time');
  if (inUse !== null) await suspendUnused(parts, { observed, inUse });
  await forgetReadings(catalogue, new Date(now.getTime() - READINGS_ARE_KEPT_MS));
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

async function findComputesInUse({ computesInUse, log }: SamplingParts): Promise<ReadonlySet<ComputeId> | null> {
  try {
    return await computesInUse();
  } catch (error) {
    log.warn({ event: 'metering.computes_in_use_unknown', err: error }, 'cannot find out which computes are in use');
    return null;
  }
}

async function measureSource(
  { catalogue, log }: SamplingParts,
  { source, round, inUse }: { source: Source; round: Round; inUse: ReadonlySet<ComputeId> },
): Promise<readonly ComputeId[]> {
  const previous = await findReading(catalogue, source.id);
  const at = catalogue.clock.now();
  if (round.which === 'due' && previous !== null && at.getTime() - previous.readAt.getTime() < YOUNGEST_READING_MS) {
    return [];
  }
  let look: ServerLook;
  try {
    look = await source.look(previous, at);
  } catch (error) {
    if (!round.signal.aborted)
      log.warn({ event: 'metering.source_failed', err: error, source: source.id }, 'a server could not be measured');
    return [];
  }
  // Listed after the reading, so that nothing is missed of a compute created in the meantime.
  const computes = await source.listComputes();
  const outcome = await foldReading(catalogue, {
    sourceId: source.id,
    kind: source.kind,
    previous,
    look,
    at,
    computes,
    inUse,
  });
  if (outcome.kind !== 'folded') return [];
  await touchComputes(catalogue, outcome.usedComputes);
  return computes.map((compute) => compute.id);
}

function hostSource(
  catalogue: Catalogue,
  { host, ownProcesses }: { readonly host: MeasuredHost; readonly ownProcesses: Set<number> },
): Source {
  const ask = async (sql: string) => (await host.query(sql))[0]?.answer;
  return {
    id: `host:${host.id}`,
    kind: 'host',
    listComputes: () => listComputesOfHost(catalogue, host.id),
    look: (previous, at) => lookAtServer({ ask, scope: { kind: 'host' }, previous, at, ownProcesses }),
  };
}

function attachedSource(
  { catalogue, dialPolicy }: SamplingParts,
  seen: { readonly compute: SampledCompute; readonly ownProcesses: Set<number>; readonly signal: AbortSignal },
): Source {
  const { compute } = seen;
  return {
    id: `compute:${compute.id}`,
    kind: 'attached',
    listComputes: async () => [compute],
    look: (previous, at) => lookAtAttached({ catalogue, dialPolicy, ...seen, previous, at }),
  };
}
