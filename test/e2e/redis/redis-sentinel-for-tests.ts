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
  /** Of the Sentinel that the URL names first. */
  readonly firstSentinelPid: number;
  /** Resolves when all Sentinels that answer name the replica as the master. */
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
    const sentinels: { readonly port: number; readonly pid: number }[] = [];
    for (let index = 0; index < SENTINELS; index += 1) {
      const sentinel = await startSentinel(folder.path, master.port);
      closers.push(sentinel.close);
      sentinels.push(sentinel);
    }
    const ports = sentinels.map(({ port }) => port);
    const [first = 0] = ports;
    await waitUntil(() => isWatched(first), 'the Sentinels know the replica and each other');
    return {
      url: `redis-sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${MASTER_NAME}`,
      master,
      replica,
      firstSentinelPid: sentinels[0]?.pid ?? 0,
      failedOver: async () => {
        const isNamed = async () => {
          const named = (await Promise.all(ports.map(masterPort))).filter((port) => port !== null);
          return named.length > 0 && named.every((port) => port === replica.port);
        };
        await waitUntil(isNamed, 'the fail-over');
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
  if (child.pid === undefined) throw new Error('redis-server did not start');
  return { port, pid: child.pid, close };
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
  const options = { lazyConnect: true, retryStrategy: () => null, commandTimeout: 1_000 };
  const client = new Redis(port, '127.0.0.1', options);
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
