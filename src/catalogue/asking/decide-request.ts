// Others decide on a request: its row is locked, and rights and rules are asked again under that
// lock, so that of two decisions at once exactly one is made.

import { sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccessRequestId, type LoginRequestId, personalAccountId } from '../../ids.ts';
import { judgeAsking } from '../access/ask-target.ts';
import type { AccessRule } from '../rights/access-rule.ts';
import { isProgram, type PersonActor } from '../rights/actors.ts';
import { requireDemandMet } from '../rights/counting-relations.ts';
import { accountResource } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type AccessRequest, findRequest } from './access-request.ts';
import { requestEvent, requireReason } from './file-request.ts';
import { addVote } from './votes.ts';

/** `agreed`: more people have to. */
interface Decided {
  readonly kind: 'agreed' | 'approved' | 'denied';
  readonly request: AccessRequest;
}

/** `too_late`: it was decided, or is over. */
export type Deciding = Decided | { readonly kind: 'too_late'; readonly request: AccessRequest };

export interface DecisionWish {
  readonly id: AccessRequestId;
  /** Of the terminal that waits; null: none. */
  readonly terminalAddress: string | null;
  /**
   * Moves the login that waits, inside the transaction, so that both happen or neither; false where
   * the login was decided or left before.
   */
  readonly moveLogin: (id: LoginRequestId, decided: Decided) => Promise<boolean>;
}

/** Throws `not_found`, `own_request`, `not_an_approver`, `request_outdated`, as judging does. */
export async function agreeToRequest(
  catalogue: Catalogue,
  context: AuditContext,
  wish: DecisionWish,
): Promise<Deciding> {
  return await decide(catalogue, wish.id, async (tx) => {
    const request = await openRequest(catalogue, tx, { context, id: wish.id });
    if (request === null) return null;
    const { teamId, count } = await askedNow(catalogue, tx, { request, wish });
    const actor = await requireApprover(tx, context, { request, teamId });
    const now = catalogue.clock.now();
    const asked = { teamId, count };
    const { isComplete, isNew } = await addVote(tx, { id: request.id, userId: actor.userId, asked, at: now });
    // A second click changes nothing, and nobody is told of it again.
    if (!isNew && !isComplete) return { kind: 'agreed', request };
    if (isComplete) {
      const until = new Date(now.getTime() + request.durationMs);
      const set = { status: 'approved', decided_at: now, until, decided_by: actor.userId } as const;
      await tx.updateTable('access_requests').set(set).where('id', '=', request.id).execute();
    }
    const kind = isComplete ? 'approved' : 'agreed';
    return await carriedOut({ catalogue, tx, context, wish }, kind);
  });
}

/** `answer` goes to the person who asked. Throws as `agreeToRequest`. */
export async function denyRequest(
  catalogue: Catalogue,
  context: AuditContext,
  { answer, ...wish }: DecisionWish & { readonly answer: string },
): Promise<Deciding> {
  return await decide(catalogue, wish.id, async (tx) => {
    const request = await openRequest(catalogue, tx, { context, id: wish.id });
    if (request === null) return null;
    const actor = await requireApprover(tx, context, { request, teamId: request.teamId });
    const decided = { decided_at: catalogue.clock.now(), decided_by: actor.userId } as const;
    const set = { status: 'denied', ...decided, answer: requireReason(answer, 'optional') } as const;
    await tx.updateTable('access_requests').set(set).where('id', '=', request.id).execute();
    return await carriedOut({ catalogue, tx, context, wish }, 'denied');
  });
}

class LoginMovedOn extends Error {}

/** Null from the work: the request is not open any more. */
async function decide(
  catalogue: Catalogue,
  id: AccessRequestId,
  work: (tx: Transaction<Schema>) => Promise<Deciding | null>,
): Promise<Deciding> {
  const done = await catalogue.transaction(work).catch((error: unknown) => {
    if (error instanceof LoginMovedOn) return null;
    throw error;
  });
  if (done !== null) return done;
  const request = await findRequest(catalogue.db, id);
  if (request === null) throw missing(`access request "${id}"`);
  return { kind: 'too_late', request };
}

interface CarryingOut {
  readonly catalogue: Catalogue;
  readonly tx: Transaction<Schema>;
  readonly context: AuditContext;
  readonly wish: DecisionWish;
}

async function carriedOut(
  { catalogue, tx, context, wish }: CarryingOut,
  kind: 'agreed' | 'approved' | 'denied',
): Promise<Deciding> {
  const request = await findRequest(tx, wish.id);
  if (request === null) throw missing(`access request "${wish.id}"`);
  const event = `access_request.${kind}` as const;
  await recordChange(tx, { catalogue, context }, { event, ...requestEvent(request), reason: request.answer });
  // NOTE: last, since what is moved in Redis does not come back when the transaction fails. The
  // waiting terminal reads the row, which is locked until this is committed.
  if (request.loginRequestId !== null && !(await wish.moveLogin(request.loginRequestId, { kind, request }))) {
    throw new LoginMovedOn();
  }
  return { kind, request };
}

/** The request as it is now, locked; null where it is decided or over. Throws `not_found`. */
async function openRequest(
  catalogue: Catalogue,
  tx: Transaction<Schema>,
  { context: { actor }, id }: { readonly context: AuditContext; readonly id: AccessRequestId },
): Promise<AccessRequest | null> {
  const locked = await tx
    .selectFrom('access_requests')
    .select(['status', 'expires_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => missing(`access request "${id}"`));
  const request = await findRequest(tx, id);
  if (request === null || actor.kind !== 'person') throw missing(`access request "${id}"`);
  return locked.status === 'waiting' && locked.expires_at > catalogue.clock.now() ? request : null;
}

/** Whom the rules ask now. Throws `request_outdated` where that changed. */
async function askedNow(
  catalogue: Catalogue,
  tx: Transaction<Schema>,
  { request, wish }: { readonly request: AccessRequest; readonly wish: DecisionWish },
) {
  const { computeId, userId, database, databaseRole, access } = request;
  if (computeId === null) throw new PosternError('request_outdated');
  const inside = { ...catalogue, db: tx };
  const choice = { userId, computeId, database, databaseRole, access };
  const how = { door: 'link', address: wish.terminalAddress, signIn: null } as const;
  const { asking } = await judgeAsking(inside, choice, how);
  if (asking === null) throw new PosternError('request_outdated');
  // NOTE: judged again behind the lock, since the rule may have changed between the two.
  await lockRule(tx, asking);
  const { asking: held } = await judgeAsking(inside, choice, how);
  const approvals = held?.grants.approvals ?? null;
  if (held?.id !== asking.id || approvals === null) throw new PosternError('request_outdated');
  return approvals;
}

async function lockRule(tx: Transaction<Schema>, { id }: AccessRule): Promise<void> {
  await tx.selectFrom('access_rules').select('id').where('id', '=', id).forShare().execute();
}

/** Throws `own_request`, `not_an_approver`, `second_factor_demanded`. */
async function requireApprover(
  tx: Transaction<Schema>,
  { actor }: AuditContext,
  { request, teamId }: { readonly request: AccessRequest; readonly teamId: AccessRequest['teamId'] },
): Promise<PersonActor> {
  if (actor.kind !== 'person' || isProgram(actor)) throw new PosternError('decided_in_person');
  const { userId } = actor;
  if (userId === request.userId) throw new PosternError('own_request');
  requireDemandMet(actor, accountResource(request.accountId));
  const { rows } = await sql<{ may: boolean }>`
    select true as may from team_members member join users person on person.id = member.user_id
    where member.team_id = ${teamId} and member.user_id = ${userId} and person.disabled_at is null
    for share`.execute(tx);
  if (rows[0]?.may === true) return actor;
  // Those who have nothing to do with it do not learn that there is one.
  const isNear = actor.memberships.has(request.accountId) || request.accountId === personalAccountId(userId);
  throw isNear ? new PosternError('not_an_approver') : missing(`access request "${request.id}"`);
}
