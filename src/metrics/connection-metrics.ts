// The metrics of logins and connections; metrics.ts combines them with the others.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

// People need seconds to minutes; Postgres answers in milliseconds.
const APPROVAL_BUCKETS_S = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600];
const CONNECT_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The automatic steps of a connection; the wait for a person is `approvalSeconds`. */
export type ConnectPhase = 'negotiate' | 'choose_door' | 'authorise' | 'wake' | 'connect_upstream' | 'total';

export function loginMetrics(registers: Registry[]) {
  return {
    /** status: issued, or the status that a login request moved to. */
    loginRequests: new Counter<'status'>({
      name: 'postern_login_requests_total',
      help: 'Login requests by what became of them: issued, claimed, approved, consumed, denied, expired, abandoned.',
      labelNames: ['status'],
      registers,
    }),
    approvalSeconds: new Histogram({
      name: 'postern_approval_seconds',
      help: 'Time from showing a link to its approval: the time of people, not of Postern.',
      buckets: APPROVAL_BUCKETS_S,
      registers,
    }),
    /** event: created, used, revoked, used_up, ran_out. */
    grants: new Counter<'event'>({
      name: 'postern_grants_total',
      help: 'Grants created, used, revoked and used up.',
      labelNames: ['event'],
      registers,
    }),
    /** door: link, grant, token, role, reverse_code; outcome: success or failure. */
    logins: new Counter<'door' | 'outcome'>({
      name: 'postern_logins_total',
      help: 'Finished attempts to get in, by door and outcome.',
      labelNames: ['door', 'outcome'],
      registers,
    }),
  };
}

export function connectionMetrics(registers: Registry[]) {
  return {
    accepted: new Counter({
      name: 'postern_accepted_connections_total',
      help: 'TCP connections accepted for Postgres.',
      registers,
    }),
    waitingConnections: new Gauge({
      name: 'postern_waiting_connections',
      help: 'Connections of this node that wait for a person.',
      registers,
    }),
    liveConnections: new Gauge({
      name: 'postern_live_connections',
      help: 'Connections of this node that are being connected or relayed.',
      registers,
    }),
    /** phase: see ConnectPhase. */
    connectSeconds: new Histogram<'phase'>({
      name: 'postern_connect_seconds',
      help: 'Time of the steps of a connection without the wait for a person.',
      labelNames: ['phase'],
      buckets: CONNECT_BUCKETS_S,
      registers,
    }),
    /** direction: to_upstream, to_client. */
    relayedBytes: new Counter<'direction'>({
      name: 'postern_relayed_bytes_total',
      help: 'Bytes relayed, by direction.',
      labelNames: ['direction'],
      registers,
    }),
    /** reason: an error code, or client_closed, upstream_closed, terminal_closed, ended. */
    endings: new Counter<'reason'>({
      name: 'postern_endings_total',
      help: 'Ended connections by reason.',
      labelNames: ['reason'],
      registers,
    }),
    /** outcome: found, forwarded, unknown, limited. */
    cancelRequests: new Counter<'outcome'>({
      name: 'postern_cancel_requests_total',
      help: 'CancelRequests by what became of them.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}
