// What every approval of a login has to pass, whether the person approves alone or others have to
// agree as well: policy, neighbours of the terminal, a fresh sign-in, and the step of the address.

import type { JudgedTarget } from '../../catalogue/access/resolve-target.ts';
import { isSignInFresh } from '../../catalogue/rights/policy.ts';
import type { ProvenSignIn } from '../../catalogue/rights/proven-sign-in.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { type LoginRequestId, newGrantId } from '../../ids.ts';
import type { Grants } from '../grant/grants.ts';
import { findSharing, mustProveReturn, type TerminalSharing } from '../grant/terminal-sharing.ts';
import type { PersonAtBrowser } from '../request/login-audit-event.ts';
import type { Approval, LoginRequest } from '../request/login-request.ts';
import type { ReverseCodes } from '../request/reverse-codes.ts';
import {
  asAgentMay,
  mustConfirmWrite,
  requireAgentBounds,
  requirePolicy,
  requireRoomToRemember,
} from './approval-rules.ts';
import { checkUserCode } from './check-user-code.ts';
import type { TargetWish } from './chosen-target.ts';
import type { ClaimServices } from './claim-login-request.ts';
import { recordApproval } from './record-approval.ts';
import { type ApprovalStep, requiredStep } from './step-up.ts';

export interface ApprovalServices extends ClaimServices {
  readonly catalogue: Catalogue;
  readonly grants: Grants;
  readonly reverseCodes: ReverseCodes;
  readonly reverseCode: 'when_new' | 'always' | 'never';
  /** Networks that many people share. */
  readonly sharedNetworks: readonly string[];
  /** How long those who are asked have while a terminal waits. */
  readonly askTtlMs: number;
}

export interface ApprovalChoice extends TargetWish {
  readonly remember: Approval['remember'];
  /** The person says that an agent runs it, which reads and is remembered for minutes at most. */
  readonly forAgent: boolean;
  /** Null when the page did not ask. */
  readonly userCode: string | null;
  /** Said that writing to a production project is meant. */
  readonly confirmsWrite: boolean;
  /** Other waiting connections of the terminal, admitted where this person opened them. */
  readonly alsoRelease: readonly LoginRequestId[];
  /** The user codes of others, as the person copied them from the terminal. */
  readonly alsoReleaseCodes: readonly string[];
}

export interface DecidingOnLogin {
  readonly request: LoginRequest;
  readonly person: PersonAtBrowser;
  readonly choice: ApprovalChoice;
  /** Whether the person was admitted from the terminal's address before. */
  readonly isKnownTerminal: boolean;
}

export type ApprovalRefusal =
  /** The compute requires a more recent sign-in than the person's. */
  | { readonly kind: 'sign_in_again' }
  | { readonly kind: 'user_code_missing' }
  | { readonly kind: 'user_code_wrong' }
  /** Asked for write access to production without saying that it is meant. */
  | { readonly kind: 'write_unconfirmed' }
  /** Decided, expired or claimed before: the request as it is now. */
  | { readonly kind: 'too_late'; readonly request: LoginRequest | null };

type JudgedApproval =
  | { readonly kind: 'ready'; readonly approval: Approval; readonly step: ApprovalStep }
  | { readonly kind: 'reverse_code'; readonly approval: Approval; readonly step: ApprovalStep }
  | ApprovalRefusal;

/** Throws PosternError for what the person may not choose. */
export async function judgeApproval(
  services: ApprovalServices,
  deciding: DecidingOnLogin & { readonly target: JudgedTarget; readonly signIn: ProvenSignIn },
): Promise<JudgedApproval> {
  const { request, person, target, isKnownTerminal } = deciding;
  const { sharedNetworks } = services;
  const sharing = await findSharing(services, request.origin, { userId: person.userId, sharedNetworks });
  const choice = deciding.choice.forAgent ? asAgentMay(deciding.choice, { request, target, sharing }) : deciding.choice;
  requirePolicy(target, request, choice);
  requireAgentBounds(request, choice);
  if (mustConfirmWrite(target, choice) && !choice.confirmsWrite) return { kind: 'write_unconfirmed' };
  requireRoomToRemember(sharing, request, choice);
  const approval = approvalOf(request, { ...deciding, choice });
  const pair = { userId: person.userId, terminal: request.origin, browserAddress: person.address };
  const areNetworksProven = await services.terminalMemory.areNetworksProven(pair);
  const step = stepOf(services, { request, person, target, isKnownTerminal, areNetworksProven, sharing });
  if (!isSignInFresh(target.policy, { signIn: person.signIn, now: services.clock.now() })) {
    const asked = { request, person, target, approval, step };
    recordApproval(services, 'login.approved', { ...asked, refusedFor: 'sign_in_again' });
    return { kind: 'sign_in_again' };
  }
  if (step === 'reverse_code') return { kind: 'reverse_code', approval, step };
  if (step === 'user_code') {
    const typed = request.claim?.hasTypedCode === true ? request.userCode : choice.userCode;
    const verdict = await checkUserCode(services, { request, person, typed });
    if (verdict.kind === 'denied') return { kind: 'too_late', request: verdict.request };
    if (verdict.kind !== 'right') return { kind: `user_code_${verdict.kind}` };
  }
  return { kind: 'ready', approval, step };
}

function approvalOf(
  request: LoginRequest,
  deciding: {
    readonly person: PersonAtBrowser;
    readonly choice: ApprovalChoice;
    readonly target: JudgedTarget;
    readonly signIn: ProvenSignIn;
  },
): Approval {
  const { person, choice, target, signIn } = deciding;
  const needsGrant = choice.remember !== 'once' || request.waiting === 'none';
  return {
    userId: person.userId,
    computeId: target.compute.id,
    database: choice.database,
    databaseRole: choice.databaseRole,
    access: choice.access,
    browserAddress: person.address,
    rightAsOf: person.signedInAsOf,
    signIn,
    remember: choice.remember,
    ...(choice.forAgent && { forAgent: true }),
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
