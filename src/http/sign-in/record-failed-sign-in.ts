// What the audit trail is told of a sign-in that did not work. Knows no password and no provider.

import type { Response } from 'express';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Clock } from '../../clock.ts';
import type { RecordsAudit } from '../../login/request/login-audit-event.ts';
import { contextOf } from '../request/request-context.ts';

/**
 * The e-mail that was tried is not written: people type passwords into the wrong field. Who is signed in already, and is
 * asked again, is.
 */
export function recordFailedSignIn(
  { catalogue, auditTrail, clock }: { catalogue: Catalogue; auditTrail: RecordsAudit; clock: Clock },
  response: Response,
  reason: string,
): void {
  const { requestId, address, userAgent, session } = contextOf(response);
  auditTrail.record({
    at: clock.now(),
    nodeId: catalogue.nodeId,
    event: 'signin.failed',
    outcome: 'refused',
    reason,
    actorType: 'person',
    actorId: session?.user.id ?? null,
    actorEmail: session?.user.email ?? null,
    requestId,
    browserIp: address,
    untrustedUserAgent: userAgent,
  });
}
