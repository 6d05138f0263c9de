// What the gateway needs of the other rooms, and how it is divided among the phases of a
// connection: each phase names the few parts that it uses in a file of its own.

import { Slots } from '../async/slots.ts';
import type { AuditTrail } from '../audit/audit-queue.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { CancelRoutes } from '../fleet/cancel-routes.ts';
import type { LiveConnections } from '../fleet/live-connections.ts';
import type { NodeId } from '../ids.ts';
import type { Limits } from '../limits/limits.ts';
import type { Log } from '../log.ts';
import type { Grants } from '../login/grant/grants.ts';
import type { LoginRequests } from '../login/request/login-requests.ts';
import type { ReverseCodes } from '../login/request/reverse-codes.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { parseNetworks } from '../network-address.ts';
import { ScramKeys } from '../protocol/scram-keys.ts';
import { RelaySweep } from '../relay/relay-sweep.ts';
import type { Secret } from '../secret.ts';
import type { DialPolicy } from '../wire/dial/dial-policy.ts';
import type { TlsCertificates } from '../wire/tls-certificates.ts';
import type { CancelDoorParts } from './doors/cancel-door.ts';
import type { DoorParts } from './doors/door-parts.ts';
import { DEFAULT_TIMES, type GatewayTimes } from './gateway-times.ts';
import type { NegotiationParts } from './negotiate/negotiate.ts';
import type { RecordsTransfers, RelayingParts } from './relaying/relaying-parts.ts';
import type { SessionParts } from './session/live-session.ts';
import type { ReportParts } from './session/report-connection.ts';
import type { ReadiesComputes, UpstreamParts } from './upstream/upstream-parts.ts';

export interface GatewayDependencies {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly nodeId: NodeId;
  /** The origin of links, without a slash at the end; the web side may choose its port late. */
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
  /** The installation's own; 32 bytes in base64. See PasswordDoorParts. */
  readonly mockSecret: Secret;
  /** Instead of the defaults of docs/protocol.md, "Time limits". */
  readonly times?: Partial<GatewayTimes>;
}

/** The parts of each phase, in the order in which a connection passes through them. */
export interface GatewayParts {
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'accepted' | 'connectSeconds'>;
  readonly negotiation: NegotiationParts;
  readonly cancels: CancelDoorParts;
  readonly sessions: SessionParts;
  readonly doors: DoorParts;
  readonly upstreams: UpstreamParts;
  readonly relaying: RelayingParts;
  readonly reports: ReportParts;
}

/** TLS handshakes at a time: they are the most expensive thing that a stranger can ask for. */
const HANDSHAKES = { places: 200, undisturbedMs: 2_000 };

/** To be called once per node: what it makes bounds all of the node's connections together. */
export function divideParts(dependencies: GatewayDependencies): GatewayParts {
  const times = { ...DEFAULT_TIMES, ...dependencies.times };
  const { config } = dependencies;
  return {
    clock: dependencies.clock,
    metrics: dependencies.metrics,
    negotiation: {
      ...dependencies,
      tlsPolicy: config.pg.tls,
      proxyProtocolFrom: parseNetworks(config.pg.proxyProtocolFrom),
      handshakes: new Slots(HANDSHAKES),
      limitMs: times.negotiationMs,
      handshakeMs: times.handshakeMs,
    },
    cancels: { ...dependencies, holdMs: times.cancelHoldMs },
    sessions: dependencies,
    doors: { ...dependencies, brand: config.brand, login: config.login, passwordMs: times.passwordMs },
    upstreams: {
      ...dependencies,
      ...times,
      wakeMs: config.upstream.wakeMs,
      pidToldTo: config.upstream.pidToldTo,
      stampApplicationName: config.login.stampApplicationName,
      scramKeys: new ScramKeys(),
    },
    relaying: { ...dependencies, sweep: new RelaySweep(dependencies.clock), boundaryMs: times.boundaryMs },
    reports: dependencies,
  };
}
