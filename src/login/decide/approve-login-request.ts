// A person approves a login request: checks target, rights and required step, all in one move.

import { judgeTarget } from '../../catalogue/access/resolve-target.ts';
import { PosternError } from '../../errors.ts';
import type { Approval, LoginRequest } from '../request/login-request.ts';
import { chosenTarget, signInOf } from './chosen-target.ts';
import { type ApprovalRefusal, type ApprovalServices, type DecidingOnLogin, judgeApproval } from './judge-approval.ts';
import { recordApproval } from './record-approval.ts';
import { releaseWaitingLogins } from './release-waiting-logins.ts';
import { settleApproval } from './settle-approval.ts';

export type ApprovalAnswer =
  | { readonly kind: 'approved'; readonly request: LoginRequest }
  /** The digits to show, which are not stored in clear. */
  | { readonly kind: 'reverse_code'; readonly digits: string; readonly request: LoginRequest }
  /** Others have to agree, or a reason has to be given, first. */
  | { readonly kind: 'asks_first' }
  | ApprovalRefusal;

/** Throws PosternError for what the person may not, or cannot, choose. */
export async function approveLoginRequest(
  services: ApprovalServices,
  deciding: DecidingOnLogin,
): Promise<ApprovalAnswer> {
  const { request, person, choice } = deciding;
  const signIn = signInOf(person, services.clock.now());
  const target = await chosenTarget(services, { request, person, choice, signIn }, judgeTarget);
  if (target === 'sign_in_again' || target === 'asks_first') return { kind: target };
  const judged = await judgeApproval(services, { ...deciding, target, signIn });
  if (judged.kind === 'reverse_code' && request.waiting === 'token') {
    await services.loginRequests.grace.deny(request.id, { userId: person.userId, reason: 'link_needed' });
    throw new PosternError('link_needed');
  }
  if (judged.kind === 'reverse_code') return await beginReverseCode(services, { request, approval: judged.approval });
  if (judged.kind !== 'ready') return judged;
  const { approval, step } = judged;
  const asked = { request, person, target, approval, step };
  const moved = await services.loginRequests.approve(request.id, { userId: person.userId, approval });
  const what = { ...asked, request: moved.request ?? request };
  recordApproval(services, 'login.approved', { ...what, refusedFor: moved.kind === 'refused' ? 'too_late' : null });
  if (moved.kind === 'refused') return { kind: 'too_late', request: moved.request };
  // Without a connection, approving also consumes the request.
  if (moved.request.status === 'consumed') recordApproval(services, 'login.consumed', { ...what, refusedFor: null });
  await settleApproval(services, moved.request, target);
  const { alsoRelease: ids, alsoReleaseCodes: userCodes } = choice;
  await releaseWaitingLogins(services, moved.request, { person, approval, target, step, ids, userCodes });
  return { kind: 'approved', request: moved.request };
}

async function beginReverseCode(
  { reverseCodes }: ApprovalServices,
  { request, approval }: { request: LoginRequest; approval: Approval },
): Promise<ApprovalAnswer> {
  // The connection that sends the digits uses the approval itself.
  const grantId = approval.remember === 'once' ? null : approval.grantId;
  const begun = await reverseCodes.begin(request.id, { ...approval, grantId });
  if (begun.kind === 'refused') return { kind: 'too_late', request: begun.request };
  return { kind: 'reverse_code', digits: begun.digits.reveal(), request: begun.request };
}
