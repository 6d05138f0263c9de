// Ends grants and live connections on running nodes through their Redis, for the command line.

import type { ActionParts } from '../actions/action-parts.ts';
import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { recordAuditEvent } from '../catalogue/trail/audit-events.ts';
import type { Closers } from '../closers.ts';
import type { Config } from '../config/config.ts';
import { findEmbeddedRedis } from '../embedded/redis/embedded-redis-address.ts';
import { NodeBus } from '../fleet/node-bus.ts';
import { Revocations } from '../fleet/revocations.ts';
import type { Log } from '../log.ts';
import { grantRevokedEvent } from '../login/grant/grant-audit-event.ts';
import { Grants } from '../login/grant/grants.ts';
import { awaitRedis } from '../redis/await-redis.ts';
import { createRedis, type RedisClient } from '../redis/redis-client.ts';

interface Opening {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly log: Log;
  readonly closers: Closers;
}

interface Enders {
  readonly grants: Pick<ActionParts['grants'], 'revokeWhere'>;
  readonly liveConnections: Pick<ActionParts['liveConnections'], 'endWhere' | 'recheckWhere'>;
}

/**
 * Connects to Redis when something is to be ended. Ends nothing when no server runs, since nobody
 * is connected then; warns when the configured Redis does not answer.
 */
export function accessEnders(opening: Opening): Enders {
  let opened: Promise<Enders | null> | null = null;
  const open = () => {
    opened ??= openEnders(opening);
    return opened;
  };
  return {
    grants: { revokeWhere: async (filter) => (await open())?.grants.revokeWhere(filter) ?? [] },
    liveConnections: {
      endWhere: async (match) => (await open())?.liveConnections.endWhere(match),
      recheckWhere: async (match) => (await open())?.liveConnections.recheckWhere(match),
    },
  };
}

async function openEnders(opening: Opening): Promise<Enders | null> {
  const redis = await reachRedis(opening);
  if (redis === null) return null;
  const { catalogue, log, closers } = opening;
  const { nodeId } = catalogue;
  const bus = new NodeBus({ redis, subscriber: redis, nodeId, log });
  const revocations = new Revocations({ redis, bus, nodeId, log });
  const recording: Promise<void>[] = [];
  closers.add('the audit trail', async () => void (await Promise.all(recording)));
  const grants = new Grants({
    redis,
    onRevoked: (grant) => revocations.publish({ grantId: grant.id }),
    recordRevoked: (grant, by) => {
      const event = grantRevokedEvent(grant, by, { at: catalogue.clock.now(), nodeId });
      const recorded = catalogue.transaction((tx) => recordAuditEvent(tx, event));
      // Its failure is reported when everything is closed.
      recorded.catch(() => {});
      recording.push(recorded);
    },
  });
  return {
    grants,
    liveConnections: {
      endWhere: (match) => revocations.publish(match),
      recheckWhere: (match) => revocations.publish({ ...match, unlessAllowed: true }),
    },
  };
}

async function reachRedis({ config, log, closers }: Opening): Promise<RedisClient | null> {
  const url = config.redisUrl ?? (await findEmbeddedRedis(config.dataDir));
  if (url === null) return null;
  const redis = createRedis(url.reveal(), { purpose: 'commands', log });
  closers.add('redis', () => redis.disconnect());
  try {
    await awaitRedis(redis, { log, limitMs: 0 });
    return redis;
  } catch (error) {
    // A killed server leaves a stale note.
    if (config.redisUrl !== null) log.warn({ cause: String(error) }, 'what is connected now stays connected');
    return null;
  }
}
