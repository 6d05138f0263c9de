// What one compute consumed between two readings of its server. Pure; a figure that the server cannot tell is null.

import { activeWithin, type TimeSpan } from './active-time.ts';
import type { SampledCompute } from './sampled-computes.ts';
import type { DatabaseReading, ServerReading } from './server-reading.ts';

/** Two readings of one run of the server, and how much WAL each database wrote between them. */
export interface TwoReadings {
  readonly kind: 'host' | 'attached';
  readonly before: { readonly at: Date; readonly reading: ServerReading };
  readonly now: { readonly at: Date; readonly reading: ServerReading };
  readonly writtenBytes: ReadonlyMap<number, number> | null;
}

/** What Postern itself saw of the compute meanwhile. */
export interface SeenByPostern {
  readonly transferredBytes: number;
  readonly isInUse: boolean;
}

export interface Measurement {
  readonly span: TimeSpan;
  readonly wasUsed: boolean;
  readonly computeTimeMs: number | null;
  readonly writtenBytes: number | null;
  readonly transferredBytes: number;
  readonly logicalSizeBytes: number | null;
  readonly keptWalBytes: number | null;
}

/** Null when the compute was not there before the second reading. */
export function measureCompute(
  compute: SampledCompute,
  readings: TwoReadings,
  seen: SeenByPostern,
): Measurement | null {
  const { before, now } = readings;
  const from = new Date(Math.max(compute.createdAt.getTime(), before.at.getTime()));
  if (from >= now.at) return null;
  const span = { from, to: now.at };
  const changes = databaseChanges(compute, readings);
  const wasUsed = seen.isInUse || seen.transferredBytes > 0 || changes.some((change) => change.wasUsed);
  const measured = { span, wasUsed, transferredBytes: seen.transferredBytes };
  if (compute.role === 'further_of_branch') {
    const busyMs = readings.kind === 'attached' ? sum(changes, ({ busyMs }) => busyMs) : 0;
    return { ...measured, computeTimeMs: busyMs, writtenBytes: 0, logicalSizeBytes: 0, keptWalBytes: 0 };
  }
  return {
    ...measured,
    computeTimeMs: sum(changes, ({ busyMs }) => busyMs),
    writtenBytes: sum(changes, ({ writtenBytes }) => writtenBytes),
    logicalSizeBytes: sum(changes, ({ now: { sizeBytes } }) => sizeBytes),
    keptWalBytes: sum(changes, ({ now: { keptWalBytes } }) => keptWalBytes),
  };
}

/** How much of a part of the span the compute was active, in ms. */
export function activeMs(compute: SampledCompute, measurement: Measurement, part: TimeSpan): number {
  return measurement.wasUsed ? activeWithin(compute, part) : 0;
}

interface DatabaseChange {
  readonly now: DatabaseReading;
  readonly wasUsed: boolean;
  readonly busyMs: number | null;
  readonly writtenBytes: number | null;
}

function databaseChanges(compute: SampledCompute, { kind, before, now, writtenBytes }: TwoReadings): DatabaseChange[] {
  const names = new Set(compute.databases);
  const databasesBefore = new Map(before.reading.databases.map((database) => [database.id, database]));
  return now.reading.databases
    .filter(({ name }) => name !== null && names.has(name))
    .map((database) => {
      // A host is read as a whole, so that a database which was not there is new and began at nothing.
      const was = databasesBefore.get(database.id) ?? (kind === 'host' ? NOTHING : null);
      return {
        now: database,
        wasUsed: wasUsed(database, { was, kind }),
        busyMs: was === null ? 0 : growth(was.busyMs, database.busyMs),
        writtenBytes: writtenBytes === null ? null : (writtenBytes.get(database.id) ?? 0),
      };
    });
}

type Counters = Pick<DatabaseReading, 'busyMs' | 'sessionCount' | 'openSessions'>;

const NOTHING: Counters = { busyMs: 0, sessionCount: 0, openSessions: 0 };

// On an attached server the looks themselves are sessions, so that there only open ones tell.
function wasUsed(now: Counters, { was, kind }: { was: Counters | null; kind: TwoReadings['kind'] }): boolean {
  if (now.openSessions > 0 || (was?.openSessions ?? 0) > 0) return true;
  return kind === 'host' && (growth(was?.sessionCount ?? null, now.sessionCount) ?? 0) > 0;
}

// A counter that went back was reset: what it counted before that is lost, and nothing is made up for it.
function growth(before: number | null, now: number | null): number | null {
  if (now === null) return null;
  return before === null ? 0 : Math.max(0, now - before);
}

/** Null when there is nothing to add up, or one of the figures is unknown. */
function sum(changes: readonly DatabaseChange[], figure: (change: DatabaseChange) => number | null): number | null {
  const figures = changes.map(figure);
  if (figures.length === 0) return null;
  return figures.reduce<number | null>((total, one) => (total === null || one === null ? null : total + one), 0);
}
