// Builds every part of one node by hand, each after the parts it needs.

import { Closers } from './async/closers.ts';
import { createSetupCodeIfEmpty } from './catalogue/accounts/setup-codes.ts';
import type { Catalogue } from './catalogue/store/catalogue.ts';
import { catalogueSettings } from './catalogue/store/catalogue-settings.ts';
import { openCatalogue } from './catalogue/store/open-catalogue.ts';
import { Sealer } from './catalogue/store/sealing.ts';
import { explainingStart } from './catalogue/store/start-failures.ts';
import { SYSTEM_CONTEXT } from './catalogue/trail/audit-context.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import type { VariableName } from './config/config-variables.ts';
import { type Addresses, usablePort } from './config/ports.ts';
import { publicAddress } from './config/public-address.ts';
import { ConfigError } from './config/read-environment.ts';
import { startBackingServices } from './embedded/backing-services.ts';
import { openServerCertificates } from './embedded/certificates/development-certificates.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import { shareTicketSecret } from './gateway/negotiate/share-ticket-secret.ts';
import { settleLostConnections } from './gateway/settle-lost-connections.ts';
import { createHttpServer } from './http/app/http-server.ts';
import { idFrom, type NodeId, newNodeId } from './ids.ts';
import { createLog, type Log } from './log.ts';
import { createLogin } from './login/create-login.ts';
import { endGrantsBy } from './login/grant/end-grants.ts';
import { IssuerKeys } from './login/workload/issuer-keys.ts';
import { createMetering, type Metering } from './metering/metering.ts';
import { startNotifier } from './notify/start-notifier.ts';
import { openProvisioning } from './provisioning/open-provisioning.ts';
import { ownEndpoints } from './provisioning/own-endpoints.ts';
import type { Provisioning } from './provisioning/provisioning.ts';
import { welcomeBack, welcomeOperator } from './provisioning/welcome-operator.ts';
import { awaitRedis } from './redis/await-redis.ts';
import { openRedisClients } from './redis/redis-client.ts';
import { derivedSecret } from './secret.ts';
import { createSupervision, observeCertificates, reloadFiles, type Supervision } from './supervision.ts';

export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Log;
}

export interface Postern extends Supervision {
  readonly nodeId: NodeId;
  readonly catalogue: Catalogue;
  readonly provisioning: Provisioning;
  readonly metering: Metering;
  readonly gateway: Gateway;
  /** Throws ConfigError naming the variable of an unusable port. */
  listen(): Promise<Addresses>;
  drain(): Promise<void>;
  /** Reads the certificates again, the only files that may change while a node runs. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** Starts, migrates, connects. Throws when a part cannot be had, after closing the rest. */
export async function createPostern(config: Config, overrides: Overrides = {}): Promise<Postern> {
  const { log = createLog(config.logLevel), clock = systemClock } = overrides;
  const closers = new Closers(log);
  try {
    return await build(await withPorts(config), { log, clock, closers });
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
  const [key] = services.secretKeys;
  const opening = openCatalogue({
    url: services.databaseUrl,
    sealer: new Sealer(services.secretKeys),
    settings: catalogueSettings(config),
    nodeId,
    log,
    clock,
  });
  const catalogue = await explainingStart(opening);
  closers.add('the catalogue', () => catalogue.close());
  const redis = openRedisClients(services.redisUrl, building);
  await naming('REDIS_URL', awaitRedis(redis.commands, building));
  const supervision = createSupervision({ config, catalogue, redis, nodeId, ...building });
  const { liveConnections, cancelRoutes } = supervision.fleet;
  const login = createLogin({ config, redis, nodeId, key, ...supervision, ...building });
  supervision.fleet.endGrantsBy(async (ending) => {
    await endGrantsBy(ending, { grants: login.grants, catalogue });
    await login.endOpened(ending);
  });
  const { provisioning, hosts, dialPolicy, tenantFetch, takeOvers, lockWatch } = await openProvisioning({
    config,
    catalogue,
    sources: services.hosts,
    ownEndpoints: ownEndpoints(config, services),
    ...{ supervision, ...building },
  });
  const metering = createMetering({
    catalogue,
    hosts,
    dialPolicy,
    // One node of all asks, once a minute.
    computesInUse: async () => {
      const inUse = await liveConnections.computesInUse();
      provisioning.databases.noteUse(inUse);
      return inUse;
    },
    suspend: async (computeId) => void (await provisioning.suspendCompute(SYSTEM_CONTEXT, { computeId })),
    log,
  });
  closers.add('metering', () => metering.close());
  const welcome = { catalogue, provisioning, hosts, log, demo: config.demo ? 'with' : 'without' } as const;
  const shared = { config, log, clock, nodeId, catalogue, provisioning, liveConnections, ...supervision, ...login };
  const http = createHttpServer({
    ...shared,
    redis: redis.commands,
    createFirstProject: (userId) => welcomeOperator(welcome, userId),
  });
  const { url: publicUrl } = publicAddress(config.http, config.http.port);
  const certificates = await openServerCertificates(config, building);
  observeCertificates(supervision, certificates);
  shareTicketSecret({ certificates, redis: redis.commands, sealer: catalogue.sealer, ...building });
  const gateway = createGateway({
    ...shared,
    certificates,
    publicUrl: () => publicUrl,
    mockSecret: derivedSecret(key, 'verifiers of unknown names'),
    cancelRoutes,
    computes: {
      wake: async (computeId) => void (await provisioning.wake(computeId)),
      restoreRole: provisioning.restoreRole,
      sharesOnHost: provisioning.sharesOnHost,
      noteUse: (computeId) => provisioning.databases.noteUse([computeId]),
      readDatabases: provisioning.databases.showOfCompute,
    },
    consumption: metering,
    dialPolicy,
    issuerKeys: new IssuerKeys(tenantFetch),
  });
  const drain = async () => {
    http.setReady('not_ready');
    await Promise.all([supervision.fleet.heartbeat.markDraining(), gateway.drain()]);
  };
  supervision.fleet.onDrainRequested(() => {
    drain().catch((error: unknown) =>
      log.error({ event: 'node.drain_failed', err: error }, 'could not drain this node'),
    );
  });
  supervision.fleet.onConnectionsLost((records) => settleLostConnections(shared, records));
  return {
    ...supervision,
    nodeId,
    catalogue,
    provisioning,
    metering,
    gateway,
    async listen() {
      await supervision.start();
      closers.add('the web side', () => http.close());
      const httpAddress = await naming('POSTERN_HTTP_PORT', http.listen());
      closers.add('the gateway', () => gateway.close());
      const pgAddress = await naming('POSTERN_PG_PORT', gateway.listen());
      await welcomeBack(welcome);
      http.setReady('ready');
      for (const work of [login.grantedTerminals, metering, takeOvers, lockWatch]) work?.start();
      startNotifier({ catalogue, fetch: tenantFetch, url: httpAddress.url, log, closers });
      const code = await createSetupCodeIfEmpty(catalogue);
      const setUpUrl = code === null ? null : `${httpAddress.url}/setup/${code.reveal()}`;
      return { pg: pgAddress, http: httpAddress, setUpUrl };
    },
    drain,
    reload: () => reloadFiles(certificates, log),
    close: () => closers.closeAll(),
  };
}

async function naming<T>(variable: VariableName, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw new ConfigError([`${variable}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

async function withPorts(config: Config): Promise<Config> {
  const pgPort = await naming('POSTERN_PG_HOST', usablePort(config.pg));
  const httpPort = await naming('POSTERN_HTTP_HOST', usablePort(config.http));
  return { ...config, pg: { ...config.pg, port: pgPort }, http: { ...config.http, port: httpPort } };
}
