// Login requests that stay open without a connection; one node records the end of each.

import type { Clock } from '../../clock.ts';
import { idFrom, type LoginRequestId, type NodeId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { DueList } from '../../redis/due-list.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import { isOpen } from '../terms/login-status.ts';
import { type RecordsAudit, systemLoginEvent } from './login-audit-event.ts';
import type { LoginRequest, MoveOutcome } from './login-request.ts';

/** Longer than any request lives. */
const KEPT_MS = 3_600_000;

export class UnfollowedLogins {
  readonly #list: DueList;

  constructor(redis: RedisClient) {
    this.#list = new DueList({ redis, key: redisKeys.unfollowedLogins(), keptMs: KEPT_MS });
  }

  async add({ id, expiresAt }: LoginRequest): Promise<void> {
    await this.#list.add(id, expiresAt);
  }

  /** At most 500. */
  async takeDue(now: Date): Promise<LoginRequestId[]> {
    return (await this.#list.takeDue(now)).map((id) => idFrom<LoginRequestId>(id));
  }
}

interface Recording {
  readonly loginRequests: { expire(id: LoginRequestId): Promise<MoveOutcome> };
  readonly unfollowed: UnfollowedLogins;
  readonly auditTrail: RecordsAudit;
  readonly clock: Clock;
  readonly nodeId: NodeId;
  readonly log: Log;
}

const LOOK_INTERVAL_MS = 5_000;
/** Redis' clock decides and may be behind ours. */
const LOOK_AFTER_MS = 1_000;

/** Checks every five seconds; several nodes share the work. Returns a function that stops it. */
export function recordLoginExpiry(parts: Recording): () => void {
  const timer = setInterval(() => {
    recordExpired(parts).catch((error: unknown) =>
      parts.log.debug({ event: 'login.expiry_sweep_failed', err: error }, 'cannot look for expired login requests'),
    );
  }, LOOK_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

async function recordExpired(parts: Recording): Promise<void> {
  const { loginRequests, unfollowed, auditTrail, clock } = parts;
  for (const id of await unfollowed.takeDue(new Date(clock.now().getTime() - LOOK_AFTER_MS))) {
    const { request } = await loginRequests.expire(id);
    // Abandoned: it gave way to newer ones.
    if (request?.status === 'expired' || request?.status === 'abandoned') {
      const { status, reason } = request;
      const event = { event: `login.${status}`, at: clock.now(), nodeId: parts.nodeId } as const;
      auditTrail.record(systemLoginEvent(request, { ...event, ...(reason !== null && { reason }) }));
    }
    // A reverse code, and asking others, extend the time to decide.
    else if (request !== null && isOpen(request.status)) await unfollowed.add(request);
  }
}
