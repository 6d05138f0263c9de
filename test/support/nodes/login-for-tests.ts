// One node's login store: its connections to a Redis and everything built on them.

import {
  type ComputeId,
  newAccessRequestId,
  newComputeId,
  newNodeId,
  newUserId,
  type UserId,
} from '../../../src/ids.ts';
import { createLog } from '../../../src/log.ts';
import { LoginEvents } from '../../../src/login/request/login-events.ts';
import type {
  Approval,
  LoginOrigin,
  LoginRequest,
  MoveOutcome,
  Submission,
} from '../../../src/login/request/login-request.ts';
import { LoginRequests } from '../../../src/login/request/login-requests.ts';
import type { WaitingLimits } from '../../../src/login/request/waiting-figures.ts';
import { createRedis, type RedisClient } from '../../../src/redis/redis-client.ts';
import { Secret } from '../../../src/secret.ts';

export interface LoginNode extends AsyncDisposable {
  /** For reading the store directly. */
  readonly redis: RedisClient;
  readonly subscriber: RedisClient;
  readonly events: LoginEvents;
  readonly requests: LoginRequests;
}

const ROOMY: WaitingLimits = { waitingPerAddress: 100_000, waitingInTotal: 100_000, sharedNetworks: [] };

/**
 * Connects to the Redis at `url`; disposing closes the connections. Limits are high unless given.
 */
export function startLoginNode(
  url: string,
  {
    ttlMs = 120_000,
    limits = {},
    subscriberUrl = url,
  }: { ttlMs?: number; limits?: Partial<WaitingLimits>; subscriberUrl?: string } = {},
): LoginNode {
  const log = createLog('silent');
  const redis = createRedis(url, { purpose: 'commands', log });
  const subscriber = createRedis(subscriberUrl, { purpose: 'subscriber', log });
  const events = new LoginEvents({ subscriber, log });
  const requests = new LoginRequests({
    redis,
    events,
    limits: { ...ROOMY, ...limits },
    ttlMs,
    nodeId: newNodeId(),
    tokenKey: new Secret('of the installation'),
    log,
  });
  const dispose = async () => {
    events.close();
    redis.disconnect();
    subscriber.disconnect();
  };
  return { redis, subscriber, events, requests, [Symbol.asyncDispose]: dispose };
}

/** A psql at 203.0.113.7 that asks for `alice`. */
export function loginOrigin(changes: Partial<LoginOrigin> = {}): LoginOrigin {
  return {
    address: '203.0.113.7',
    port: 50_123,
    application: 'psql',
    requestedUser: 'alice',
    requestedDatabase: 'alice',
    databaseIsExplicit: false,
    hints: { project: null, endpoint: null },
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    serverName: null,
    noticeBlind: false,
    replication: 'none',
    ...changes,
  };
}

export function approvalBy(userId: UserId, computeId: ComputeId = newComputeId()): Approval {
  return {
    userId,
    computeId,
    database: 'shop',
    databaseRole: 'shop_owner',
    access: 'read_write',
    browserAddress: '203.0.113.7',
    rightAsOf: null,
    remember: 'once',
    grantId: null,
  };
}

export function submissionBy(userId: UserId): Submission {
  return {
    accessRequestId: newAccessRequestId(),
    approval: approvalBy(userId),
    asked: 'Ann and 2 others',
    needed: 1,
    waitMs: 900_000,
    agreed: [],
    denial: null,
  };
}

/** A request that waits with a connection, claimed by a person made for it. */
export async function openClaimed(
  requests: LoginRequests,
  origin: LoginOrigin = loginOrigin(),
  userId: UserId = newUserId(),
): Promise<{ request: LoginRequest; userId: UserId }> {
  const { request } = await requests.open(origin, { waiting: 'connection' });
  const claimed = await requests.claim(request.id, { userId, browserAddress: '203.0.113.7' });
  return { request: requestMoved(claimed), userId };
}

/** The request of an outcome that must be `moved`; throws for any other. */
export function requestMoved(outcome: MoveOutcome): LoginRequest {
  if (outcome.kind === 'moved') return outcome.request;
  throw new Error(`the move was refused; the request is ${outcome.request?.status ?? 'not kept'}`);
}

/** Digits of a reverse code that are not these; each `which` other ones. */
export function wrongFor(digits: string, which = 1): string {
  return String((Number(digits) + which) % 10 ** digits.length).padStart(digits.length, '0');
}
