// Other connections of the same terminal that one click can approve as well, such as those of
// pg_dump -j or of a GUI.

import type { AlsoWaitingProps } from '../../../web/components/approval/also-waiting.tsx';
import type { ApprovalServices } from '../../login/decide/approve-login-request.ts';
import type { PersonAtBrowser } from '../../login/request/login-audit-event.ts';
import type { LoginRequest } from '../../login/request/login-request.ts';

/** Requests that no other person has opened. */
export async function alsoWaiting(
  { loginRequests }: Pick<ApprovalServices, 'loginRequests'>,
  shown: LoginRequest,
  { userId }: Pick<PersonAtBrowser, 'userId'>,
): Promise<AlsoWaitingProps['waiting']> {
  const waiting = await loginRequests.listWaitingOfTerminal(shown.origin);
  return waiting
    .filter((other) => other.id !== shown.id && other.waiting !== 'none')
    .filter(({ claim }) => claim === null || claim.userId === userId)
    .map(({ id, userCode }) => ({ id, userCode }));
}
