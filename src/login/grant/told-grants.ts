// What nodes tell each other of new grants by way of Redis, and which nodes rely on what they have
// read of it. Knows no grant.

import { z } from 'zod';
import { idFrom, type NodeId } from '../../ids.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { askStore, runScript } from '../../redis/redis-script.ts';
import { READ_TOLD_GRANTS, TELL_OF_GRANT } from '../scripts/grant-scripts.ts';

/** A node that was not told so much notices, and starts anew. */
const ENTRIES = 1_000;
/** Longer than the heartbeats of a dead node count. */
const SILENT_MS = 10_000;
/** Longer than any grant lasts. */
const KEPT_MS = 9 * 3_600_000;

/** A node that will ask Redis again after `leftMs` at the latest, unless it reads before. */
export interface Relying {
  readonly nodeId: NodeId;
  readonly leftMs: number;
}

export interface ToldGrants {
  /** Redis' clock. */
  readonly nowMs: number;
  /** How many nodes read, and so tell as well. */
  readonly readers: number;
  /** The first is the one that was read last, if nothing was missed. */
  readonly entries: ReadonlyArray<{
    readonly id: string;
    readonly terminal: string;
    /** By Redis' clock. */
    readonly untilMs: number;
  }>;
}

const relyingSchema = z.array(z.string());
const toldSchema = z.tuple([
  z.coerce.number(),
  z.number(),
  z.array(z.tuple([z.string(), z.tuple([z.string(), z.string(), z.string(), z.coerce.number()])])),
]);

/** Answers which nodes may not know of it yet. Throws `store_unavailable`. */
export async function tellOfGrant(redis: RedisClient, terminal: string, lifeMs: number): Promise<Relying[]> {
  const call = { keys: keys(), args: [terminal, lifeMs, ENTRIES, KEPT_MS] };
  const flat = relyingSchema.parse(await askStore(() => runScript(redis, TELL_OF_GRANT, call)));
  return flat.flatMap((nodeId, at) =>
    at % 2 === 0 ? [{ nodeId: idFrom<NodeId>(nodeId), leftMs: Number(flat[at + 1]) }] : [],
  );
}

/** `since`: the entry that was read last; null: reads all that are kept. */
export async function readToldGrants(
  redis: RedisClient,
  { nodeId, reliesMs, since }: { readonly nodeId: NodeId; readonly reliesMs: number; readonly since: string | null },
): Promise<ToldGrants> {
  const call = { keys: keys(), args: [nodeId, reliesMs, since ?? '-', SILENT_MS, KEPT_MS] };
  const reply = await askStore(() => runScript(redis, READ_TOLD_GRANTS, call));
  const [nowMs, readers, entries] = toldSchema.parse(reply);
  return {
    nowMs,
    readers,
    entries: entries.map(([id, [, terminal, , untilMs]]) => ({ id, terminal, untilMs })),
  };
}

/** Its node is not waited for any more. */
export async function stopReadingGrants(redis: RedisClient, nodeId: NodeId): Promise<void> {
  await askStore(() => redis.zrem(redisKeys.grantReaders(), nodeId));
}

function keys(): string[] {
  return [redisKeys.toldGrants(), redisKeys.grantReaders()];
}
