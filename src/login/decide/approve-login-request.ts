// A person approves a login request: checks target, rights and required step, all in one move.

import { type JudgedTarget, judgeTarget } from '../../catalogue/access/resolve-target.ts';
import { isSignInFresh } from '../../catalogue/rights/policy.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import { type ComputeId, type LoginRequestId, newGrantId } from '../../ids.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import type { Grants } from '../grant/grants.ts';
import { findSharing, mustProveReturn, type TerminalSharing } from '../grant/terminal-sharing.ts';
import type { PersonAtBrowser } from '../request/login-audit-event.ts';
import type { Access, Approval, LoginRequest } from '../request/login-request.ts';
import type { ReverseCodes } from '../request/reverse-codes.ts';
import { requirePolicy, requireRoomToRemember } from './approval-rules.ts';
import { checkUserCode } from './check-user-code.ts';
import type { ClaimServices } from './claim-login-request.ts';
import { recordApproval } from './record-approval.ts';
import { releaseWaitingLogins } from './release-waiting-logins.ts';
import { settleApproval } from './settle-approval.ts';
import { type ApprovalStep, requiredStep } from './step-up.ts';

export interface ApprovalServices extends ClaimServices {
  readonly catalogue: Catalogue;
  readonly grants: Grants;
  readonly reverseCodes: ReverseCodes;
  readonly reverseCode: 'when_new' | 'always' | 'never';
  /** Networks that many people share. */
  readonly sharedNetworks: readonly string[];
}

export interface ApprovalChoice {
  readonly computeId: ComputeId;
  /** Given ids must be those of the compute. */
  readonly accountId: string | null;
  readonly projectId: string | null;
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly access: Access;
  readonly remember: Approval['remember'];
  /** Null when the page did not ask. */
  readonly userCode: string | null;
  /** Other waiting connections of the terminal, admitted where this person opened them. */
  readonly alsoRelease: readonly LoginRequestId[];
  /** The user codes of others, as the person copied them from the terminal. */
  readonly alsoReleaseCodes: readonly string[];
}

export type ApprovalAnswer =
  | { readonly kind: 'approved'; readonly request: LoginRequest }
  /** The digits to show, which are not stored in clear. */
  | { readonly kind: 'reverse_code'; readonly digits: string; readonly request: LoginRequest }
  /** The compute requires a more recent sign-in than the person's. */
  | { readonly kind: 'sign_in_again' }
  | { readonly kind: 'user_code_missing' }
  | { readonly kind: 'user_code_wrong' }
  /** Decided, expired or claimed before: the request as it is now. */
  | { readonly kind: 'too_late'; readonly request: LoginRequest | null };

/** Throws PosternError for what the person may not, or cannot, choose. */
export async function approveLoginRequest(
  services: ApprovalServices,
  deciding: {
    readonly request: LoginRequest;
    readonly person: PersonAtBrowser;
    readonly choice: ApprovalChoice;
    /** Whether the person was admitted from the terminal's address before. */
    readonly isKnownTerminal: boolean;
  },
): Promise<ApprovalAnswer> {
  const { request, person, choice, isKnownTerminal } = deciding;
  const target = await chosenTarget(services, person, choice);
  requirePolicy(target, request, choice);
  const { sharedNetworks } = services;
  const sharing = await findSharing(services.catalogue, request.origin, { userId: person.userId, sharedNetworks });
  requireRoomToRemember(sharing, request, choice);
  const approval = approvalOf(request, { person, choice, target });
  const pair = { userId: person.userId, terminal: request.origin, browserAddress: person.address };
  const areNetworksProven = await services.terminalMemory.areNetworksProven(pair);
  const step = stepOf(services, { request, person, target, isKnownTerminal, areNetworksProven, sharing });
  const { authenticatedAt } = person;
  const asked = { request, person, target, approval, step };
  if (!isSignInFresh(target.policy, { authenticatedAt, now: services.clock.now() })) {
    recordApproval(services, 'login.approved', { ...asked, refusedFor: 'sign_in_again' });
    return { kind: 'sign_in_again' };
  }
  if (step === 'reverse_code') return await beginReverseCode(services, { request, person, approval });
  if (step === 'user_code') {
    const typed = request.claim?.hasTypedCode === true ? request.userCode : choice.userCode;
    const verdict = await checkUserCode(services, { request, person, typed });
    if (verdict.kind === 'denied') return { kind: 'too_late', request: verdict.request };
    if (verdict.kind !== 'right') return { kind: `user_code_${verdict.kind}` };
  }
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

async function chosenTarget(
  { catalogue }: ApprovalServices,
  person: PersonAtBrowser,
  choice: ApprovalChoice,
): Promise<JudgedTarget> {
  const { computeId, database, databaseRole, access } = choice;
  const target = await judgeTarget(catalogue, {
    userId: person.userId,
    computeId,
    database,
    databaseRole,
    access,
  }).catch((error: unknown) => {
    // A forged id looks the same whether or not the compute exists.
    throw isPosternError(error, 'permission_lost') ? unknownCompute(computeId) : error;
  });
  const isConsistent =
    (choice.accountId === null || choice.accountId === target.account.id) &&
    (choice.projectId === null || choice.projectId === target.project.id);
  if (!isConsistent) throw unknownCompute(computeId);
  return target;
}

function unknownCompute(computeId: ComputeId): PosternError {
  return new PosternError('not_found', { params: { thing: `compute "${cleanForPage(computeId)}"` } });
}

function approvalOf(
  request: LoginRequest,
  { person, choice, target }: { person: PersonAtBrowser; choice: ApprovalChoice; target: JudgedTarget },
): Approval {
  const needsGrant = choice.remember !== 'once' || request.waiting === 'none';
  return {
    userId: person.userId,
    computeId: target.compute.id,
    database: choice.database,
    databaseRole: choice.databaseRole,
    access: choice.access,
    browserAddress: person.address,
    rightAsOf: person.signedInAsOf,
    remember: choice.remember,
    grantId: needsGrant ? newGrantId() : null,
  };
}

function stepOf(
  services: ApprovalServices,
  {
    request,
    person,
    target,
    isKnownTerminal,
    areNetworksProven,
    sharing,
  }: {
    request: LoginRequest;
    person: PersonAtBrowser;
    target: JudgedTarget;
    isKnownTerminal: boolean;
    areNetworksProven: boolean;
    sharing: TerminalSharing;
  },
): ApprovalStep {
  return requiredStep({
    terminal: request.origin,
    browserAddress: person.address,
    ownNetworks: target.policy.ownNetworks,
    isKnownTerminal,
    areNetworksProven,
    mustProveReturn: mustProveReturn(request, sharing),
    policy: target.policy.reverseCode,
    installation: services.reverseCode,
  });
}

async function beginReverseCode(
  { reverseCodes }: ApprovalServices,
  { request, approval }: { request: LoginRequest; person: PersonAtBrowser; approval: Approval },
): Promise<ApprovalAnswer> {
  // The connection that sends the digits uses the approval itself.
  const grantId = approval.remember === 'once' ? null : approval.grantId;
  const begun = await reverseCodes.begin(request.id, { ...approval, grantId });
  if (begun.kind === 'refused') return { kind: 'too_late', request: begun.request };
  return { kind: 'reverse_code', digits: begun.digits.reveal(), request: begun.request };
}
