// A master, its replica and three Sentinels on loopback, with short time-outs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import {
  type DebianRedis,
  freePort,
  startDebianRedis,
  type TestRedis,
} from '../../support/databases/redis-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const SENTINELS = 3;
const QUORUM = 2;
const MASTER_NAME = 'main';
const DOWN_AFTER_MS = 500;

export interface SentinelRedis extends TestRedis {
  readonly master: DebianRedis;
  readonly replica: DebianRedis;
  /** Resolves when the Sentinels name the replica as the master. */
  failedOver(): Promise<void>;
}

export async function startSentinelRedis(): Promise<SentinelRedis> {
  const folder = await temporaryFolder();
  const closers = [() => folder[Symbol.asyncDispose]()];
  const close = async () => {
    for (const closeOne of closers.reverse()) await closeOne();
  };
  try {
    const master = await startDebianRedis();
    closers.push(() => master.close());
    const replica = await startDebianRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    closers.push(() => replica.close());
    const ports: number[] = [];
    for (let index = 0; index < SENTINELS; index += 1) {
      const sentinel = await startSentinel(folder.path, master.port);
      closers.push(sentinel.close);
      ports.push(sentinel.port);
    }
    const [first = 0] = ports;
    await waitUntil(() => isWatched(first), 'the Sentinels know the replica and each other');
    return {
      url: `redis-sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${MASTER_NAME}`,
      master,
      replica,
      failedOver: async () => {
        await waitUntil(async () => (await masterPort(first)) === replica.port, 'the fail-over');
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startSentinel(folder: string, watchedPort: number) {
  const port = await freePort();
  // A Sentinel rewrites its configuration file.
  const file = join(folder, `sentinel-${port}.conf`);
  await writeFile(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${watchedPort} ${QUORUM}`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${MASTER_NAME} 4000`,
      '',
    ].join('\n'),
  );
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  const close = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return { port, close };
}

async function isWatched(port: number): Promise<boolean> {
  const facts = await askSentinel(port, ['SENTINEL', 'MASTER', MASTER_NAME]);
  if (!Array.isArray(facts)) return false;
  const fact = (name: string) => Number(facts[facts.indexOf(name) + 1]);
  return fact('num-slaves') === 1 && fact('num-other-sentinels') === SENTINELS - 1;
}

async function masterPort(port: number): Promise<number | null> {
  const address = await askSentinel(port, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME]);
  return Array.isArray(address) ? Number(address[1]) : null;
}

/** Null while it does not answer. */
async function askSentinel(port: number, [command, ...args]: readonly [string, ...string[]]): Promise<unknown> {
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {
    // Refused until it listens; the answer is null then.
  });
  try {
    await client.connect();
    return await client.call(command, ...args);
  } catch {
    return null;
  } finally {
    client.disconnect();
  }
}
