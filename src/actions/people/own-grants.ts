// A person's own grants: listed, and revoked one by one.

import { recordEndedAccess } from '../../catalogue/endings/ended-access.ts';
import type { PersonActor } from '../../catalogue/rights/actors.ts';
import { auditActor } from '../../catalogue/trail/audit-context.ts';
import { recordAuditEvent } from '../../catalogue/trail/audit-events.ts';
import { PosternError } from '../../errors.ts';
import type { GrantId } from '../../ids.ts';
import type { Grant } from '../../login/grant/grant.ts';
import { grantRevokedEvent } from '../../login/grant/grant-audit-event.ts';
import type { ActionParts } from '../action-parts.ts';

type RevokingParts = Pick<ActionParts, 'catalogue' | 'grants' | 'auditTrail' | 'liveConnections'>;
type Context = { readonly actor: PersonActor };

/** Grants that have not ended, the longest first. */
export function listOwnGrants({ grants }: Pick<ActionParts, 'grants'>, { actor }: Context): Promise<Grant[]> {
  return grants.list(actor.userId);
}

/** Ends a grant and its live connections. Throws `not_found` unless it is open and the actor's. */
export async function revokeOwnGrant(
  { catalogue, grants, auditTrail, liveConnections }: RevokingParts,
  { actor }: Context,
  grantId: GrantId,
): Promise<void> {
  const grant = await grants.get(grantId);
  if (grant?.userId !== actor.userId) throw new PosternError('not_found', { params: { thing: 'grant' } });
  const event = grantRevokedEvent(grant, auditActor(actor), { at: catalogue.clock.now(), nodeId: catalogue.nodeId });
  await catalogue.transaction(async (tx) => {
    await recordEndedAccess(tx, { kind: 'end', owners: { grantId, userId: actor.userId } });
    await recordAuditEvent(tx, event);
  });
  auditTrail.countStored(event);
  await liveConnections.endNow();
}
