// Counts what a fleet holds for its connections; a difference between before and after is a leak.

import { Redis } from 'ioredis';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import type { Desk } from '../../support/nodes/desk.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

export interface Held {
  /** Sockets accepted by the given nodes. */
  readonly sockets: number;
  /** Of the project's role at the upstream. */
  readonly upstreamConnections: number;
  /** Live connections as each node lists them. */
  readonly registered: number;
  /** Keys of living nodes; those of a dead one expire by themselves. */
  readonly cancelKeys: number;
  readonly waitingLogins: number;
}

export const NOTHING_HELD: Held = {
  sockets: 0,
  upstreamConnections: 0,
  registered: 0,
  cancelKeys: 0,
  waitingLogins: 0,
};

export async function whatIsHeld(desk: Desk, nodes: readonly TestNode[] = [desk.node]): Promise<Held> {
  const role = desk.project.roles[0]?.name;
  const sql = `select count(*)::int as count from pg_stat_activity where usename = '${role}'`;
  const [upstream] = await queryRows(postgresUrl(), sql);
  const lists = await Promise.all(nodes.map(({ postern }) => postern.fleet.liveConnections.list()));
  const redis = new Redis(desk.installation.redisUrl);
  try {
    const living = await desk.node.postern.fleet.liveConnections.listNodes();
    const cancelKeys = await Promise.all(living.map(({ nodeId }) => redis.hlen(redisKeys.cancelRoutes(nodeId))));
    return {
      sockets: nodes.reduce((sum, { postern }) => sum + postern.gateway.connectionCounts().sockets, 0),
      upstreamConnections: Number(upstream?.count),
      registered: lists.flat().length,
      cancelKeys: cancelKeys.reduce((sum, count) => sum + count, 0),
      waitingLogins: await redis.zcard(redisKeys.placesInTotal('waiting')),
    };
  } finally {
    redis.disconnect();
  }
}

/** Resolves when nothing is held any more; throws with what still is. */
export async function expectNothingHeld(desk: Desk, nodes: readonly TestNode[] = [desk.node]): Promise<void> {
  const wanted = JSON.stringify(NOTHING_HELD);
  let last = '';
  const isFree = async () => {
    last = JSON.stringify(await whatIsHeld(desk, nodes));
    return last === wanted;
  };
  await waitUntil(isFree, 'nothing is held').catch((error: unknown) => {
    throw new Error(`still held: ${last}`, { cause: error });
  });
}
