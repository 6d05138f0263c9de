// Opens Redis connections of every supported kind and runs Lua scripts on them. Knows no key and no script.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Closers } from './closers.ts';
import type { Log } from './log.ts';
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
 * A client for `redis://`, `rediss://` (with `?ca=/path` for a private CA), `redis-sentinel://h1:p,h2:p/<master name>` or
 * `redis-cluster://h1:p,h2:p` (`rediss-…` for TLS). Never throws for an unreachable server: it keeps trying and logs once per loss.
 */
export function createRedis(url: string, options: { purpose: RedisPurpose; log: Log }): RedisClient {
  const target = new URL(url.replace(/^(rediss?-(?:sentinel|cluster):\/\/(?:[^@/]*@)?)([^/,]+)(?:,([^/]*))?/, '$1$2'));
  const shared = sharedOptions(target, options.purpose);
  const client = openClient({ url, target, shared });
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

function openClient({ url, target, shared }: { url: string; target: URL; shared: RedisOptions }): RedisClient {
  const kind = target.protocol.replace(/^rediss?-?/, '').replace(':', '');
  if (kind === 'sentinel') {
    const { tls, ...rest } = shared;
    return new Redis({
      ...rest,
      ...(tls === undefined ? {} : { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
      sentinels: seeds(url, 26379),
      name: target.pathname.slice(1),
    });
  }
  if (kind === 'cluster') {
    return new Cluster(seeds(url, 6379), {
      redisOptions: withoutQueueing(shared),
      enableOfflineQueue: shared.enableOfflineQueue ?? true,
      clusterRetryStrategy: reconnectPause,
    });
  }
  return new Redis({ ...shared, host: target.hostname.replace(/^\[|\]$/g, ''), port: Number(target.port || 6379) });
}

function sharedOptions(target: URL, purpose: RedisPurpose): RedisOptions {
  const database = Number(target.pathname.slice(1));
  const isPlain = target.protocol === 'redis:' || target.protocol === 'rediss:';
  return {
    ...(target.username === '' ? {} : { username: decodeURIComponent(target.username) }),
    ...(target.password === '' ? {} : { password: decodeURIComponent(target.password) }),
    ...(isPlain && database > 0 ? { db: database } : {}),
    ...(target.protocol.startsWith('rediss') ? { tls: tlsOptions(target) } : {}),
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepAlive: 10_000,
    retryStrategy: reconnectPause,
    // A subscriber may send nothing else once it is subscribed, so it asks nothing before either.
    enableReadyCheck: purpose !== 'subscriber',
    disableClientInfo: true,
    enableOfflineQueue: purpose !== 'limiter',
    maxRetriesPerRequest: purpose === 'subscriber' ? null : purpose === 'limiter' ? 0 : 3,
    ...(purpose === 'subscriber' ? {} : { commandTimeout: COMMAND_TIMEOUT_MS }),
  };
}

function withoutQueueing(options: RedisOptions): RedisOptions {
  const { enableOfflineQueue: _queue, retryStrategy: _strategy, ...rest } = options;
  return rest;
}

function reconnectPause(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), LONGEST_RETRY_PAUSE_MS);
}

function tlsOptions(target: URL): { ca?: Buffer } {
  const caPath = target.searchParams.get('ca');
  return caPath === null ? {} : { ca: readFileSync(caPath) };
}

function seeds(url: string, defaultPort: number): Array<{ host: string; port: number }> {
  const authority = /^[a-z-]+:\/\/(?:[^@/]*@)?([^/?]+)/.exec(url)?.[1] ?? '';
  return authority.split(',').map((part) => {
    const [host = '', port] = part.split(':');
    return { host, port: Number(port ?? defaultPort) };
  });
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
