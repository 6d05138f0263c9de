// Runs several nodes on one machine: a primary that starts what they share, and its workers.

import type { Config } from '../config/config.ts';
import type { Addresses } from '../config/ports.ts';
import { usablePort } from '../config/ports.ts';
import { type BackingServices, startBackingServices } from '../embedded/backing-services.ts';
import { ensureServerCertificates } from '../embedded/certificates/development-certificates.ts';
import { newNodeId } from '../ids.ts';
import type { Log } from '../log.ts';
import { WorkerPool } from './worker-pool.ts';

export interface RunningWorkers {
  readonly addresses: Addresses;
  restartOneByOne(): Promise<void>;
  /** Drains all workers, faster at a second call, and stops what they shared when they ended. */
  stop(): Promise<void>;
}

export async function runWorkers(config: Config, log: Log): Promise<RunningWorkers> {
  const services = await startBackingServices(config, log);
  const environmentOf = await workerEnvironments(config, services).catch(async (error: unknown) => {
    await services.close();
    throw error;
  });
  const pool = new WorkerPool({ environmentOf, drainLimitMs: config.drain.limitMs, log });
  const closing: { services: Promise<void> | null } = { services: null };
  const stop = async () => {
    await pool.stop();
    closing.services ??= services.close();
    await closing.services;
  };
  try {
    // One after the other: the first migrates the catalogue, and only one prints a set-up link.
    const addresses = await pool.start(0);
    for (let slot = 1; slot < config.workers; slot += 1) await pool.start(slot);
    return { addresses, restartOneByOne: () => pool.restartOneByOne(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Each worker is a node with its own name and, by its slot, its own metrics port. */
async function workerEnvironments(config: Config, services: BackingServices) {
  await ensureServerCertificates(config);
  const shared = await sharedEnvironment(config, services);
  const nodePrefix = config.nodeId ?? newNodeId();
  const state = { startedCount: 0 };
  return (slot: number): Record<string, string> => {
    state.startedCount += 1;
    return {
      ...shared,
      POSTERN_NODE_ID: `${nodePrefix}-${state.startedCount}`,
      POSTERN_METRICS_PORT: config.metrics.port === null ? '' : String(config.metrics.port + slot),
    };
  };
}

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
