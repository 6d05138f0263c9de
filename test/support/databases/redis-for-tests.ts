// Redis servers for tests: the embedded one and Debian's, so that suites run on both.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort as freePortOf } from '../../../src/config/ports.ts';
import { startInProcessRedis } from '../../../src/embedded/redis/in-process-redis.ts';
import { waitUntil } from '../wait-until.ts';

export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  close(): Promise<void>;
}

export interface DebianRedis extends TestRedis {
  readonly port: number;
  /** Process id of the running server; it changes with a restart. */
  readonly pid: number;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
}

/** The server that Postern brings itself, for machines without one. */
export async function startEmbeddedRedis(): Promise<TestRedis> {
  const server = await startInProcessRedis();
  const close = () => server.close();
  return { url: server.url.reveal(), close, [Symbol.asyncDispose]: close };
}

/** Debian's redis-server on a free loopback port, without persistence. */
export async function startDebianRedis(options: { args?: readonly string[] } = {}): Promise<DebianRedis> {
  const port = await freePort();
  // A replica writes a dump even without persistence, and the next server of that folder would load
  // it.
  const folder = mkdtempSync(join(tmpdir(), 'postern-test-redis-'));
  const args = ['--dir', folder, ...(options.args ?? [])];
  let child = await launch(port, args);
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  const stop = () => kill('SIGKILL');
  const close = async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    port,
    get pid() {
      if (child.pid === undefined) throw new Error('redis-server does not run');
      return child.pid;
    },
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: async () => {
      await stop();
      rmSync(join(folder, 'dump.rdb'), { force: true });
      child = await launch(port, args);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** For `describe.each`: what must hold on every Redis. */
export const redisKinds: ReadonlyArray<{ readonly name: string; start(): Promise<TestRedis> }> = [
  { name: 'embedded Redis', start: startEmbeddedRedis },
  { name: "Debian's Redis", start: () => startDebianRedis() },
];

/** A TCP port of loopback that nothing listens on at this moment. */
export const freePort = (): Promise<number> => freePortOf('127.0.0.1');

async function launch(port: number, args: readonly string[]): Promise<ChildProcess> {
  const base = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no'];
  const child = spawn('redis-server', [...base, ...args], { stdio: 'ignore' });
  const client = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
  });
  client.on('error', () => {
    // Refused until the server listens; waitUntil below says so if it never does.
  });
  try {
    await waitUntil(
      () => client.status === 'ready' || (client.status === 'wait' && void client.connect().catch(() => {})),
      'redis-server starts',
    );
  } finally {
    client.disconnect();
  }
  return child;
}
