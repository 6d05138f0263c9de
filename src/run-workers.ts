// Several nodes on one machine: a primary process that starts what they share, keeps the wished number of them running,
// restarts them one by one on SIGHUP and drains them all on SIGTERM. Serves nothing itself.

import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Config } from './config.ts';
import { type BackingServices, startBackingServices } from './embedded/backing-services.ts';
import { ensureServerCertificates } from './embedded/server-certificates.ts';
import { newNodeId } from './ids.ts';
import type { Log } from './log.ts';
import type { Addresses } from './postern.ts';
import { usablePort } from './usable-port.ts';

const RESTART_PAUSE_MS = 1_000;

const readySchema = z.object({
  pg: z.object({ host: z.string(), port: z.number() }),
  http: z.object({ host: z.string(), port: z.number(), url: z.string() }),
  setUpUrl: z.string().nullable(),
});

export interface RunningWorkers {
  readonly addresses: Addresses;
  /** Starts a new worker for each running one, and drains the old one when the new one serves. */
  restartOneByOne(): Promise<void>;
  /** Drains all workers, waits for their ends and stops what they shared. */
  stop(): Promise<void>;
}

/** What a worker says to its primary when it serves. */
export function reportReady(addresses: Addresses): void {
  process.send?.(addresses);
}

/** Resolves when all workers serve. */
export async function runWorkers(config: Config, log: Log): Promise<RunningWorkers> {
  const services = await startBackingServices(config, log);
  await ensureServerCertificates(config);
  const environment = await sharedEnvironment(config, services);
  const nodePrefix = config.nodeId ?? newNodeId();
  const state = { isStopping: false, startedCount: 0 };
  const stopping = new Set<Worker>();

  const start = async (slot: number): Promise<Addresses> => {
    state.startedCount += 1;
    const metricsPort = config.metrics.port === null ? '' : String(config.metrics.port + slot);
    const worker = cluster.fork({
      ...environment,
      POSTERN_NODE_ID: `${nodePrefix}-${state.startedCount}`,
      POSTERN_METRICS_PORT: metricsPort,
    });
    worker.once('exit', (code, signal) => {
      if (state.isStopping || stopping.delete(worker)) return;
      log.error({ worker: worker.process.pid, code, signal }, 'a worker died and is started again');
      void pause(RESTART_PAUSE_MS).then(() =>
        start(slot).catch(() => log.error('a worker could not be started again')),
      );
    });
    return await ready(worker);
  };

  // One after the other: the first migrates the catalogue, and only one prints a set-up link that works.
  const addresses = await start(0);
  for (let slot = 1; slot < config.workers; slot += 1) await start(slot);

  return {
    addresses,
    async restartOneByOne() {
      const running = Object.values(cluster.workers ?? {}).flatMap((worker) => (worker === undefined ? [] : [worker]));
      for (const [slot, old] of running.entries()) {
        stopping.add(old);
        await start(slot);
        old.process.kill('SIGTERM');
      }
    },
    async stop() {
      state.isStopping = true;
      const running = Object.values(cluster.workers ?? {}).flatMap((worker) => (worker === undefined ? [] : [worker]));
      const ended = running.map((worker) => once(worker, 'exit'));
      for (const worker of running) worker.process.kill('SIGTERM');
      await Promise.all(ended);
      await services.close();
    },
  };
}

/** The configuration with everything found that one process may decide: ports, and the services started here. */
async function sharedEnvironment(config: Config, services: BackingServices): Promise<Record<string, string>> {
  const running = services.hosts.filter((host) => !host.startsOnFirstUse);
  const hosts = await Promise.all(
    running.map(async (host) => `${host.pgVersion}@${host.regionId}=${(await host.url()).reveal()}`),
  );
  return {
    DATABASE_URL: services.databaseUrl.reveal(),
    REDIS_URL: services.redisUrl.reveal(),
    POSTERN_SECRET_KEY: services.secretKeys.map((key) => key.reveal()).join(','),
    POSTERN_HOSTS: hosts.join(','),
    POSTERN_PG_PORT: String(await usablePort(config.pg)),
    POSTERN_HTTP_PORT: String(await usablePort(config.http)),
  };
}

async function ready(worker: Worker): Promise<Addresses> {
  const controller = new AbortController();
  const failed = once(worker, 'exit', { signal: controller.signal }).then(() => {
    throw new Error('a worker ended before it served');
  });
  try {
    const [message] = await Promise.race([once(worker, 'message', { signal: controller.signal }), failed]);
    return readySchema.parse(message);
  } finally {
    failed.catch(() => {});
    controller.abort();
  }
}
