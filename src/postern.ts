// Builds every part of one node by hand, each after those that it needs; nothing is built anywhere else.

import { type Catalogue, openCatalogue } from './catalogue/catalogue.ts';
import { Sealer } from './catalogue/sealing.ts';
import { createSetupCodeIfEmpty } from './catalogue/setup-codes.ts';
import { type Clock, systemClock } from './clock.ts';
import { Closers } from './closers.ts';
import type { Config } from './config.ts';
import { derivedSecret } from './derived-secret.ts';
import { startBackingServices } from './embedded/backing-services.ts';
import { ensureDevelopmentCertificates } from './embedded/development-certificates.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import type { WakesComputes } from './gateway/gateway-parts.ts';
import { createHttpServer, type HttpServer } from './http/http-server.ts';
import { idFrom, type NodeId, newNodeId } from './ids.ts';
import { createLog, type Log } from './log.ts';
import { createLogin } from './login/create-login.ts';
import { AuditTrail } from './ops/audit-trail.ts';
import { AuditWebhook } from './ops/audit-webhook.ts';
import { createFleet, type Fleet } from './ops/fleet.ts';
import { Limits } from './ops/limits.ts';
import { createMetrics, type Metrics } from './ops/metrics.ts';
import { createMetricsServer } from './ops/metrics-server.ts';
import { observeFleet } from './ops/observe-fleet.ts';
import { createFirstProject } from './provisioning/first-project.ts';
import { openProvisioning } from './provisioning/open-provisioning.ts';
import type { Provisioning } from './provisioning/provisioning.ts';
import { openRedisClients, type RedisClient } from './redis-client.ts';
import type { Secret } from './secret.ts';
import { usablePort } from './usable-port.ts';
import { VERSION } from './version.ts';
import type { DialEndpoint } from './wire/dial-policy.ts';
import { TlsCertificates } from './wire/tls-certificates.ts';

const POSTGRES_PORT = 5432;
const REDIS_PORT = 6379;

export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Log;
}

export interface Addresses {
  readonly pg: { readonly host: string; readonly port: number };
  readonly http: { readonly host: string; readonly port: number; readonly url: string };
  /** One-time link for the first operator; null once there is one. */
  readonly setUpUrl: string | null;
}

export interface Postern {
  readonly nodeId: NodeId;
  readonly catalogue: Catalogue;
  readonly provisioning: Provisioning;
  readonly gateway: Gateway;
  readonly fleet: Fleet;
  readonly metrics: Metrics;
  /** Opens all listeners; resolves when psql can log in. */
  listen(): Promise<Addresses>;
  /** Refuses new connections and waits for the old ones, at most the configured drain limit. */
  drain(): Promise<void>;
  /** Closes everything that was built here. */
  close(): Promise<void>;
}

/** Builds one node: starts what is not configured, migrates, connects. Throws when a part cannot be had, after closing the rest. */
export async function createPostern(config: Config, overrides: Overrides = {}): Promise<Postern> {
  const log = overrides.log ?? createLog(config.logLevel);
  const closers = new Closers(log);
  try {
    return await build(await withPorts(config), { log, clock: overrides.clock ?? systemClock, closers });
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

interface Building {
  readonly log: Log;
  readonly clock: Clock;
  readonly closers: Closers;
}

async function build(config: Config, building: Building): Promise<Postern> {
  const { log, clock, closers } = building;
  const nodeId = config.nodeId === null ? newNodeId() : idFrom<NodeId>(config.nodeId);
  const services = await startBackingServices(config, log);
  closers.add('backing services', () => services.close());
  const catalogue = await openCatalogue({
    url: services.databaseUrl,
    log,
    clock,
    nodeId,
    sealer: new Sealer(services.secretKeys),
    settings: {
      defaultPlan: config.organizations.defaultPlan,
      organizationCreation: config.organizations.creation,
      sharing: config.organizations.sharing,
    },
  });
  closers.add('the catalogue', () => catalogue.close());
  const redis = openRedisClients(services.redisUrl, building);
  const metrics = createMetrics();
  closers.add('metrics', () => metrics.close());
  const auditTrail = new AuditTrail({ catalogue, metrics, log });
  closers.add('the audit trail', () => auditTrail.close());
  const fleet = createFleet({
    redis: redis.commands,
    subscriber: redis.subscriber,
    nodeId,
    version: VERSION,
    clock,
    log,
  });
  observeFleet(fleet, metrics);
  closers.add('the fleet', () => fleet.close());
  const limits = new Limits({
    redis: redis.limiter,
    log,
    figures: { sharedNetworks: config.limits.sharedNetworks },
    onLimited: (limit) => metrics.limitHits.inc({ limit }),
  });
  const login = createLogin({
    config,
    redis,
    nodeId,
    log,
    key: services.secretKeys[0],
    onGrantRevoked: (grant) => fleet.liveConnections.endWhere({ grantId: grant.id }),
  });
  const { provisioning, dialPolicy } = await openProvisioning({
    config,
    catalogue,
    sources: services.hosts,
    ownEndpoints: [
      config.pg,
      config.http,
      endpointOf(services.redisUrl, REDIS_PORT),
      endpointOf(services.databaseUrl, POSTGRES_PORT),
    ],
    ...building,
  });
  const computes: WakesComputes = {
    wake: async (computeId) => {
      await provisioning.wake(computeId);
    },
  };
  const shared = { config, log, clock, nodeId, catalogue, auditTrail, metrics, limits, ...login };
  const http = createHttpServer({
    ...shared,
    redis: redis.commands,
    createFirstProject: (userId) => createFirstProject({ catalogue, provisioning, log }, userId),
  });
  const address: { url: string } = { url: '' };
  const gateway = createGateway({
    ...shared,
    publicUrl: () => address.url,
    mockSecret: derivedSecret(services.secretKeys[0], 'verifiers of unknown names'),
    certificates: await loadCertificates(config, building),
    liveConnections: fleet.liveConnections,
    cancelRoutes: fleet.cancelRoutes,
    computes,
    dialPolicy,
  });
  return {
    nodeId,
    catalogue,
    provisioning,
    gateway,
    fleet,
    metrics,
    async listen() {
      const addresses = await openListeners({ config, gateway, http, fleet, closers });
      address.url = addresses.http.url;
      await openSideDoors({ config, catalogue, redis: redis.commands, metrics, ...building });
      http.setReady('ready');
      const code = await createSetupCodeIfEmpty(catalogue);
      return { ...addresses, setUpUrl: code === null ? null : `${addresses.http.url}/setup/${code.reveal()}` };
    },
    async drain() {
      http.setReady('not_ready');
      await gateway.drain();
    },
    close: () => closers.closeAll(),
  };
}

async function openListeners(parts: {
  config: Config;
  gateway: Gateway;
  http: HttpServer;
  fleet: Fleet;
  closers: Closers;
}): Promise<Pick<Addresses, 'pg' | 'http'>> {
  const { gateway, http, fleet, closers } = parts;
  await fleet.start();
  closers.add('the web side', () => http.close());
  const httpAddress = await http.listen();
  closers.add('the gateway', () => gateway.close());
  return { pg: await gateway.listen(), http: httpAddress };
}

/** What watches from outside: metrics on their own port, the audit webhook. */
async function openSideDoors(
  parts: { config: Config; catalogue: Catalogue; redis: RedisClient; metrics: Metrics } & Building,
): Promise<void> {
  const { config, catalogue, redis, metrics, log, closers } = parts;
  const { host, port } = config.metrics;
  if (port !== null) {
    const server = createMetricsServer({ metrics, host, port, log });
    closers.add('the metrics server', () => server.close());
    await server.listen();
  }
  if (config.auditWebhook !== null) {
    const webhook = new AuditWebhook({ target: config.auditWebhook, catalogue, redis, metrics, log });
    closers.add('the audit webhook', () => webhook.close());
    webhook.start();
  }
}

async function loadCertificates(config: Config, { log, closers }: Building): Promise<TlsCertificates> {
  const { certPaths, keyPaths, publicHost } = config.pg;
  const names = publicHost === null ? [] : [publicHost];
  const made = certPaths.length > 0 ? null : await ensureDevelopmentCertificates({ directory: 'certs', names });
  const certificates = await TlsCertificates.load({
    certPaths: made === null ? certPaths : [made.certPath],
    keyPaths: made === null ? keyPaths : [made.keyPath],
    log,
  });
  closers.add('certificates', () => certificates.close());
  return certificates;
}

async function withPorts(config: Config): Promise<Config> {
  const [pgPort, httpPort] = [await usablePort(config.pg), await usablePort(config.http)];
  return { ...config, pg: { ...config.pg, port: pgPort }, http: { ...config.http, port: httpPort } };
}

function endpointOf(url: Secret, defaultPort: number): DialEndpoint {
  const parsed = new URL(url.reveal().replace(/,.*$/, ''));
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port || defaultPort) };
}
