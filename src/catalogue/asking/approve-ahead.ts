// A schedule of on-call people approves in advance what the access rules would ask others about:
// for one person, in one project, until a time.

import { type Kysely, sql } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, type ComputeId, newAccessRequestId, type ProjectId, type UserId } from '../../ids.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { accountResource, notFound, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type AccessRequest, findRequest } from './access-request.ts';
import { requestEvent, requireDuration, requireReason } from './file-request.ts';

/** A shift of a week. */
export const LONGEST_SHIFT_MS = 7 * 24 * 3_600_000;
/** Of an account in an hour: a schedule that repeats itself does not fill the catalogue. */
const MOST_PER_HOUR = 200;

export interface AheadWish {
  readonly accountId: AccountId;
  readonly userId: UserId;
  readonly projectId: ProjectId;
  /** Null: each of the project. */
  readonly computeId: ComputeId | null;
  /** Null: any that the rules allow. */
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly durationMs: number;
  /** Such as the shift or the incident. */
  readonly reason: string;
}

/**
 * By a key for schedules only. Throws `reason_missing`, `access_too_long`,
 * `too_many_approved_ahead`.
 */
export async function approveAhead(
  catalogue: Catalogue,
  context: AuditContext,
  { durationMs, ...wish }: AheadWish,
): Promise<AccessRequest> {
  const { accountId, userId, projectId, computeId } = wish;
  const resource = accountResource(accountId);
  requireMay(context.actor, 'on_call.approve', resource);
  const reason = requireReason(wish.reason, 'required');
  requireDuration(durationMs, LONGEST_SHIFT_MS);
  const id = newAccessRequestId();
  return await catalogue.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    await requireStillMay(tx, { catalogue, context }, { action: 'on_call.approve', resource });
    await requirePlace(tx, wish);
    await requireRoom(tx, accountId);
    const now = catalogue.clock.now();
    await tx
      .insertInto('access_requests')
      .values({
        ...{ id, kind: 'on_call', reason, duration_ms: durationMs, login_request_id: null },
        ...{ account_id: accountId, project_id: projectId, compute_id: computeId, user_id: userId },
        ...{ database: wish.database, database_role: wish.databaseRole, access: 'read_write' },
        ...{ rule_id: null, team_id: null, needed: 0, asked_at: now, expires_at: now, decided_at: now },
        ...{ status: 'approved', until: new Date(now.getTime() + durationMs) },
      })
      .execute();
    const request = await findRequest(tx, id);
    if (request === null) throw missing(`access request "${id}"`);
    const event = { event: 'access_request.approved_ahead', ...requestEvent(request), reason } as const;
    await recordChange(tx, { catalogue, context }, event);
    return request;
  });
}

/** The person is a member, and project and compute are there. Throws `not_found`. */
async function requirePlace(
  tx: Kysely<Schema>,
  { accountId, userId, projectId, computeId }: Omit<AheadWish, 'durationMs'>,
) {
  const members = tx.selectFrom('memberships').innerJoin('users', 'users.id', 'memberships.user_id');
  await members
    .select('users.id')
    .where('account_id', '=', accountId)
    .where('users.id', '=', userId)
    .where('disabled_at', 'is', null)
    .executeTakeFirstOrThrow(() => missing(`member "${userId}"`));
  const projects = tx.selectFrom('projects').select('id').where('id', '=', projectId);
  const unknown = () => notFound({ kind: 'project', projectId });
  await projects.where('account_id', '=', accountId).forShare().executeTakeFirstOrThrow(unknown);
  if (computeId === null) return;
  const computes = tx.selectFrom('computes').select('id').where('id', '=', computeId);
  await computes
    .where('project_id', '=', projectId)
    .forShare()
    .executeTakeFirstOrThrow(() => missing(`compute "${computeId}"`));
}

async function requireRoom(tx: Kysely<Schema>, accountId: AccountId): Promise<void> {
  const { rows } = await sql<{ made: number }>`
    select count(*) as made from access_requests
    where account_id = ${accountId} and kind = 'on_call' and asked_at > now() - interval '1 hour'`.execute(tx);
  if (Number(rows[0]?.made) < MOST_PER_HOUR) return;
  throw new PosternError('too_many_approved_ahead', { params: { limit: String(MOST_PER_HOUR) } });
}
