// Requests that end without a decision of others: taken back by the person who asked, ended by an
// admin, or left behind by their terminal.

import { PosternError } from '../../errors.ts';
import type { AccessRequestId, LoginRequestId } from '../../ids.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { accountResource, INSTALLATION, may, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type AccessRequest, findRequest, stateOfRequest } from './access-request.ts';
import { requestEvent } from './file-request.ts';

/**
 * Takes back what waits, and ends what holds, with the connections that rest on it. By the person
 * who asked, or an admin. Throws `not_found`, `request_over`.
 */
export async function withdrawRequest(
  catalogue: Catalogue,
  context: AuditContext,
  wish: {
    readonly id: AccessRequestId;
    /** False where the login that waits was decided before. */
    readonly moveLogin: (id: LoginRequestId, request: AccessRequest) => Promise<boolean>;
  },
): Promise<AccessRequest> {
  const { actor } = context;
  return await catalogue.transaction(async (tx) => {
    await tx.selectFrom('access_requests').select('id').where('id', '=', wish.id).forUpdate().execute();
    const request = await findRequest(tx, wish.id);
    const isOwn = actor.kind === 'person' && actor.userId === request?.userId;
    const mayEnd = request !== null && mayEndRequest(actor, request);
    if (request === null || !(isOwn || mayEnd)) throw missing(`access request "${wish.id}"`);
    if (!mayEnd) requireMay(actor, 'self.ask_for_access', INSTALLATION);
    const state = stateOfRequest(request, catalogue.clock.now());
    if (state !== 'waiting' && state !== 'approved') throw new PosternError('request_over', { params: { state } });
    const set = { status: 'withdrawn', until: null, decided_at: catalogue.clock.now() } as const;
    await tx.updateTable('access_requests').set(set).where('id', '=', request.id).execute();
    const { accountId, projectId } = request;
    if (state === 'approved') await recordEndedAccess(tx, { kind: 'rules', owners: { accountId, projectId } });
    const event = request.kind === 'break_glass' ? 'break_glass.ended' : 'access_request.withdrawn';
    await recordChange(tx, { catalogue, context }, { event, ...requestEvent(request) });
    const { loginRequestId } = request;
    const isWaiting = loginRequestId !== null && state === 'waiting';
    if (isWaiting && !(await wish.moveLogin(loginRequestId, request))) {
      throw new PosternError('request_over', { params: { state: 'decided' } });
    }
    return { ...request, status: 'withdrawn', until: null };
  });
}

/** What a schedule approved in advance, it ends as well. */
function mayEndRequest(actor: AuditContext['actor'], { kind, accountId }: AccessRequest): boolean {
  const account = accountResource(accountId);
  return may(actor, 'access_rules.change', account) || (kind === 'on_call' && may(actor, 'on_call.approve', account));
}

/** Its login ended without a decision. Does nothing for one that is decided. */
export async function endRequestOfLogin(
  catalogue: Catalogue,
  context: AuditContext,
  { loginRequestId, reason }: { readonly loginRequestId: LoginRequestId; readonly reason: string },
): Promise<void> {
  await catalogue.transaction(async (tx) => {
    const ended = await tx
      .updateTable('access_requests')
      .set({ status: 'ended', decided_at: catalogue.clock.now() })
      .where('login_request_id', '=', loginRequestId)
      .where('status', '=', 'waiting')
      .returning('id')
      .executeTakeFirst();
    const request = ended === undefined ? null : await findRequest(tx, ended.id);
    if (request === null) return;
    await recordChange(tx, { catalogue, context }, { event: 'access_request.ended', ...requestEvent(request), reason });
  });
}
