// Files what a person asks for: waiting for those whom the rule names, or, where it asks only for a
// reason, in force at once.

import { sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type LoginRequestId, newAccessRequestId } from '../../ids.ts';
import { cleanOperatorText, quoted } from '../../untrusted-text.ts';
import type { AskingTarget } from '../access/ask-target.ts';
import type { TargetChoice } from '../access/resolve-target.ts';
import type { AccessRule } from '../rights/access-rule.ts';
import { MAX_GRANT_MS } from '../rights/policy.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type AccessRequest, type Approver, findApprovers, findRequest } from './access-request.ts';

const MINUTE_MS = 60_000;
/** How long approvers have where no terminal waits. */
export const LONGEST_WAIT_MS = 24 * 60 * MINUTE_MS;
/** Of one person at once, so that nobody is flooded with mail. */
const MOST_WAITING = 10;
const MOST_PER_HOUR = 30;
const MAX_REASON_CHARACTERS = 500;
/** Under a rule that wants each connection asked about. */
const SHORTEST_MS = 15 * MINUTE_MS;

export interface WantedAccess {
  readonly target: AskingTarget & { readonly asking: AccessRule };
  readonly choice: TargetChoice;
  readonly reason: string;
  readonly durationMs: number;
  /** The login that waits for it; null: none. */
  readonly loginRequestId: LoginRequestId | null;
  /** How long approvers have. */
  readonly waitMs: number;
}

export interface FiledRequest {
  readonly request: AccessRequest;
  /** Empty where nobody has to agree. */
  readonly approvers: readonly Approver[];
}

/** The longest that may be asked for. */
export function longestAccessMs({ policy, asking }: Pick<WantedAccess['target'], 'policy' | 'asking'>): number {
  const { longestApprovalMs } = asking.grants;
  const byRule = longestApprovalMs === null ? MAX_GRANT_MS : Math.max(longestApprovalMs, SHORTEST_MS);
  return Math.min(MAX_GRANT_MS, policy.longestConnectionMs, byRule);
}

/** Throws `reason_missing`, `access_too_long`, `nobody_to_ask`, `too_many_asked`. */
export async function fileRequest(
  catalogue: Catalogue,
  context: AuditContext,
  wanted: WantedAccess,
): Promise<FiledRequest> {
  const { target, choice, durationMs, loginRequestId, waitMs } = wanted;
  const { grants } = target.asking;
  const reason = requireReason(wanted.reason, grants.reason);
  requireDuration(durationMs, longestAccessMs(target));
  return await catalogue.transaction(async (tx) => {
    // NOTE: so that requests at once do not all count themselves among too few.
    await tx.selectFrom('users').select('id').where('id', '=', choice.userId).forNoKeyUpdate().execute();
    await requireRoom(tx, choice);
    const { approvals } = grants;
    const approvers = approvals === null ? [] : await findApprovers(tx, approvals.teamId, choice.userId);
    if (approvals !== null && approvers.length < approvals.count) throw new PosternError('nobody_to_ask');
    const now = catalogue.clock.now();
    const after = (ms: number) => new Date(now.getTime() + ms);
    const id = newAccessRequestId();
    await tx
      .insertInto('access_requests')
      .values({
        ...{ id, kind: 'asked', reason, duration_ms: durationMs, login_request_id: loginRequestId },
        ...placeOf(wanted),
        rule_id: target.asking.id,
        team_id: approvals?.teamId ?? null,
        needed: approvals?.count ?? 0,
        asked_at: now,
        expires_at: after(waitMs),
        ...(approvals === null
          ? { status: 'approved', decided_at: now, until: after(durationMs) }
          : { status: 'waiting' }),
      })
      .execute();
    const request = await getFiled(tx, id);
    await recordChange(tx, { catalogue, context }, { event: 'access_request.made', ...requestEvent(request), reason });
    return { request, approvers };
  });
}

function placeOf({ target, choice }: WantedAccess) {
  return {
    account_id: target.account.id,
    project_id: target.project.id,
    compute_id: target.compute.id,
    user_id: choice.userId,
    database: choice.database,
    database_role: target.databaseRole,
    access: choice.access,
  };
}

/** What all audit events of a request name. */
export function requestEvent(request: AccessRequest) {
  return {
    subject: request.email,
    accessRequestId: request.id,
    accountId: request.accountId,
    projectId: request.projectId,
    computeId: request.computeId,
    database: request.database,
    databaseRole: request.databaseRole,
    loginRequestId: request.loginRequestId,
    durationMs: request.durationMs,
  };
}

async function getFiled(tx: Transaction<Schema>, id: AccessRequest['id']): Promise<AccessRequest> {
  const found = await findRequest(tx, id);
  if (found === null) throw new Error(`access request ${quoted(id)} was not written`);
  return found;
}

/** Cleaned; empty where none is given. Throws `reason_missing`. */
export function requireReason(text: string, demand: 'optional' | 'required'): string {
  const reason = cleanOperatorText(text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_REASON_CHARACTERS));
  if (reason === '' && demand === 'required') throw new PosternError('reason_missing');
  return reason;
}

/** Throws `access_too_long`. */
export function requireDuration(durationMs: number, longestMs: number): void {
  const isFitting = Number.isInteger(durationMs) && durationMs >= MINUTE_MS && durationMs <= longestMs;
  if (isFitting) return;
  throw new PosternError('access_too_long', { params: { minutes: String(Math.floor(longestMs / MINUTE_MS)) } });
}

async function requireRoom(tx: Transaction<Schema>, { userId }: TargetChoice): Promise<void> {
  // Locked, so that requests made at the same time are counted one after the other.
  await tx.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute();
  const { rows } = await sql<{ waiting: number; made: number }>`
    select count(*) filter (where status = 'waiting' and expires_at > now()) as waiting,
      count(*) filter (where asked_at > now() - interval '1 hour') as made
    from access_requests
    where user_id = ${userId} and kind = 'asked' and asked_at > now() - interval '1 day'`.execute(tx);
  const [{ waiting, made } = { waiting: 0, made: 0 }] = rows;
  if (waiting < MOST_WAITING && made < MOST_PER_HOUR) return;
  throw new PosternError('too_many_asked', { params: { limit: String(MOST_WAITING) } });
}
