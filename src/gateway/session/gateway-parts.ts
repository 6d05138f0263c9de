// What the gateway needs of the other rooms, and what all of a node's connections share.

import { Slots } from '../../async/slots.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Clock } from '../../clock.ts';
import type { Config } from '../../config/config.ts';
import type { CancelRoutes } from '../../fleet/cancel-routes.ts';
import type { ConnectionCaps } from '../../fleet/connection-counts.ts';
import type { LiveConnections } from '../../fleet/live-connections.ts';
import type { ComputeId, NodeId, ProjectId } from '../../ids.ts';
import type { Limits } from '../../limits/limits.ts';
import type { Log } from '../../log.ts';
import type { DeviceLogins } from '../../login/device/device-logins.ts';
import type { Grants } from '../../login/grant/grants.ts';
import type { RecordsAudit } from '../../login/request/login-audit-event.ts';
import type { LoginRequests } from '../../login/request/login-requests.ts';
import type { ReverseCodes } from '../../login/request/reverse-codes.ts';
import type { IssuerKeys } from '../../login/workload/issuer-keys.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { parseNetworks } from '../../network-address.ts';
import { RelaySweep } from '../../relay/relay-sweep.ts';
import type { Secret } from '../../secret.ts';
import { upstreamScramKeys } from '../../wire/dial/derive-in-turn.ts';
import type { DialPolicy } from '../../wire/dial/dial-policy.ts';
import { SocketOwners } from '../../wire/socket-owner.ts';
import type { TlsCertificates } from '../../wire/tls-certificates.ts';
import { KeyAsking } from './key-asking.ts';

export interface GatewayDependencies {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly nodeId: NodeId;
  /** The origin of links, without a slash at the end; the web side may choose its port late. */
  readonly publicUrl: () => string;
  /** Null: TLS is not configured and SSLRequest is answered with `N`. */
  readonly certificates: TlsCertificates | null;
  readonly catalogue: Catalogue;
  readonly loginRequests: LoginRequests;
  readonly grants: Grants;
  readonly reverseCodes: ReverseCodes;
  readonly deviceLogins: DeviceLogins;
  /** Of the issuers whose workloads access tokens trust. */
  readonly issuerKeys: IssuerKeys;
  readonly liveConnections: LiveConnections;
  readonly cancelRoutes: CancelRoutes;
  readonly auditTrail: RecordsAudit;
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly computes: {
    /** Makes an idle compute ready to be dialled. */
    wake(computeId: ComputeId, signal: AbortSignal): Promise<void>;
    /**
     * For a compute that refuses the kept password, or a role that only reads with settings that
     * somebody changed; false where that is not ours to mend, or was not changed.
     */
    restoreRole(
      role: { readonly computeId: ComputeId; readonly databaseRole: string },
      what: 'password' | 'settings',
    ): Promise<boolean>;
    /** It was entered: its list of databases is read again once in a while. */
    noteUse(computeId: ComputeId): void;
    /** Resolves when the list of its databases is fresh, or cannot be made so in time. */
    readDatabases(computeId: ComputeId): Promise<void>;
    /**
     * What the project and its account may hold of the host's connections, as far as it can be
     * asked now. Throws `lock_table_filled` for a project that may not connect now.
     */
    sharesOnHost(hostId: string, projectId: ProjectId): Promise<Pick<ConnectionCaps, 'project' | 'account'>>;
  };
  /** Counts what a compute's clients were sent. */
  readonly consumption: { recordTransfer(computeId: ComputeId, bytes: number): void };
  readonly dialPolicy: DialPolicy;
  /** The installation's own; 32 bytes in base64. Makes unknown names look like known ones. */
  readonly mockSecret: Secret;
  readonly times?: Partial<GatewayTimes>;
}

/** docs/protocol.md, "Time limits". Tests give shorter ones. */
const DEFAULT_TIMES = {
  /** From accept to the parsed StartupMessage. */
  negotiationMs: 15_000,
  /** From the ClientHello to the end of the TLS handshake, which is a few round trips. */
  handshakeMs: 5_000,
  /** From approval to ReadyForQuery, without waking the compute. */
  connectMs: 30_000,
  /** Pauses between attempts while a compute starts. */
  retryPausesMs: [200, 400, 800, 1_600],
  /** Between AuthenticationOk and the link: a health check is gone by then. */
  linkPauseMs: 150,
  /** For a password, a SASL step or a reverse code to arrive. */
  passwordMs: 60_000,
  /** How long a canceller's socket is held, whatever became of its key; at least, and at most. */
  cancelHoldMs: { shortest: 100, longest: 2_000 },
  /** For an upstream to take a CancelRequest and close. */
  upstreamCancelMs: 5_000,
  /** For a message boundary when a live connection is ended. */
  boundaryMs: 1_000,
  /** New connections are turned away for so long after accepting one failed. */
  acceptPauseMs: 250,
  /** Behind a balancer: how long a draining node still serves new connections. */
  lateArrivalMs: 5_000,
};

export type GatewayTimes = Readonly<typeof DEFAULT_TIMES>;

/** TLS handshakes at a time: they are the most expensive thing that a stranger can ask for. */
const HANDSHAKES = { places: 200, undisturbedMs: 2_000 };

/** Between two looks at how much a client has sent that has not logged in. */
const LOOK_BEFORE_LOGIN_MS = 250;

export type GatewayParts = Readonly<ReturnType<typeof gatewayParts>>;

/** To be called once per node: what it makes bounds all of the node's connections together. */
export function gatewayParts(dependencies: GatewayDependencies) {
  return {
    ...dependencies,
    times: { ...DEFAULT_TIMES, ...dependencies.times },
    proxyProtocolFrom: parseNetworks(dependencies.config.pg.proxyProtocolFrom),
    handshakes: new Slots(HANDSHAKES),
    keyAsking: new KeyAsking(dependencies.clock),
    scramKeys: upstreamScramKeys(),
    socketOwners: new SocketOwners(),
    sweep: new RelaySweep(dependencies.clock),
    sweepBeforeLogin: new RelaySweep(dependencies.clock, LOOK_BEFORE_LOGIN_MS),
  };
}
