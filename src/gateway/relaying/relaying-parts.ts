// What the gateway needs of the other rooms while bytes are relayed.

import type { Clock } from '../../clock.ts';
import type { ComputeId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { RelaySweep } from '../../relay/relay-sweep.ts';

/** Counts what a compute's clients were sent, for its consumption. */
export interface RecordsTransfers {
  recordTransfer(computeId: ComputeId, bytes: number): void;
}

export interface RelayingParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'relayedBytes'>;
  readonly consumption: RecordsTransfers;
  /** Looks at every live relay of this node. */
  readonly sweep: RelaySweep;
  /** For a message boundary when a live connection is ended. */
  readonly boundaryMs: number;
}
