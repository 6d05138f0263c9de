// Has each end of a grant recorded once, by the caller that takes it from this list.

import { z } from 'zod';
import { type AuditEventInput, BY_SYSTEM } from '../../catalogue/trail/audit-events.ts';
import type { Clock } from '../../clock.ts';
import {
  type AccountId,
  type ComputeId,
  type GrantId,
  idSchema,
  type NodeId,
  type ProjectId,
  type UserId,
} from '../../ids.ts';
import type { Log } from '../../log.ts';
import { DueList } from '../../redis/due-list.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisKeys } from '../../redis/redis-keys.ts';
import type { RecordsAudit } from '../request/login-audit-event.ts';
import type { Grant } from './grant.ts';

export interface EndedGrant {
  readonly id: GrantId;
  readonly userId: UserId;
  readonly personEmail: string;
  readonly accountId: AccountId;
  readonly projectId: ProjectId;
  readonly computeId: ComputeId;
  readonly address: string;
}

/** Longer than any grant lasts. */
const KEPT_MS = 9 * 3_600_000;

const schema = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(
    z.object({
      id: idSchema<GrantId>(),
      userId: idSchema<UserId>(),
      personEmail: z.string(),
      accountId: idSchema<AccountId>(),
      projectId: idSchema<ProjectId>(),
      computeId: idSchema<ComputeId>(),
      address: z.string(),
    }),
  );

export class GrantEndings {
  readonly #list: DueList;

  constructor(redis: RedisClient) {
    this.#list = new DueList({ redis, key: redisKeys.grantEndings(), keptMs: KEPT_MS });
  }

  async expect(grant: Grant): Promise<void> {
    await this.#list.add(memberOf(grant), grant.until);
  }

  async take(grant: Grant): Promise<boolean> {
    return await this.#list.take(memberOf(grant));
  }

  /** Of the grants that have not ended; null for more than `most`. */
  async liveIds(most: number): Promise<GrantId[] | null> {
    return (await this.#list.names(most))?.map((member) => schema.parse(member).id) ?? null;
  }

  /** At most 500. */
  async takeDue(now: Date): Promise<EndedGrant[]> {
    return (await this.#list.takeDue(now)).map((member) => schema.parse(member));
  }
}

function memberOf(grant: Grant): string {
  const { userId, personEmail, accountId, projectId, computeId, address } = grant;
  return JSON.stringify({ id: grant.id, userId, personEmail, accountId, projectId, computeId, address });
}

interface Recording {
  readonly auditTrail: RecordsAudit;
  readonly clock: Clock;
  readonly nodeId: NodeId;
}

const SWEEP_INTERVAL_MS = 15_000;

/** Checks every 15 seconds; several nodes share the work. */
export function recordGrantsRunOut(
  parts: Recording & { readonly endings: GrantEndings; readonly log: Log },
): () => void {
  const { endings, clock, auditTrail, log } = parts;
  const sweep = async (): Promise<void> => {
    for (const grant of await endings.takeDue(clock.now())) auditTrail.record(endedEvent(grant, parts));
  };
  const timer = setInterval(() => {
    sweep().catch((error: unknown) =>
      log.debug({ event: 'grant.expiry_sweep_failed', err: error }, 'cannot look for expired grants'),
    );
  }, SWEEP_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

function endedEvent(grant: EndedGrant, { clock, nodeId }: Recording): AuditEventInput {
  const { id: grantId, accountId, projectId, computeId, personEmail: subject, address: terminalIp } = grant;
  return {
    ...{ at: clock.now(), nodeId, event: 'grant.ended', outcome: 'success', reason: 'time' },
    ...BY_SYSTEM,
    ...{ subject, grantId, accountId, projectId, computeId, terminalIp },
  };
}
