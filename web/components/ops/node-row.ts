// One node of the fleet as the operations pages show it.

export interface NodeRow {
  readonly id: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly beatAt: number;
  readonly live: number;
  readonly waiting: number;
  readonly isDraining: boolean;
  /** The most connections in each of the last minutes, oldest first. */
  readonly livePeaks: readonly number[];
}

/**
 * A heartbeat arrives every two seconds; a node that misses two is in trouble, or its clock is
 * wrong.
 */
export const LATE_AFTER_MS = 5_000;

export function healthOf(node: NodeRow, now: number): 'healthy' | 'late' | 'draining' {
  if (node.isDraining) return 'draining';
  return now - node.beatAt > LATE_AFTER_MS ? 'late' : 'healthy';
}
