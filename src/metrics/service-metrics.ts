// The metrics of failures, of the audit trail and of the process; metrics.ts combines them with the
// others.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const HTTP_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function troubleMetrics(registers: Registry[]) {
  return {
    /** code: an error code that begins with upstream_. */
    upstreamFailures: new Counter<'code'>({
      name: 'postern_upstream_failures_total',
      help: 'Failed connections to computes, by error code.',
      labelNames: ['code'],
      registers,
    }),
    /** side: client, upstream. */
    tlsFailures: new Counter<'side'>({
      name: 'postern_tls_failures_total',
      help: 'Failed TLS handshakes, with clients and with computes.',
      labelNames: ['side'],
      registers,
    }),
    /** limit: see LimitName. */
    limitHits: new Counter<'limit'>({
      name: 'postern_limit_hits_total',
      help: 'Refusals because of a limit.',
      labelNames: ['limit'],
      registers,
    }),
    /** store: redis, postgres. */
    storeErrors: new Counter<'store'>({
      name: 'postern_store_errors_total',
      help: 'Failed operations on Redis and on the catalogue.',
      labelNames: ['store'],
      registers,
    }),
    /** outcome: sent, failed (the log has the recipient). */
    mails: new Counter<'outcome'>({
      name: 'postern_mails_total',
      help: 'Mails that were sent, or given up.',
      labelNames: ['outcome'],
      registers,
    }),
    httpRequestSeconds: new Histogram<'method' | 'route' | 'status'>({
      name: 'postern_http_request_seconds',
      help: 'Time to answer HTTP requests, by route pattern and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: HTTP_BUCKETS_S,
      registers,
    }),
  };
}

export function auditMetrics(registers: Registry[]) {
  return {
    /** outcome: stored, rejected (by the catalogue), dropped (queue full, or the node stopped). */
    auditEvents: new Counter<'outcome'>({
      name: 'postern_audit_events_total',
      help: 'Audit events that went through the queue: stored, rejected, dropped.',
      labelNames: ['outcome'],
      registers,
    }),
    auditQueue: new Gauge({
      name: 'postern_audit_queue_events',
      help: 'Audit events that wait to be stored.',
      registers,
    }),
    /** outcome: delivered, failed. */
    auditWebhookDeliveries: new Counter<'outcome'>({
      name: 'postern_audit_webhook_deliveries_total',
      help: 'Requests to the audit webhook.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}

export function processMetrics(registers: Registry[], takeLagSeconds: () => Readonly<Record<string, number>>) {
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
    nodes: new Gauge({
      name: 'postern_fleet_nodes',
      help: 'Nodes of the fleet that live, as this node sees it.',
      registers,
    }),
  };
}
