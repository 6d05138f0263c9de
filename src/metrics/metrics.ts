// Every metric, in one registry: `postern_<noun>_<unit>`. Labels have few values, all set by us.

import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

// People need seconds to minutes; Postgres answers in milliseconds.
const APPROVAL_BUCKETS_S = [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 300, 600];
const CONNECT_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const HTTP_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const RESOLUTION_MS = 10;
const NANOSECONDS = 1_000_000_000;
const QUANTILES = [0.5, 0.9, 0.99, 1];

/** The automatic steps of a connection; the wait for a person is `approvalSeconds`. */
export type ConnectPhase = 'negotiate' | 'choose_door' | 'authorise' | 'wake' | 'connect_upstream' | 'total';

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const make = makersIn(registry);
  const eventLoop = watchEventLoop();
  return {
    registry,
    close: () => eventLoop.stop(),
    ...loginMetrics(make),
    ...connectionMetrics(make),
    ...troubleMetrics(make),
    ...auditMetrics(make),
    ...processMetrics(registry, eventLoop.takeLagSeconds),
  };
}

type Makers = ReturnType<typeof makersIn>;

/** Each takes the name, the help text and the labels. */
function makersIn(registry: Registry) {
  const registers = [registry];
  return {
    counter: <Label extends string = never>(name: string, help: string, ...labels: Label[]) =>
      new Counter<Label>({ name, help, labelNames: labels, registers }),
    gauge: (name: string, help: string) => new Gauge({ name, help, registers }),
    histogram: <Label extends string = never>(
      { name, buckets }: { readonly name: string; readonly buckets: number[] },
      help: string,
      ...labels: Label[]
    ) => new Histogram<Label>({ name, help, labelNames: labels, buckets, registers }),
  };
}

function loginMetrics({ counter, histogram }: Makers) {
  return {
    /** status: issued, or the status that a login request moved to. */
    loginRequests: counter(
      'postern_login_requests_total',
      'Login requests by what became of them: issued, claimed, approved, consumed, denied, expired, abandoned.',
      'status',
    ),
    approvalSeconds: histogram(
      { name: 'postern_approval_seconds', buckets: APPROVAL_BUCKETS_S },
      'Time from showing a link to its approval: the time of people, not of Postern.',
    ),
    /** event: created, used, revoked, used_up, ran_out. */
    grants: counter('postern_grants_total', 'Grants created, used, revoked and used up.', 'event'),
    /** door: link, grant, token, role, reverse_code; outcome: success or failure. */
    logins: counter('postern_logins_total', 'Finished attempts to get in, by door and outcome.', 'door', 'outcome'),
  };
}

function connectionMetrics({ counter, gauge, histogram }: Makers) {
  return {
    accepted: counter('postern_accepted_connections_total', 'TCP connections accepted for Postgres.'),
    waitingConnections: gauge('postern_waiting_connections', 'Connections of this node that wait for a person.'),
    nodes: gauge('postern_fleet_nodes', 'Nodes of the fleet that live, as this node sees it.'),
    liveConnections: gauge('postern_live_connections', 'Connections of this node that are being connected or relayed.'),
    connectSeconds: histogram(
      { name: 'postern_connect_seconds', buckets: CONNECT_BUCKETS_S },
      'Time of the steps of a connection without the wait for a person.',
      'phase',
    ),
    relayedBytes: counter('postern_relayed_bytes_total', 'Bytes relayed, by direction.', 'direction'),
    /** reason: an error code, or client_closed, upstream_closed, terminal_closed, ended. */
    endings: counter('postern_endings_total', 'Ended connections by reason.', 'reason'),
    cancelRequests: counter('postern_cancel_requests_total', 'CancelRequests by what became of them.', 'outcome'),
  };
}

function troubleMetrics({ counter, gauge, histogram }: Makers) {
  return {
    /** code: an error code that begins with upstream_. */
    upstreamFailures: counter(
      'postern_upstream_failures_total',
      'Failed connections to computes, by error code.',
      'code',
    ),
    /** side: client, upstream. */
    tlsFailures: counter(
      'postern_tls_failures_total',
      'Failed TLS handshakes, with clients and with computes.',
      'side',
    ),
    certificateEnd: gauge(
      'postern_certificate_end_seconds',
      'When the first of the certificates of the Postgres side ends, as a Unix time; 0 before the first look.',
    ),
    limitHits: counter('postern_limit_hits_total', 'Refusals because of a limit.', 'limit'),
    storeErrors: counter('postern_store_errors_total', 'Failed operations on Redis and on the catalogue.', 'store'),
    /** outcome: sent, failed (the log has the recipient). */
    mails: counter('postern_mails_total', 'Mails that were sent, or given up.', 'outcome'),
    httpRequestSeconds: histogram(
      { name: 'postern_http_request_seconds', buckets: HTTP_BUCKETS_S },
      'Time to answer HTTP requests, by route pattern and status.',
      'method',
      'route',
      'status',
    ),
  };
}

function auditMetrics({ counter, gauge }: Makers) {
  return {
    /** outcome: stored, rejected (by the catalogue), dropped (queue full, or the node stopped). */
    auditEvents: counter(
      'postern_audit_events_total',
      'Audit events that went through the queue: stored, rejected, dropped.',
      'outcome',
    ),
    auditQueue: gauge('postern_audit_queue_events', 'Audit events that wait to be stored.'),
    /** outcome: delivered, failed. */
    auditWebhookDeliveries: counter(
      'postern_audit_webhook_deliveries_total',
      'Requests to the audit webhook.',
      'outcome',
    ),
  };
}

function processMetrics(registry: Registry, takeLagSeconds: () => Readonly<Record<string, number>>) {
  const registers = [registry];
  return {
    eventLoopLag: new Gauge<'quantile'>({
      name: 'postern_event_loop_lag_seconds',
      help: 'How late the event loop was since the last scrape, by quantile.',
      labelNames: ['quantile'],
      registers,
      collect() {
        for (const [quantile, seconds] of Object.entries(takeLagSeconds())) this.set({ quantile }, seconds);
      },
    }),
    residentMemory: new Gauge({
      name: 'postern_resident_memory_bytes',
      help: 'Resident memory of this process.',
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    }),
    cpuSeconds: new Counter({
      name: 'postern_cpu_seconds_total',
      help: 'CPU time of this process.',
      registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.reset();
        this.inc((user + system) / 1_000_000);
      },
    }),
  };
}

/** Measures how late the event loop is. */
function watchEventLoop() {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    /** Seconds by quantile (`0.5` to `1`) since the last call. */
    takeLagSeconds: () => {
      const lags = Object.fromEntries(QUANTILES.map((quantile) => [String(quantile), lagSeconds(histogram, quantile)]));
      histogram.reset();
      return lags;
    },
    stop: () => void histogram.disable(),
  };
}

/** Without the resolution of the timer, which is not lag. */
function lagSeconds(histogram: IntervalHistogram, quantile: number): number {
  const seconds = histogram.percentile(quantile * 100) / NANOSECONDS;
  return Math.max(0, seconds - RESOLUTION_MS / 1_000);
}
