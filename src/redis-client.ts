// Opens Redis connections of every supported kind and runs Lua scripts on them. Knows no key and no script.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { assertNever } from './assert-never.ts';
import type { Closers } from './closers.ts';
import type { Log } from './log.ts';
import { parseRedisUrl, type RedisTarget } from './redis-url.ts';
import type { Secret } from './secret.ts';

export type RedisClient = Redis | Cluster;

/**
 * `commands` waits in a bounded queue through a short reconnect; `subscriber` resubscribes for ever;
 * `limiter` fails at once, so that the in-process limiter can take over.
 */
export type RedisPurpose = 'commands' | 'subscriber' | 'limiter';

const CONNECT_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 5_000;
const LONGEST_RETRY_PAUSE_MS = 1_000;

/**
 * A client for what a Redis URL names; see parseRedisUrl for the forms. Throws for another URL, and for a `?ca=` that cannot
 * be read. Never throws for an unreachable server: it keeps trying and logs once per loss.
 */
export function createRedis(url: string, options: { purpose: RedisPurpose; log: Log }): RedisClient {
  const target = parseRedisUrl(url);
  // Without the URL, which may hold a password.
  if (target === null) throw new Error('REDIS_URL is not a Redis URL');
  const client = openClient(target, sharedOptions(target, options.purpose));
  logLosses(client, options.log);
  return client;
}

/** One client for each purpose. */
export interface RedisClients {
  readonly commands: RedisClient;
  readonly subscriber: RedisClient;
  readonly limiter: RedisClient;
}

/** Opens a node's clients and leaves closing them to the closers. */
export function openRedisClients(url: Secret, { log, closers }: { log: Log; closers: Closers }): RedisClients {
  const open = (purpose: RedisPurpose) => {
    const client = createRedis(url.reveal(), { purpose, log });
    closers.add(`redis ${purpose}`, () => client.disconnect());
    return client;
  };
  return { commands: open('commands'), subscriber: open('subscriber'), limiter: open('limiter') };
}

/** Runs a Lua script by its digest and sends its text only when the server does not know it yet. */
export async function runScript(
  redis: RedisClient,
  script: string,
  { keys, args }: { keys: readonly string[]; args: ReadonlyArray<string | number> },
): Promise<unknown> {
  const digest = createHash('sha1').update(script).digest('hex');
  try {
    return await redis.evalsha(digest, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return await redis.eval(script, keys.length, ...keys, ...args);
  }
}

function openClient(target: RedisTarget, shared: RedisOptions): RedisClient {
  const [server] = target.seeds;
  switch (target.kind) {
    case 'server':
      return new Redis({ ...shared, ...server });
    case 'sentinel':
      return new Redis({ ...shared, ...sentinelOptions(target, shared) });
    case 'cluster':
      return new Cluster([...target.seeds], {
        redisOptions: withoutQueueing(shared),
        enableOfflineQueue: shared.enableOfflineQueue ?? true,
        clusterRetryStrategy: reconnectPause,
        // A certificate has the names that the members announce, not what they resolve to.
        ...(target.tls === null ? {} : { dnsLookup: (address, callback) => callback(null, address) }),
      });
    default:
      return assertNever(target.kind);
  }
}

function sentinelOptions(target: RedisTarget, { tls }: RedisOptions): RedisOptions {
  return {
    sentinels: [...target.seeds],
    ...(target.masterName === null ? {} : { name: target.masterName }),
    ...(target.sentinelPassword === null ? {} : { sentinelPassword: target.sentinelPassword }),
    ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    // A master that hangs closes no connection: what the Sentinels say counts.
    failoverDetector: true,
    sentinelRetryStrategy: reconnectPause,
  };
}

function sharedOptions(target: RedisTarget, purpose: RedisPurpose): RedisOptions {
  return {
    ...(target.username === null ? {} : { username: target.username }),
    ...(target.password === null ? {} : { password: target.password }),
    ...(target.database === 0 ? {} : { db: target.database }),
    ...(target.tls === null ? {} : { tls: tlsOptions(target.tls) }),
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: 10_000,
    retryStrategy: reconnectPause,
    reconnectOnError: isFromDemotedMaster,
    // A subscriber may send nothing else once it is subscribed, so it asks nothing before either.
    enableReadyCheck: purpose !== 'subscriber',
    disableClientInfo: true,
    enableOfflineQueue: purpose !== 'limiter',
    maxRetriesPerRequest: purpose === 'subscriber' ? null : purpose === 'limiter' ? 0 : 3,
    ...(purpose === 'subscriber' ? {} : { commandTimeout: COMMAND_TIMEOUT_MS }),
  };
}

// After a fail-over the old master is a replica and refuses writes: 2 asks to connect again and send the command once more.
function isFromDemotedMaster({ message }: Error): 2 | false {
  return message.startsWith('READONLY') ? 2 : false;
}

function withoutQueueing(options: RedisOptions): RedisOptions {
  const { enableOfflineQueue: _queue, retryStrategy: _strategy, ...rest } = options;
  return rest;
}

function reconnectPause(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), LONGEST_RETRY_PAUSE_MS);
}

function tlsOptions({ caPath }: { readonly caPath: string | null }): { ca?: Buffer } {
  return caPath === null ? {} : { ca: readFileSync(caPath) };
}

function logLosses(client: RedisClient, log: Log): void {
  const state = { isLost: false };
  client.on('error', (error: Error) => {
    if (state.isLost) return;
    state.isLost = true;
    log.warn({ cause: error.message }, 'redis connection lost');
  });
  client.on('ready', () => {
    if (state.isLost) log.info('redis connection is back');
    state.isLost = false;
  });
}
