// A person asks others to agree to a login that waits. All that an approval has to pass is judged
// now, so that their agreement lets the terminal in at once.

import { type AskingTarget, judgeAsking } from '../../catalogue/access/ask-target.ts';
import type { AccessRequest } from '../../catalogue/asking/access-request.ts';
import { type Approver, approversInWords } from '../../catalogue/asking/access-request.ts';
import { endRequestOfLogin } from '../../catalogue/asking/end-request.ts';
import { fileRequest, LONGEST_WAIT_MS } from '../../catalogue/asking/file-request.ts';
import type { AccessRule } from '../../catalogue/rights/access-rule.ts';
import { type AuditContext, SYSTEM_CONTEXT } from '../../catalogue/trail/audit-context.ts';
import type { LoginRequest, Submission } from '../request/login-request.ts';
import { chosenTarget, signInOf } from './chosen-target.ts';
import { type ApprovalRefusal, type ApprovalServices, type DecidingOnLogin, judgeApproval } from './judge-approval.ts';

export interface AskingWish {
  readonly reason: string;
  readonly durationMs: number;
}

export type SubmissionAnswer =
  /** Nobody need be asked (any more): the person approves alone. */
  | { readonly kind: 'approvable' }
  | {
      /** `sent_away`: the terminal has to prove itself, so the person logs in once they agreed. */
      readonly kind: 'submitted' | 'sent_away';
      readonly filed: AccessRequest;
      readonly approvers: readonly Approver[];
      readonly request: LoginRequest;
    }
  | ApprovalRefusal;

interface Submitting extends DecidingOnLogin {
  readonly context: AuditContext;
  readonly wish: AskingWish;
}

/** Throws PosternError for what the person may not ask for. */
export async function submitLoginRequest(
  services: ApprovalServices,
  submitting: Submitting,
): Promise<SubmissionAnswer> {
  const { request, person, choice } = submitting;
  const signIn = signInOf(person, services.clock.now());
  const target = await chosenTarget(services, { request, person, choice, signIn }, judgeAsking);
  if (target === 'sign_in_again') return { kind: target };
  if (target === 'asks_first' || !asks(target)) return { kind: 'approvable' };
  const judged = await judgeApproval(services, { ...submitting, target, signIn });
  if (judged.kind !== 'ready' && judged.kind !== 'reverse_code') return judged;
  const isHere = judged.kind === 'ready';
  const { request: filed, approvers } = await file(services, { ...submitting, target, isHere });
  // Only a reason was asked for, and that is given.
  if (filed.status === 'approved') return { kind: 'approvable' };
  const submission: Submission = {
    accessRequestId: filed.id,
    approval: judged.approval,
    asked: approversInWords(approvers),
    needed: filed.needed,
    waitMs: services.askTtlMs,
    agreed: [],
    denial: null,
  };
  const { userId } = person;
  const moved = isHere
    ? await services.loginRequests.submitted.submit(request.id, { userId, submission, lifeMs: services.askTtlMs })
    : await services.loginRequests.submitted.sendAway(request.id, { userId, submission });
  if (moved.kind === 'refused') {
    const ended = { loginRequestId: request.id, reason: 'too_late' };
    await endRequestOfLogin(services.catalogue, SYSTEM_CONTEXT, ended);
    return { kind: 'too_late', request: moved.request };
  }
  return { kind: isHere ? 'submitted' : 'sent_away', filed, approvers, request: moved.request };
}

type AskedTarget = AskingTarget & { readonly asking: AccessRule };

function asks(target: AskingTarget): target is AskedTarget {
  return target.asking !== null;
}

async function file(
  { catalogue, askTtlMs }: ApprovalServices,
  submitting: Submitting & { readonly target: AskedTarget; readonly isHere: boolean },
) {
  const { request, person, choice, context, wish, target, isHere } = submitting;
  const { computeId, database, databaseRole, access } = choice;
  return await fileRequest(catalogue, context, {
    target,
    choice: { userId: person.userId, computeId, database, databaseRole, access },
    ...wish,
    loginRequestId: isHere ? request.id : null,
    waitMs: isHere ? askTtlMs : LONGEST_WAIT_MS,
  });
}
