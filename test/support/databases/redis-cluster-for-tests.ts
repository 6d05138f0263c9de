// A Redis Cluster of three of Debian's servers, with a replica each where wanted: keys live on the
// server of their slot.

import { Redis } from 'ioredis';
import { temporaryFolder } from '../temporary-folder.ts';
import { waitUntil } from '../wait-until.ts';
import { type DebianRedis, freePort, startDebianRedis, type TestRedis } from './redis-for-tests.ts';

// Redis Cluster specification: 16,384 hash slots.
const SLOT_RANGES = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

export interface TestCluster extends TestRedis {
  readonly primaries: readonly DebianRedis[];
  /**
   * Resolves when the Cluster has noticed that a primary is gone and its replica holds the slots.
   */
  failedOver(lost: DebianRedis): Promise<void>;
}

export async function startRedisCluster({
  replicas = 'none',
}: {
  replicas?: 'none' | 'one_each';
} = {}): Promise<TestCluster> {
  const folder = await temporaryFolder();
  const servers: DebianRedis[] = [];
  const followers: DebianRedis[] = [];
  const close = async () => {
    for (const server of [...servers, ...followers]) await server.close();
    await folder[Symbol.asyncDispose]();
  };
  try {
    for (const range of SLOT_RANGES) servers.push(await startMember(folder.path, range, servers[0]));
    await waitUntil(() => allAgree(servers, servers.length), 'the cluster is complete');
    if (replicas === 'one_each') {
      for (const primary of servers) followers.push(await startReplica(folder.path, primary));
      await waitUntil(() => allAgree([...servers, ...followers], 2 * servers.length), 'the replicas follow');
    }
  } catch (error) {
    await close();
    throw error;
  }
  const url = `redis-cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  return {
    url,
    primaries: servers,
    failedOver: async (lost) => {
      const others = servers.filter((server) => server !== lost);
      await waitUntil(() => isReplaced(others, lost), 'a replica takes over');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function startReplica(dir: string, primary: DebianRedis): Promise<DebianRedis> {
  const { server, busPort } = await startServer(dir);
  await meet(primary, { server, busPort });
  const primaryId = await withClient(primary, (client) => client.call('CLUSTER', 'MYID'));
  const replicate = () =>
    withClient(server, (client) => client.call('CLUSTER', 'REPLICATE', String(primaryId))).catch(() => null);
  await waitUntil(async () => (await replicate()) === 'OK', 'the replica knows its primary');
  // A replica without data would never take over.
  const isInStep = () =>
    withClient(server, async (client) => (await client.info('replication')).includes('master_link_status:up'));
  await waitUntil(isInStep, 'the replica has what its primary has');
  return server;
}

async function startServer(dir: string): Promise<{ server: DebianRedis; busPort: number }> {
  const busPort = await freePort();
  const files = ['--dir', dir, '--cluster-config-file', `${busPort}.conf`];
  const quick = ['--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0'];
  const args = ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, ...quick, ...files];
  return { server: await startDebianRedis({ args }), busPort };
}

async function meet(known: DebianRedis, { server, busPort }: { server: DebianRedis; busPort: number }): Promise<void> {
  await withClient(known, (client) => client.call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort));
}

async function startMember(
  dir: string,
  [firstSlot, lastSlot]: readonly [number, number],
  known: DebianRedis | undefined,
): Promise<DebianRedis> {
  const { server, busPort } = await startServer(dir);
  await withClient(server, async (client) => {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', firstSlot, lastSlot);
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', firstSlot + 1);
  });
  if (known !== undefined) await meet(known, { server, busPort });
  return server;
}

async function isReplaced(asked: readonly DebianRedis[], lost: DebianRedis): Promise<boolean> {
  const tables = await Promise.all(
    asked.map((server) => withClient(server, async (client) => JSON.stringify(await client.call('CLUSTER', 'SLOTS')))),
  );
  // Failed members are on no list.
  return tables.every((table) => !table.includes(`,${lost.port},`) && table.includes('16383'));
}

async function allAgree(servers: readonly DebianRedis[], members: number): Promise<boolean> {
  const reports = await Promise.all(
    servers.map((server) => withClient(server, async (client) => String(await client.call('CLUSTER', 'INFO')))),
  );
  return reports.every(
    (report) => report.includes('cluster_state:ok') && report.includes(`cluster_known_nodes:${members}`),
  );
}

async function withClient<T>({ port }: DebianRedis, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(port, '127.0.0.1');
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}
