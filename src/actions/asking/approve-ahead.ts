// A schedule of on-call people approves in advance, and the person is told.

import type { AccessRequest } from '../../catalogue/asking/access-request.ts';
import { type AheadWish, approveAhead as approve } from '../../catalogue/asking/approve-ahead.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import type { ActionParts } from '../action-parts.ts';
import { tellOfAccess } from './tell-of-access.ts';

/** Throws as the catalogue's does. */
export async function approveAhead(
  { catalogue, mailer, address, config }: Pick<ActionParts, 'catalogue' | 'mailer' | 'address' | 'config'>,
  context: AuditContext,
  wish: AheadWish,
): Promise<AccessRequest> {
  const request = await approve(catalogue, context, wish);
  tellOfAccess({ mailer, address, brand: config.brand }, { kind: 'approved_ahead', request });
  return request;
}
