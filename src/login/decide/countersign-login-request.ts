// Others decide on the login that waits: what their decision moves in Redis, inside the transaction
// of the decision, and what follows from it afterwards.

import { NO_SIGN_IN } from '../../catalogue/access/reach.ts';
import { type JudgedTarget, judgeTarget } from '../../catalogue/access/resolve-target.ts';
import type { Deciding, DecisionWish } from '../../catalogue/asking/decide-request.ts';
import type { LoginRequestId } from '../../ids.ts';
import { systemLoginEvent } from '../request/login-audit-event.ts';
import type { LoginRequest, Submission } from '../request/login-request.ts';
import type { LoginRequests } from '../request/login-requests.ts';
import { type SettlingServices, settleApproval } from './settle-approval.ts';

export interface AskedServices extends SettlingServices {
  readonly loginRequests: LoginRequests;
}

type MoveLogin = DecisionWish['moveLogin'];

/** False where the login was decided, expired or left before. */
export function moveAskedLogin({ loginRequests }: Pick<AskedServices, 'loginRequests'>): MoveLogin {
  const { submitted } = loginRequests;
  return async (id, { kind, request }) => {
    const submission = (await loginRequests.find(id))?.submission ?? null;
    if (submission === null) return false;
    const names = request.agreed.map(({ name }) => name);
    const known: Submission = { ...submission, agreed: names, needed: request.needed };
    switch (kind) {
      case 'agreed':
        return await submitted.note(id, known);
      case 'approved':
        return (await submitted.countersign(id, known)).kind === 'moved';
      default: {
        const denial = { by: request.deciderName ?? 'Somebody', answer: request.answer ?? '' };
        return (await submitted.refuse(id, { ...known, denial })).kind === 'moved';
      }
    }
  };
}

/** What follows once it is committed: the audit trail, and a grant where no connection waits. */
export async function settleAskedLogin(services: AskedServices, decided: Deciding): Promise<void> {
  const { loginRequestId } = decided.request;
  if (loginRequestId === null || (decided.kind !== 'approved' && decided.kind !== 'denied')) return;
  const login = await services.loginRequests.find(loginRequestId);
  if (login === null) return;
  const { clock, nodeId } = services;
  const event = decided.kind === 'approved' ? 'login.approved' : 'login.denied';
  const reason = decided.request.id;
  services.auditTrail.record(systemLoginEvent(login, { event, at: clock.now(), nodeId, reason }));
  if (decided.kind === 'approved') await settle(services, login);
}

async function settle(services: AskedServices, login: LoginRequest): Promise<void> {
  const { approval, origin } = login;
  if (approval === null) return;
  if (login.status === 'consumed' && login.waiting === 'none') {
    const { clock, nodeId } = services;
    services.auditTrail.record(systemLoginEvent(login, { event: 'login.consumed', at: clock.now(), nodeId }));
  }
  const how = { door: 'link', address: origin.address, signIn: approval.signIn ?? NO_SIGN_IN } as const;
  const target: JudgedTarget = await judgeTarget(services.catalogue, approval, how);
  await settleApproval(services, login, target);
}

/** False where the login was decided before. */
export async function withdrawAskedLogin(
  { loginRequests }: Pick<AskedServices, 'loginRequests'>,
  id: LoginRequestId,
): Promise<boolean> {
  return (await loginRequests.submitted.withdraw(id)).kind === 'moved';
}
