// Removing the oldest events of the audit trail, for the owner of its tables.

import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { verifyAuditChain } from '../catalogue/trail/audit-chain.ts';
import type { AuditContext } from '../catalogue/trail/audit-context.ts';
import { pruneAuditTrail as prune } from '../catalogue/trail/prune-audit-trail.ts';
import { PosternError } from '../errors.ts';

/**
 * Removes the events from before that moment and returns how many; what is left can still be
 * verified. Throws `audit_trail_changed` for a trail that does not verify, which must stay as
 * evidence.
 */
export async function pruneAuditTrail(catalogue: Catalogue, context: AuditContext, before: Date): Promise<number> {
  const { flaws } = await verifyAuditChain(catalogue);
  if (flaws.length > 0) throw new PosternError('audit_trail_changed');
  return await prune(catalogue, context, before);
}
