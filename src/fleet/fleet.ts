// Builds this node’s part of the fleet; closing it makes the node leave.

import { answerInTime } from '../async/time-limit.ts';
import { readRightsAtOnce } from '../catalogue/access/rights-reader.ts';
import type { RecordedEnding } from '../catalogue/endings/ended-access.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import type { Clock } from '../clock.ts';
import type { NodeId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { RedisClient } from '../redis/redis-client.ts';
import { redisKeys } from '../redis/redis-keys.ts';
import { BatchedWriter } from './batched-writer.ts';
import { CancelRoutes } from './cancel-routes.ts';
import { ConnectionCounts } from './connection-counts.ts';
import { EndedAccessDrain } from './endings/ended-access-drain.ts';
import { keepRechecking } from './endings/keep-rechecking.ts';
import { LiveConnections } from './live-connections.ts';
import { LocalConnections } from './local-connections.ts';
import { type LostConnectionsListener, LostNodes } from './lost-nodes.ts';
import { MirroredHash } from './mirrored-hash.ts';
import { NodeBus } from './node-bus.ts';
import { NodeHeartbeat } from './node-heartbeat.ts';
import { PublishedConnections } from './published-connections.ts';

/** Records may be a second old. Cancel keys and counts for caps have to be known sooner. */
const RECORD_BATCH_INTERVAL_MS = 1_000;
const SHORT_BATCH_INTERVAL_MS = 100;
/** Other nodes notice within seconds anyway that a node is gone. */
const LEAVE_LIMIT_MS = 2_000;

export interface FleetOptions {
  readonly catalogue: Catalogue;
  /** A client for `commands`. */
  readonly redis: RedisClient;
  /** A client for `subscriber`; stays open and may be shared. */
  readonly subscriber: RedisClient;
  readonly nodeId: NodeId;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Fleet {
  readonly heartbeat: NodeHeartbeat;
  readonly liveConnections: LiveConnections;
  readonly cancelRoutes: CancelRoutes;
  readonly bus: Pick<NodeBus, 'addResponder' | 'request'>;
  /** Called when an operator drains this node; lists show it as draining already. */
  onDrainRequested(listener: () => void): void;
  endGrantsBy(endGrants: (ending: RecordedEnding) => Promise<void>): void;
  onConnectionsLost(listener: LostConnectionsListener): void;
  start(): Promise<void>;
  /** Leaves the fleet; waits two seconds for Redis at most. Never rejects. */
  close(): Promise<void>;
}

/** Start it before the gateway listens; close it after the last connection. */
export function createFleet({ catalogue, redis, subscriber, nodeId, version, clock, log }: FleetOptions): Fleet {
  const heartbeat = new NodeHeartbeat({ redis, nodeId, version, clock, log });
  const bus = new NodeBus({ redis, subscriber, nodeId, log });
  const endedAccess = new EndedAccessDrain({
    catalogue,
    nudgeOthers: () => void bus.announce({ kind: 'read_ended_access' }),
    log,
  });
  const mirrorOf = (key: string, batchIntervalMs: number) => new MirroredHash({ redis, key, batchIntervalMs, log });
  const countsMirror = mirrorOf(redisKeys.connectionCounts(nodeId), SHORT_BATCH_INTERVAL_MS);
  const routes = mirrorOf(redisKeys.cancelRoutes(nodeId), SHORT_BATCH_INTERVAL_MS);

  const counts = new ConnectionCounts({ redis, heartbeat, mirror: countsMirror });
  const local = new LocalConnections({ counts, readRights: (asked) => readRightsAtOnce(catalogue, asked), clock, log });
  const published = new BatchedWriter({
    target: new PublishedConnections({ redis, nodeId, connections: local.published }),
    batchIntervalMs: RECORD_BATCH_INTERVAL_MS,
    activity: 'publishing the live connections of this node',
    log,
  });
  local.onChange((connectionId) => published.changed(connectionId));
  const mirrors = [published, countsMirror, routes];
  const liveConnections = new LiveConnections({ redis, heartbeat, bus, endedAccess, local });
  const cancelRoutes = new CancelRoutes({ redis, heartbeat, bus, mirror: routes, log });
  const lostNodes = new LostNodes({ redis, heartbeat, log });
  const rechecks = keepRechecking(() => local.recheckAll(), log);
  endedAccess.endBy((endings) => local.endBy(endings));
  endedAccess.onGap(() => rechecks.runSoon());
  const drainListeners: Array<() => void> = [];

  bus.addResponder((command) => {
    if (command.kind !== 'read_ended_access') return null;
    return endedAccess.drain().then(() => ({ kind: 'done', count: 0 }) as const);
  });
  bus.addResponder((command) => {
    if (command.kind !== 'drain') return null;
    log.info({ event: 'fleet.drain_requested', by: command.by }, 'an operator drains this node');
    for (const listener of drainListeners) listener();
    return heartbeat.markDraining().then(() => ({ kind: 'done', count: local.totals().live }) as const);
  });
  for (const mirror of mirrors) heartbeat.withEachBeat(() => mirror.renew());
  heartbeat.withEachBeat(() => bus.checkSubscription());
  heartbeat.withEachBeat(async () => lostNodes.check());

  return {
    heartbeat,
    liveConnections,
    cancelRoutes,
    bus,
    onDrainRequested(listener) {
      drainListeners.push(listener);
    },
    endGrantsBy: (endGrants) => endedAccess.endGrantsBy(endGrants),
    onConnectionsLost: (listener) => lostNodes.onConnectionsLost(listener),
    async start() {
      await heartbeat.claimId();
      local.start();
      await endedAccess.start();
      await lostNodes.clearEarlierProcess();
      await Promise.all([bus.start(), heartbeat.start()]);
    },
    async close() {
      local.close();
      rechecks.close();
      const left = Promise.all([
        heartbeat.close(),
        lostNodes.close(),
        bus.close(),
        endedAccess.close(),
        ...mirrors.map((mirror) => mirror.close()),
      ]);
      await answerInTime(left, LEAVE_LIMIT_MS).catch((error: unknown) => {
        log.warn({ event: 'fleet.leave_failed', err: error }, 'could not remove this node from the fleet’s list');
      });
    },
  };
}
