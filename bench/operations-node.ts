// One node's part of a fleet without sockets, as a process of its own: registers made-up
// connections through the real LiveConnections of a source tree, and serves the live list by the
// tree's own feed.

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DEFAULT_QUERY } from '../web/components/ops/row-order.ts';

export type NodeCommand =
  | { readonly kind: 'fill'; readonly count: number; readonly busy: number; readonly replacedPerSecond: number }
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' };

export type NodeAnswer =
  | { readonly kind: 'started'; readonly port: number }
  | { readonly kind: 'filled' }
  | { readonly kind: 'begun' }
  /** Of the time since `begin`. */
  | { readonly kind: 'ended'; readonly cpuMs: number; readonly longestDelayMs: number };

type Follower = { isReady(): boolean; send(event: string): void };

const [tree = '', redisUrl = ''] = process.argv.slice(2);
const isOldLayout = existsSync(join(tree, 'src/ops/fleet.ts'));
const load = (path: string) => import(join(tree, 'src', path));
const [ids, clocks, logs, redis, fleets, watches, feeds] = await Promise.all([
  load('ids.ts'),
  load('clock.ts'),
  load('log.ts'),
  load(isOldLayout ? 'redis-client.ts' : 'redis/redis-client.ts'),
  load(isOldLayout ? 'ops/fleet.ts' : 'fleet/fleet.ts'),
  load(isOldLayout ? 'http/ops-pages/fleet-watch.ts' : 'http/operations/fleet-watch.ts'),
  load(isOldLayout ? 'http/ops-pages/live-feeds.ts' : 'http/operations/live-feed.ts'),
]);
const log = logs.createLog('silent');
const nodeId = ids.newNodeId();
const clock = clocks.systemClock;
const fleet = fleets.createFleet({
  catalogue: { db: null },
  redis: redis.createRedis(redisUrl, { purpose: 'commands', log }),
  subscriber: redis.createRedis(redisUrl, { purpose: 'subscriber', log }),
  nodeId,
  version: 'bench',
  clock,
  log,
});
// There is no catalogue: what a change took away is read in vain, and all else goes on.
await fleet.start().catch(() => fleet.heartbeat.start());
const { liveConnections } = fleet;
const liveFeeds = new feeds.LiveFeeds(new watches.FleetWatch({ liveConnections, clock, log }));
/** What a page on a large screen asks for; the tree before sent every page all rows. */
const WINDOW = { filter: {}, query: DEFAULT_QUERY, first: 0, count: 230, nodes: 'shown' };

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  const follower: Follower = {
    isReady: () => response.writableLength < 4 * 1_024 * 1_024,
    send: (event) => void response.write(event),
  };
  const leave = liveFeeds.follow(isOldLayout ? { accountId: null, filter: {} } : WINDOW, follower);
  response.on('close', leave);
}).listen(0, '127.0.0.1', () => answer({ kind: 'started', port: (server.address() as AddressInfo).port }));

const registrations: Array<{ close(): void }> = [];
const delay = monitorEventLoopDelay({ resolution: 1 });
let cpuAtBegin = process.cpuUsage();

process.on('message', (command: NodeCommand) => {
  if (command.kind === 'fill') void fill(command);
  else if (command.kind === 'begin') begin();
  else end();
});

async function fill({ count, busy, replacedPerSecond }: Extract<NodeCommand, { kind: 'fill' }>): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    registrations.push(register(index, index < busy ? 'busy' : 'idle'));
    if (index % 500 === 499) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  // The idle ones come and go.
  let next = busy;
  setInterval(() => {
    for (let replaced = 0; replaced < replacedPerSecond; replaced += 1) {
      registrations[next]?.close();
      registrations[next] = register(next, 'idle');
      next = next + 1 < count ? next + 1 : busy;
    }
  }, 1_000);
  answer({ kind: 'filled' });
}

function register(index: number, kind: 'busy' | 'idle'): { close(): void } {
  const bornMs = performance.now();
  const idle = {
    bytesToUpstream: 1_234,
    bytesToClient: 56_789,
    transactionStatus: 'I',
    queryState: 'idle',
    queryStateSince: Date.now(),
  };
  const snapshot = () => {
    if (kind === 'idle') return idle;
    const bytes = Math.floor((performance.now() - bornMs) * 10);
    return {
      bytesToUpstream: bytes,
      bytesToClient: bytes * 20,
      transactionStatus: 'T',
      queryState: 'running',
      queryStateSince: Date.now(),
    };
  };
  const handle = { snapshot, end: () => {}, recheck: nothing, cancelQuery: nothing, notify: nothing };
  return liveConnections.register({ ...recordOf(index), ...idle }, handle);
}

async function nothing(): Promise<void> {}

function recordOf(index: number) {
  return {
    id: ids.newConnectionId(),
    nodeId,
    phase: 'relaying',
    userId: `u${index % 2_000}`,
    personEmail: `person-${index % 2_000}@example.com`,
    address: `198.51.${(index >> 8) % 256}.${index % 256}`,
    port: 40_000 + (index % 20_000),
    application: 'psql',
    requestedUser: `user${index % 2_000}`,
    accountId: `org-${index % 50}`,
    projectId: `project-${index % 200}`,
    projectName: `project ${index % 200}`,
    computeId: `ep-${index % 400}`,
    computeName: 'main',
    database: 'app',
    databaseRole: 'app_reader',
    grantId: `g${index % 2_000}`,
    accessTokenId: null,
    loginRequestId: `l${index}`,
    since: new Date(Date.now() - index * 977).toISOString(),
    busySince: null,
    upstreamPid: 20_000 + index,
    tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
  };
}

function begin(): void {
  delay.enable();
  delay.reset();
  cpuAtBegin = process.cpuUsage();
  answer({ kind: 'begun' });
}

function end(): void {
  const { user, system } = process.cpuUsage(cpuAtBegin);
  answer({ kind: 'ended', cpuMs: (user + system) / 1_000, longestDelayMs: delay.max / 1e6 });
}

function answer(message: NodeAnswer): void {
  process.send?.(message);
}
