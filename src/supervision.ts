// Builds the supervision of a node: metrics, audit trail, its part of the fleet, and limits.

import type { Closers } from './async/closers.ts';
import { AuditTrail } from './audit/audit-queue.ts';
import { AuditWebhook } from './audit/audit-webhook.ts';
import type { Catalogue } from './catalogue/store/catalogue.ts';
import { sweepExpired } from './catalogue/store/housekeeping.ts';
import { resealEverything } from './catalogue/store/sealing-keys.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config/config.ts';
import { OutgoingAgent } from './config/outgoing-agent.ts';
import { createFleet, type Fleet } from './fleet/fleet.ts';
import type { NodeId } from './ids.ts';
import type { LimitFigures } from './limits/limit-rules.ts';
import { Limits } from './limits/limits.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { createMetricsServer } from './metrics/metrics-server.ts';
import { observeRedis, warnOfEviction } from './metrics/observe-stores.ts';
import type { RedisClients } from './redis/redis-client.ts';
import { VERSION } from './version.ts';
import type { TlsCertificates } from './wire/tls-certificates.ts';

export interface SupervisionOptions {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly redis: RedisClients;
  readonly nodeId: NodeId;
  readonly clock: Clock;
  readonly log: Log;
  readonly closers: Closers;
}

export interface Supervision {
  readonly metrics: Metrics;
  readonly auditTrail: AuditTrail;
  readonly fleet: Fleet;
  readonly limits: Limits;
  start(): Promise<void>;
}

const HOUSEKEEPING_INTERVAL_MS = 3_600_000;

export function createSupervision(options: SupervisionOptions): Supervision {
  const { config, catalogue, redis, nodeId, clock, log, closers } = options;
  const metrics = createMetrics();
  closers.add('metrics', () => metrics.close());
  for (const client of Object.values(redis)) observeRedis(client, metrics);
  catalogue.onAway(() => metrics.storeErrors.inc({ store: 'postgres' }));
  const auditTrail = new AuditTrail({ catalogue, metrics, log });
  closers.add('the audit trail', () => auditTrail.close());
  const { commands, subscriber } = redis;
  const fleet = createFleet({ catalogue, redis: commands, subscriber, nodeId, version: VERSION, clock, log });
  observeFleet(fleet, metrics);
  const limits = new Limits({
    redis: redis.limiter,
    log,
    figures: limitFigures(config),
    onLimited: (limit) => metrics.limitHits.inc({ limit }),
  });
  return {
    metrics,
    auditTrail,
    fleet,
    limits,
    async start() {
      closers.add('the fleet', () => fleet.close());
      await fleet.start();
      await warnOfEviction(commands, log);
      await openMetricsPort(options, metrics);
      startWebhook(options, metrics);
      startHousekeeping(options);
      void finishKeyRotation(options);
    },
  };
}

/** Copies what the fleet knows of itself into the metrics, with every heartbeat. */
export function observeFleet({ heartbeat, liveConnections }: Fleet, metrics: Metrics): void {
  heartbeat.withEachBeat(async () => {
    const { live, waiting } = liveConnections.totals();
    metrics.liveConnections.set(live);
    metrics.waitingConnections.set(waiting);
    metrics.nodes.set(await heartbeat.countNodes());
  });
}

export function observeCertificates({ fleet, metrics }: Supervision, certificates: TlsCertificates): void {
  const observe = async () => metrics.certificateEnd.set(certificates.endsAt.getTime() / 1_000);
  fleet.heartbeat.withEachBeat(observe);
}

export async function reloadFiles(certificates: TlsCertificates, log: Log): Promise<void> {
  await certificates.reload();
  const message = 'certificates were read again; everything else takes a restart, which SIGTERM begins';
  log.info({ event: 'node.reloaded' }, message);
}

function limitFigures({ limits, http }: Config): LimitFigures {
  const { connectionsPerPerson: person, connectionsPerGrant: grant, connectionsPerCompute: compute } = limits;
  const { sharedNetworks, unlimitedNetworks } = limits;
  const { trustedProxies: proxies } = http;
  return { caps: { person, grant, compute }, sharedNetworks, unlimitedNetworks, proxies };
}

async function openMetricsPort({ config, log, closers }: SupervisionOptions, metrics: Metrics): Promise<void> {
  const { host, port } = config.metrics;
  if (port === null) return;
  const server = createMetricsServer({ metrics, host, port, log });
  closers.add('the metrics server', () => server.close());
  await server.listen();
}

function startWebhook({ config, catalogue, redis, log, closers }: SupervisionOptions, metrics: Metrics): void {
  if (config.auditWebhook === null) return;
  const target = { ...config.auditWebhook, agent: new OutgoingAgent(config.outgoing) };
  const webhook = new AuditWebhook({ target, catalogue, redis: redis.commands, metrics, log });
  closers.add('the audit webhook', () => webhook.close());
  webhook.start();
}

function startHousekeeping({ catalogue, log, closers }: SupervisionOptions): void {
  const sweep = () =>
    sweepExpired(catalogue).catch((error: unknown) =>
      log.warn({ event: 'catalogue.housekeeping_failed', err: error }, 'housekeeping failed'),
    );
  const timer = setInterval(() => void sweep(), HOUSEKEEPING_INTERVAL_MS).unref();
  closers.add('housekeeping', () => clearInterval(timer));
}

/** Seals everything with the current key in the background, so that older keys can be removed. */
async function finishKeyRotation({ config, catalogue, log }: SupervisionOptions): Promise<void> {
  if ((config.secretKeys?.length ?? 0) < 2) return;
  try {
    const count = await resealEverything(catalogue);
    log.info(
      { event: 'sealing.renewed', count },
      'everything is sealed with the current key: older keys can leave the configuration',
    );
  } catch (error) {
    log.warn(
      { event: 'sealing.renewal_failed', err: error },
      'sealing with the current key failed and is tried again at the next start',
    );
  }
}
