// What the gateway needs of the other rooms between a passed door and a client that is ready for
// queries.

import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Clock } from '../../clock.ts';
import type { CancelRoutes } from '../../fleet/cancel-routes.ts';
import type { ComputeId } from '../../ids.ts';
import type { Limits } from '../../limits/limits.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { ScramKeys } from '../../protocol/scram-keys.ts';
import type { DialPolicy } from '../../wire/dial/dial-policy.ts';

/** Makes a compute ready for what is dialled next. */
export interface ReadiesComputes {
  /** An idle one. */
  wake(computeId: ComputeId, signal: AbortSignal): Promise<void>;
  /** One that refuses the kept password; false where that is not ours to mend. */
  restorePassword(computeId: ComputeId, databaseRole: string): Promise<boolean>;
}

export interface AuthoriseParts {
  readonly catalogue: Pick<Catalogue, 'db'>;
  readonly limits: Pick<Limits, 'liveCaps'>;
  readonly metrics: Pick<Metrics, 'limitHits'>;
}

export interface ConnectParts extends AuthoriseParts {
  readonly computes: ReadiesComputes;
  readonly dialPolicy: DialPolicy;
  /** Of the upstreams' passwords. */
  readonly scramKeys: ScramKeys;
  readonly log: Log;
  readonly stampApplicationName: boolean;
  readonly wakeMs: number;
  /** From approval to ReadyForQuery, without waking the compute. */
  readonly connectMs: number;
  readonly retryPausesMs: readonly number[];
}

export interface HandOverParts {
  readonly clock: Clock;
  readonly cancelRoutes: CancelRoutes;
  readonly pidToldTo: 'long_keys' | 'everybody';
  /** For an upstream to take a CancelRequest and close. */
  readonly upstreamCancelMs: number;
}

export interface UpstreamParts extends ConnectParts, HandOverParts {}
