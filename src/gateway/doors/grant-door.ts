// The door of remembered permission: uses one of the grants that match, so that nobody is asked again.

import { resolveTarget } from '../../catalogue/access/resolve-target.ts';
import { tellOfGrant } from '../client/narration.ts';
import { auditConnection } from '../session/audit-connection.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Passage } from '../session/passage.ts';
import type { FittingGrant } from './fitting-grants.ts';

/** Null when every grant was used up or revoked meanwhile: then the person is asked. */
export async function passGrantDoor(
  session: LiveSession,
  candidates: readonly FittingGrant[],
  parts: GatewayParts,
): Promise<Passage | null> {
  session.watchClient();
  for (const { grant: candidate, wish } of candidates) {
    // NOTE: the fleet must know the grant before it is used, or a revocation in between would miss this connection.
    const { id, userId, personEmail, computeId } = candidate;
    session.learn({ grantId: id, userId, personEmail, computeId });
    const use = await parts.grants.use(id);
    if (use.kind === 'refused') continue;
    auditConnection(session, parts, { event: 'grant.used', outcome: 'success' });
    if (use.isLast) auditConnection(session, parts, { event: 'grant.ended', outcome: 'success', reason: 'used up' });
    return passageOf({ grant: use.grant, wish }, parts);
  }
  session.learn({ grantId: null, userId: null, personEmail: null, computeId: null });
  return null;
}

function passageOf({ grant, wish }: FittingGrant, { catalogue }: GatewayParts): Passage {
  return {
    door: 'grant',
    resolve: () => resolveTarget(catalogue, grant),
    wish,
    caps: {},
    narration: tellOfGrant(grant),
    // Nobody follows a login that nobody was asked about.
    report: () => {},
  };
}
