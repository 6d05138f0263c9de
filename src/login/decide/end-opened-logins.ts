// Ends the logins that a person has opened and not decided, when all of the person's access ends:
// the terminals then do not wait for somebody who is signed out.

import type { RecordedEnding } from '../../catalogue/endings/ended-access.ts';
import type { Clock } from '../../clock.ts';
import type { NodeId } from '../../ids.ts';
import { type RecordsAudit, systemLoginEvent } from '../request/login-audit-event.ts';
import type { LoginRequests } from '../request/login-requests.ts';

interface EndingParts {
  readonly loginRequests: LoginRequests;
  readonly auditTrail: RecordsAudit;
  readonly clock: Clock;
  readonly nodeId: NodeId;
}

/** Only for an ending of a person as such; what was opened since then stays. */
export async function endOpenedLogins(
  { loginRequests, auditTrail, clock, nodeId }: EndingParts,
  { owners, endedAt }: Pick<RecordedEnding, 'owners' | 'endedAt'>,
): Promise<void> {
  const { userId, ...others } = owners;
  if (userId === undefined || Object.values(others).some((owner) => owner !== undefined)) return;
  for (const id of await loginRequests.idsOpenedBy(userId)) {
    const claim = (await loginRequests.find(id))?.claim ?? null;
    if (claim === null || claim.at > endedAt) continue;
    const reason = 'signed_out';
    const outcome = await loginRequests.deny(id, { userId, reason });
    if (outcome.kind === 'refused') continue;
    auditTrail.record(systemLoginEvent(outcome.request, { event: 'login.denied', at: clock.now(), nodeId, reason }));
  }
}
