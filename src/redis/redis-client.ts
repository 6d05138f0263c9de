// Opens Redis connections of every supported kind. Knows no key.

import { readFileSync } from 'node:fs';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { assertNever } from '../assert-never.ts';
import type { Closers } from '../async/closers.ts';
import { hangUpUnanswered } from '../async/hang-up-unanswered.ts';
import type { Log } from '../log.ts';
import type { Secret } from '../secret.ts';
import { PatientCluster, reconnectPause, SentinelRedis } from './patient-clients.ts';
import { parseRedisUrl, type RedisTarget } from './redis-url.ts';

export type RedisClient = Redis | Cluster;

/** `commands`: a bounded queue; `subscriber`: resubscribes for ever; `limiter`: fails at once. */
export type RedisPurpose = 'commands' | 'subscriber' | 'limiter';

const CONNECT_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 5_000;
// As many tries as fit into a command's time: a short fail-over delays it only.
const RECONNECTS_PER_COMMAND = 7;
const REDIRECTIONS_PER_COMMAND = 50;
/** A member that hangs neither answers nor redirects, so the Cluster is asked for its slots. */
const SLOTS_REFRESH_MS = 5_000;

/** Throws for a wrong URL or an unreadable `?ca=`, never for an unreachable server. */
export function createRedis(url: string, options: { purpose: RedisPurpose; log: Log }): RedisClient {
  const target = parseRedisUrl(url);
  // Without the URL, which may hold a password.
  if (target === null) throw new Error('REDIS_URL is not a Redis URL');
  const client = openClient(target, sharedOptions(target, options.purpose));
  logLosses(client, options.log);
  closeUnanswered(client);
  gatherWrites(client);
  return client;
}

export interface RedisClients {
  readonly commands: RedisClient;
  readonly subscriber: RedisClient;
  readonly limiter: RedisClient;
}

export function openRedisClients(url: Secret, { log, closers }: { log: Log; closers: Closers }): RedisClients {
  const open = (purpose: RedisPurpose) => {
    const client = createRedis(url.reveal(), { purpose, log });
    closers.add(`redis ${purpose}`, () => client.disconnect());
    return client;
  };
  return { commands: open('commands'), subscriber: open('subscriber'), limiter: open('limiter') };
}

/** Whether commands take effect in the order in which they were sent; in a Cluster per key only. */
export function keepsOrder(client: RedisClient): boolean {
  return client instanceof Redis;
}

/** False when Redis could not answer it now; true also when its script is unknown. */
export function isWrongCommand(error: unknown): boolean {
  // Redis protocol, "Simple errors": the generic prefix is ERR; states of the server have words of
  // their own (LOADING, OOM, …).
  return error instanceof Error && error.name === 'ReplyError' && /^(ERR|WRONGTYPE|NOSCRIPT) /.test(error.message);
}

/** The reason in words, with the last error of a member for an unreachable Cluster. */
export function explainRedisError(error: Error): string {
  const ofMember =
    'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError.message : null;
  return ofMember === null ? error.message : `${error.message} ${ofMember}`;
}

function openClient(target: RedisTarget, shared: RedisOptions): RedisClient {
  const [server] = target.seeds;
  switch (target.kind) {
    case 'server':
      return new Redis({ ...shared, ...server });
    case 'sentinel':
      return new SentinelRedis({ ...shared, ...sentinelOptions(target, shared) });
    case 'cluster':
      return openCluster(target, shared);
    default:
      return assertNever(target.kind);
  }
}

function openCluster(target: RedisTarget, shared: RedisOptions): Cluster {
  const seeds = [...target.seeds];
  const options: ClusterOptions = {
    redisOptions: withoutQueueing(shared),
    enableOfflineQueue: shared.enableOfflineQueue ?? true,
    clusterRetryStrategy: reconnectPause,
    maxRedirections: REDIRECTIONS_PER_COMMAND,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // Certificates have the names that members announce, not the addresses these resolve to.
    ...(target.tls === null ? {} : { dnsLookup: (address, callback) => callback(null, address) }),
  };
  const isPatient = shared.commandTimeout !== undefined && options.enableOfflineQueue;
  return isPatient
    ? new PatientCluster(seeds, { ...options, limitMs: COMMAND_TIMEOUT_MS })
    : new Cluster(seeds, options);
}

function sentinelOptions(target: RedisTarget, { tls }: RedisOptions): RedisOptions {
  return {
    sentinels: [...target.seeds],
    ...(target.masterName === null ? {} : { name: target.masterName }),
    ...(target.sentinelPassword === null ? {} : { sentinelPassword: target.sentinelPassword }),
    ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
    // A master that hangs closes no connection, so the Sentinels are asked.
    failoverDetector: true,
    sentinelRetryStrategy: reconnectPause,
    // A Sentinel that hangs accepts connections; the next one is asked then.
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
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
    // A subscribed connection may send no other command, such as the ready check's.
    enableReadyCheck: purpose !== 'subscriber',
    disableClientInfo: true,
    enableOfflineQueue: purpose !== 'limiter',
    maxRetriesPerRequest: purpose === 'subscriber' ? null : purpose === 'limiter' ? 0 : RECONNECTS_PER_COMMAND,
    ...(purpose === 'subscriber' ? {} : { commandTimeout: COMMAND_TIMEOUT_MS }),
  };
}

// After a fail-over the old master refuses writes. 2: reconnect and send again.
function isFromDemotedMaster({ message }: Error): 2 | false {
  return message.startsWith('READONLY') ? 2 : false;
}

function withoutQueueing(options: RedisOptions): RedisOptions {
  const { enableOfflineQueue: _queue, retryStrategy: _strategy, ...rest } = options;
  return rest;
}

function tlsOptions({ caPath }: { readonly caPath: string | null }): { ca?: Buffer } {
  return caPath === null ? {} : { ca: readFileSync(caPath) };
}

// NOTE: a server that hangs, or that the network drops, closes nothing: without this every command
// would time out for a quarter of an hour, also when a replica has long taken over.
function closeUnanswered(client: RedisClient): void {
  if (client instanceof Cluster) client.on('+node', closeUnanswered);
  else client.on('connect', () => hangUpUnanswered(client.stream, COMMAND_TIMEOUT_MS));
}

/** Commands of one turn of the event loop leave together, in one system call and one packet. */
function gatherWrites(client: RedisClient): void {
  if (client instanceof Cluster) {
    client.on('+node', gatherWrites);
    return;
  }
  const send = client.sendCommand.bind(client);
  let isGathering = false;
  client.sendCommand = (command, stream) => {
    if (!isGathering && client.status === 'ready') {
      isGathering = true;
      const { stream: socket } = client;
      socket.cork();
      setImmediate(() => {
        isGathering = false;
        socket.uncork();
      });
    }
    return send(command, stream);
  };
}

function logLosses(client: RedisClient, log: Log): void {
  const state = { isLost: false };
  client.on('error', (error: Error) => {
    if (state.isLost) return;
    state.isLost = true;
    log.warn({ event: 'redis.lost', cause: explainRedisError(error) }, 'redis connection lost');
  });
  client.on('ready', () => {
    if (state.isLost) log.info({ event: 'redis.back' }, 'redis connection is back');
    state.isLost = false;
  });
}
