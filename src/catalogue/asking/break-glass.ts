// A named person breaks the glass: access to one compute that no rule gives, for an hour at most.
// Once, until an admin has reviewed it.

import type { Kysely } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccessRequestId, type AccountId, type ComputeId, newAccessRequestId } from '../../ids.ts';
import { loadTargetRow } from '../access/target-row.ts';
import { listAdminEmails } from '../accounts/member-lists.ts';
import { shownName } from '../projects/compute-rows.ts';
import type { PersonActor } from '../rights/actors.ts';
import { may, requireMay } from '../rights/permissions.ts';
import { isSignInFresh, PROOF_FRESH_MS } from '../rights/policy.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { SignInStrength } from '../rights/sign-in-strength.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { isUniqueViolation, missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type AccessRequest, findRequest } from './access-request.ts';
import { requestEvent, requireDuration, requireReason } from './file-request.ts';

export const LONGEST_GLASS_MS = 3_600_000;

export interface GlassWish {
  readonly computeId: ComputeId;
  readonly reason: string;
  readonly durationMs: number;
  /** Of the browser in which the person does it. */
  readonly signIn: SignInStrength;
}

export interface BrokenGlass {
  readonly request: AccessRequest;
  /** Of every admin of the organization, the person included. */
  readonly adminEmails: readonly string[];
}

/**
 * Throws `glass_needs_sign_in`, `not_named_for_glass`, `glass_unreviewed`, `reason_missing`,
 * `access_too_long`, `link_login_disabled`.
 */
export async function breakGlass(
  catalogue: Catalogue,
  context: AuditContext & { readonly actor: PersonActor },
  { computeId, durationMs, signIn, ...wish }: GlassWish,
): Promise<BrokenGlass> {
  const { actor } = context;
  const now = catalogue.clock.now();
  // NOTE: never by a key, which has no sign-in.
  const isProven = isSignInFresh({ freshSignInMs: PROOF_FRESH_MS }, { signIn, now });
  if (!isProven || actor.viaKeyId !== undefined) throw new PosternError('glass_needs_sign_in');
  const reason = requireReason(wish.reason, 'required');
  requireDuration(durationMs, LONGEST_GLASS_MS);
  const { project, compute, policy, account } = await loadTargetRow(catalogue.db, computeId);
  const resource = { kind: 'project', projectId: project.id, accountId: account.id } as const;
  requireMay(actor, 'project.connect', resource);
  if (!policy.linkLogin) throw new PosternError('link_login_disabled', { params: { compute: shownName(compute) } });
  const id = newAccessRequestId();
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'project.connect', resource });
    await requireNamed(tx, { accountId: account.id, userId: actor.userId });
    await tx
      .insertInto('access_requests')
      .values({
        ...{ id, kind: 'break_glass', reason, duration_ms: durationMs, login_request_id: null },
        ...{ account_id: account.id, project_id: project.id, compute_id: computeId, user_id: actor.userId },
        ...{ database: null, database_role: null, access: 'read_write' },
        ...{ rule_id: null, team_id: null, needed: 0, asked_at: now, expires_at: now, decided_at: now },
        ...{ status: 'approved', until: new Date(now.getTime() + durationMs) },
      })
      .execute()
      .catch(refuseSecond);
    const request = await getGlass(tx, id);
    await recordChange(tx, { catalogue, context }, { event: 'break_glass.broken', ...requestEvent(request), reason });
    return { request, adminEmails: await listAdminEmails(tx, account.id) };
  });
}

/** NOTE: the index is what keeps two tabs from breaking two. */
function refuseSecond(error: unknown): never {
  throw isUniqueViolation(error, 'access_requests_one_review') ? new PosternError('glass_unreviewed') : error;
}

async function requireNamed(
  tx: Kysely<Schema>,
  { accountId, userId }: { readonly accountId: AccountId; readonly userId: PersonActor['userId'] },
): Promise<void> {
  const named = tx.selectFrom('break_glass_people').select('user_id').where('account_id', '=', accountId);
  if ((await named.where('user_id', '=', userId).forShare().executeTakeFirst()) !== undefined) return;
  throw new PosternError('not_named_for_glass');
}

async function getGlass(db: Kysely<Schema>, id: AccessRequestId): Promise<AccessRequest> {
  const request = await findRequest(db, id);
  if (request?.kind !== 'break_glass') throw missing(`broken glass "${id}"`);
  return request;
}

/** By an admin, and never the person. Throws `not_found`, `own_glass`, `glass_still_broken`. */
export async function reviewGlass(
  catalogue: Catalogue,
  context: AuditContext,
  { id, review: text }: { readonly id: AccessRequestId; readonly review: string },
): Promise<AccessRequest> {
  const { actor } = context;
  if (actor.kind !== 'person' || actor.viaKeyId !== undefined) throw new PosternError('decided_in_person');
  return await catalogue.transaction(async (tx) => {
    const known = await getGlass(tx, id);
    const resource = { kind: 'account', accountId: known.accountId } as const;
    if (!may(actor, 'break_glass.read', resource)) throw missing(`broken glass "${id}"`);
    await requireStillMay(tx, { catalogue, context }, { action: 'break_glass.review', resource });
    await tx.selectFrom('access_requests').select('id').where('id', '=', id).forUpdate().execute();
    const request = await getGlass(tx, id);
    if (request.userId === actor.userId) throw new PosternError('own_glass');
    if (request.reviewedAt !== null) throw new PosternError('request_over', { params: { state: 'reviewed' } });
    const now = catalogue.clock.now();
    if (request.status === 'approved' && request.until !== null && request.until > now) {
      throw new PosternError('glass_still_broken');
    }
    const review = requireReason(text, 'required');
    const set = { reviewed_at: now, reviewed_by: actor.userId, review };
    await tx.updateTable('access_requests').set(set).where('id', '=', id).execute();
    const event = { event: 'break_glass.reviewed', ...requestEvent(request), reason: review } as const;
    await recordChange(tx, { catalogue, context }, event);
    return await getGlass(tx, id);
  });
}
