// What one compute consumed between two readings of its server. Pure; null where unknown.

import { activeWithin, type TimeSpan } from './active-time.ts';
import type { DatabaseChange, ServerChanges } from './compare-readings.ts';
import type { SampledCompute } from './sampled-computes.ts';

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

/** The compute must have existed before the second reading. */
export function measureCompute(compute: SampledCompute, server: ServerChanges, seen: SeenByPostern): Measurement {
  const from = new Date(Math.max(compute.createdAt.getTime(), server.span.from.getTime()));
  const span = { from, to: server.span.to };
  const changes = compute.databases.flatMap((name) => server.byDatabase.get(name) ?? []);
  const wasUsed = seen.isInUse || seen.transferredBytes > 0 || changes.some((change) => change.wasUsed);
  const measured = { span, wasUsed, transferredBytes: seen.transferredBytes };
  if (compute.role === 'further_of_branch') {
    const busyMs = server.kind === 'attached' ? sum(changes, (change) => change.busyMs) : 0;
    return { ...measured, computeTimeMs: busyMs, writtenBytes: 0, logicalSizeBytes: 0, keptWalBytes: 0 };
  }
  return {
    ...measured,
    computeTimeMs: sum(changes, (change) => change.busyMs),
    writtenBytes: sum(changes, (change) => change.writtenBytes),
    logicalSizeBytes: sum(changes, (change) => change.sizeBytes),
    keptWalBytes: sum(changes, (change) => change.keptWalBytes),
  };
}

/** Milliseconds of a part of the span during which the compute was active. */
export function activeMs(compute: SampledCompute, measurement: Measurement, part: TimeSpan): number {
  return measurement.wasUsed ? activeWithin(compute, part) : 0;
}

/** Null when there is nothing to sum or one of the figures is unknown. */
function sum(changes: readonly DatabaseChange[], figure: (change: DatabaseChange) => number | null): number | null {
  const figures = changes.map(figure);
  if (figures.length === 0) return null;
  return figures.reduce<number | null>((total, one) => (total === null || one === null ? null : total + one), 0);
}
