// Nodes of a fleet without gateways: a real Redis, a real registry, and connections that record
// what reaches them.

import { type AccessOwners, recordEndedAccess } from '../../../src/catalogue/endings/ended-access.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { systemClock } from '../../../src/clock.ts';
import { createFleet, type Fleet } from '../../../src/fleet/fleet.ts';
import {
  type EndCause,
  type LiveConnectionHandle,
  type LiveConnectionRecord,
  type LiveConnectionSnapshot,
  UNKNOWN_QUERY_STATE,
} from '../../../src/fleet/live-connection.ts';
import { type NodeId, newConnectionId, newNodeId } from '../../../src/ids.ts';
import { createLog } from '../../../src/log.ts';
import { createRedis, type RedisClient } from '../../../src/redis/redis-client.ts';

export interface TestNode extends AsyncDisposable, Fleet {
  readonly nodeId: NodeId;
  readonly catalogue: Catalogue;
  readonly redis: RedisClient;
  readonly subscriber: RedisClient;
}

export const silentLog = createLog('silent');

/** A node in the fleet on this Redis; disposing makes it leave and closes its connections. */
export async function startTestNode(
  redisUrl: string,
  catalogue: Catalogue,
  nodeId: NodeId = newNodeId(),
): Promise<TestNode> {
  const redis = createRedis(redisUrl, { purpose: 'commands', log: silentLog });
  const subscriber = createRedis(redisUrl, { purpose: 'subscriber', log: silentLog });
  const fleet = createFleet({
    catalogue,
    redis,
    subscriber,
    nodeId,
    version: '0.0.0-test',
    clock: systemClock,
    log: silentLog,
  });
  try {
    await fleet.start();
  } catch (error) {
    await fleet.close();
    for (const client of [redis, subscriber]) client.disconnect();
    throw error;
  }
  return {
    ...fleet,
    nodeId,
    catalogue,
    redis,
    subscriber,
    async [Symbol.asyncDispose]() {
      await fleet.close();
      redis.disconnect();
      subscriber.disconnect();
    },
  };
}

/** Takes something away as a change of the catalogue does, and has the node carry it out. */
export async function endAccess(node: Pick<TestNode, 'catalogue' | 'liveConnections'>, owners: AccessOwners) {
  await node.catalogue.transaction((tx) => recordEndedAccess(tx, { kind: 'end', owners }));
  return await node.liveConnections.endNow();
}

/** A relaying connection of that node, with nothing but what is given. */
export function connectionRecord(
  nodeId: NodeId,
  given: Partial<Omit<LiveConnectionRecord, 'nodeId'>> = {},
): LiveConnectionRecord {
  return {
    id: newConnectionId(),
    nodeId,
    phase: 'relaying',
    userId: null,
    personEmail: null,
    address: '192.0.2.7',
    port: 50_000,
    application: 'psql',
    requestedUser: 'sally',
    accountId: null,
    projectId: null,
    projectName: null,
    projectLabel: null,
    computeId: null,
    computeName: null,
    hostId: null,
    database: null,
    databaseRole: null,
    grantId: null,
    accessTokenId: null,
    loginRequestId: null,
    glassId: null,
    since: new Date().toISOString(),
    bytesToUpstream: 0,
    bytesToClient: 0,
    transactionStatus: null,
    ...UNKNOWN_QUERY_STATE,
    busySince: null,
    upstreamPid: null,
    tls: null,
    ...given,
  };
}

export interface RecordingHandle extends LiveConnectionHandle {
  readonly ends: EndCause[];
  readonly notices: string[];
  canceled: number;
  rechecks: number;
  current: LiveConnectionSnapshot;
}

/** A registered connection that records the commands it receives. */
export function recordingHandle(): RecordingHandle {
  const handle: RecordingHandle = {
    rightAsOf: null,
    ends: [],
    notices: [],
    canceled: 0,
    rechecks: 0,
    current: { bytesToUpstream: 0, bytesToClient: 0, transactionStatus: null, ...UNKNOWN_QUERY_STATE },
    snapshot: () => handle.current,
    end: (cause) => {
      handle.ends.push(cause);
    },
    recheck: async () => {
      handle.rechecks += 1;
    },
    cancelQuery: async () => {
      handle.canceled += 1;
    },
    notify: async (text) => {
      handle.notices.push(text);
    },
  };
  return handle;
}
