// A Redis Cluster of three of Debian's servers, without replicas: keys live on the server of their slot.

import { Redis } from 'ioredis';
import { type DebianRedis, freePort, startDebianRedis, type TestRedis } from './redis-for-tests.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';

// Redis Cluster specification: 16,384 hash slots.
const SLOT_RANGES = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

export async function startRedisCluster(): Promise<TestRedis> {
  const folder = await temporaryFolder();
  const servers: DebianRedis[] = [];
  const close = async () => {
    for (const server of servers) await server.close();
    await folder[Symbol.asyncDispose]();
  };
  try {
    for (const range of SLOT_RANGES) servers.push(await startMember(folder.path, range, servers[0]));
    await waitUntil(() => allAgree(servers), 'the cluster is complete');
  } catch (error) {
    await close();
    throw error;
  }
  const url = `redis-cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  return { url, close, [Symbol.asyncDispose]: close };
}

async function startMember(
  dir: string,
  [firstSlot, lastSlot]: readonly [number, number],
  known: DebianRedis | undefined,
): Promise<DebianRedis> {
  const busPort = await freePort();
  const files = ['--dir', dir, '--cluster-config-file', `${busPort}.conf`];
  const server = await startDebianRedis({
    args: ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, ...files],
  });
  await withClient(server, async (client) => {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', firstSlot, lastSlot);
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', firstSlot + 1);
  });
  if (known !== undefined) {
    await withClient(known, (client) => client.call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort));
  }
  return server;
}

async function allAgree(servers: readonly DebianRedis[]): Promise<boolean> {
  const reports = await Promise.all(
    servers.map((server) => withClient(server, async (client) => String(await client.call('CLUSTER', 'INFO')))),
  );
  return reports.every((report) => report.includes('cluster_state:ok') && report.includes('cluster_known_nodes:3'));
}

async function withClient<T>({ port }: DebianRedis, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(port, '127.0.0.1');
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}
