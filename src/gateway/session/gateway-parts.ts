// Everything that the gateway needs of the other parts, handed in once by postern.ts.

import type { Slots } from '../../async/slots.ts';
import type { AuditTrail } from '../../audit/audit-queue.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import type { CancelRoutes } from '../../fleet/cancel-routes.ts';
import type { LiveConnections } from '../../fleet/live-connections.ts';
import type { ComputeId, NodeId } from '../../ids.ts';
import type { Limits } from '../../limits/limits.ts';
import type { Log } from '../../log.ts';
import type { Grants } from '../../login/grant/grants.ts';
import type { LoginRequests } from '../../login/request/login-requests.ts';
import type { ReverseCodes } from '../../login/request/reverse-codes.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { ScramKeys } from '../../protocol/scram-keys.ts';
import type { RelaySweep } from '../../relay/relay-sweep.ts';
import type { Secret } from '../../secret.ts';
import type { DialPolicy } from '../../wire/dial/dial-policy.ts';
import type { TlsCertificates } from '../../wire/tls-certificates.ts';
import type { GatewayTimes } from './gateway-times.ts';

/** Makes a compute ready for what is dialled next. */
export interface ReadiesComputes {
  /** An idle one. */
  wake(computeId: ComputeId, signal: AbortSignal): Promise<void>;
  /** One that refuses the password that the catalogue keeps; false where that is not ours to mend. */
  restorePassword(computeId: ComputeId, databaseRole: string): Promise<boolean>;
}

/** Counts what a compute's clients were sent, for its consumption. */
export interface RecordsTransfers {
  recordTransfer(computeId: ComputeId, bytes: number): void;
}

export interface GatewayDependencies {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly nodeId: NodeId;
  /** The origin of links, without a slash at the end; a function, since the web side may choose its port late. */
  readonly publicUrl: () => string;
  /** Null: TLS is not configured. */
  readonly certificates: TlsCertificates | null;
  readonly catalogue: Catalogue;
  readonly loginRequests: LoginRequests;
  readonly grants: Grants;
  readonly reverseCodes: ReverseCodes;
  readonly liveConnections: LiveConnections;
  readonly cancelRoutes: CancelRoutes;
  readonly auditTrail: AuditTrail;
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly computes: ReadiesComputes;
  readonly consumption: RecordsTransfers;
  readonly dialPolicy: DialPolicy;
  /** The installation's own; 32 bytes in base64. Makes unknown names at the password door look like known ones. */
  readonly mockSecret: Secret;
  /** Instead of the defaults of docs/protocol.md, "Time limits". */
  readonly times?: Partial<GatewayTimes>;
}

/** What the phases of a connection work with. */
export interface GatewayParts extends GatewayDependencies {
  readonly times: GatewayTimes;
  /** Looks at every live relay of this node. */
  readonly relays: RelaySweep;
  /** Bounds the TLS handshakes that run at a time. */
  readonly handshakes: Slots;
  /** Of the upstreams' passwords. */
  readonly scramKeys: ScramKeys;
}
