// Compares the user code that a person types into the page, and counts wrong ones.

import { loginAuditEvent, type PersonAtBrowser } from '../request/login-audit-event.ts';
import type { LoginRequest } from '../request/login-request.ts';
import { normalizeUserCode } from '../terms/user-code.ts';
import type { ClaimServices } from './claim-login-request.ts';

export type UserCodeVerdict =
  | { readonly kind: 'right' | 'missing' | 'wrong' }
  | { readonly kind: 'denied'; readonly request: LoginRequest };

/** `typed` is null when the page did not ask. */
export async function checkUserCode(
  { loginRequests, auditTrail, clock, nodeId }: ClaimServices,
  { request, person, typed }: { request: LoginRequest; person: PersonAtBrowser; typed: string | null },
): Promise<UserCodeVerdict> {
  if (typed === null || typed.trim() === '') return { kind: 'missing' };
  if (normalizeUserCode(typed) === request.userCode) return { kind: 'right' };
  const counted = await loginRequests.countWrongUserCode(request.id, { userId: person.userId });
  if (counted.kind === 'refused') return { kind: 'wrong' };
  const context = { event: 'login.denied', outcome: 'success', at: clock.now(), nodeId } as const;
  auditTrail.record({ ...loginAuditEvent(counted.request, person, context), reason: 'wrong_user_code' });
  return { kind: 'denied', request: counted.request };
}
