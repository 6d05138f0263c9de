// Login requests that stay open without a connection; one node records the end of each.

import { type AuditEventInput, BY_SYSTEM } from '../../catalogue/trail/audit-events.ts';
import type { Clock } from '../../clock.ts';
import { idFrom, type LoginRequestId, type NodeId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { DueList } from '../../redis/due-list.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import type { RecordsAudit } from './login-audit-event.ts';
import { isUndecided, type LoginRequest, type MoveOutcome } from './login-request.ts';

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
    if (request?.status === 'expired') auditTrail.record(expiredEvent(request, parts));
    // A reverse code extends the time to decide.
    else if (request !== null && isUndecided(request.status)) await unfollowed.add(request);
  }
}

function expiredEvent({ id, origin }: LoginRequest, { clock, nodeId }: Recording): AuditEventInput {
  return {
    ...{ at: clock.now(), nodeId, event: 'login.expired', outcome: 'success', loginRequestId: id },
    ...BY_SYSTEM,
    terminalIp: origin.address,
    terminalPort: origin.port,
    tls: origin.tls === null ? null : `${origin.tls.version} ${origin.tls.cipher}`,
    untrustedUser: origin.requestedUser,
    untrustedDatabase: origin.requestedDatabase,
    untrustedApplication: origin.application,
  };
}
