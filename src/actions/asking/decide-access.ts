// Others agree to a request for access or deny it, and the person who asked takes it back.

import type { AccessRequest } from '../../catalogue/asking/access-request.ts';
import { agreeToRequest, type Deciding, denyRequest } from '../../catalogue/asking/decide-request.ts';
import { endRequestOfLogin, withdrawRequest } from '../../catalogue/asking/end-request.ts';
import { getRequest } from '../../catalogue/asking/request-lists.ts';
import { type AuditContext, SYSTEM_CONTEXT } from '../../catalogue/trail/audit-context.ts';
import type { AccessRequestId } from '../../ids.ts';
import { moveAskedLogin, settleAskedLogin, withdrawAskedLogin } from '../../login/decide/countersign-login-request.ts';
import type { ActionParts } from '../action-parts.ts';
import { type AccessEnders, ending } from '../define-action.ts';
import { tellOfAccess } from './tell-of-access.ts';

export type DecidingParts = Pick<
  ActionParts,
  'catalogue' | 'loginRequests' | 'grants' | 'auditTrail' | 'clock' | 'mailer' | 'address' | 'config'
>;

export interface AccessDecision {
  readonly id: AccessRequestId;
  readonly how: 'agree' | 'deny';
  /** For the person who asked; empty: none. */
  readonly answer: string;
}

/** Throws as `agreeToRequest`. */
export async function decideAccess(
  parts: DecidingParts,
  context: AuditContext,
  { id, how, answer }: AccessDecision,
): Promise<Deciding> {
  const { catalogue } = parts;
  const services = { ...parts, nodeId: catalogue.nodeId };
  const { loginRequestId } = await getRequest(catalogue, context, id);
  const login = loginRequestId === null ? null : await parts.loginRequests.find(loginRequestId);
  const wish = { id, terminalAddress: login?.origin.address ?? null, moveLogin: moveAskedLogin(services) };
  const decided =
    how === 'agree'
      ? await agreeToRequest(catalogue, context, wish)
      : await denyRequest(catalogue, context, { ...wish, answer });
  if (decided.kind === 'too_late') return await tooLate(parts, decided);
  await settleAskedLogin(services, decided);
  const told = { mailer: parts.mailer, address: parts.address, brand: parts.config.brand };
  if (decided.kind !== 'agreed') tellOfAccess(told, { kind: decided.kind, request: decided.request });
  return decided;
}

/** Its login ended while nobody noted that. */
async function tooLate({ catalogue, clock }: DecidingParts, decided: Deciding): Promise<Deciding> {
  const { status, expiresAt, loginRequestId } = decided.request;
  const isLeft = status === 'waiting' && clock.now() < expiresAt && loginRequestId !== null;
  if (!isLeft) return decided;
  await endRequestOfLogin(catalogue, SYSTEM_CONTEXT, { loginRequestId, reason: 'terminal_closed' });
  return { ...decided, request: { ...decided.request, status: 'ended' } };
}

/** Throws as `withdrawRequest`. */
export const withdrawAccess: (
  parts: DecidingParts & AccessEnders,
  context: AuditContext,
  wish: { readonly id: AccessRequestId },
) => Promise<AccessRequest> = ending((parts, context, { id }) =>
  withdrawRequest(parts.catalogue, context, { id, moveLogin: (login) => withdrawAskedLogin(parts, login) }),
);
