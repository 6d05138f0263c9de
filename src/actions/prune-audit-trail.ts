// Removing the oldest events of the audit trail, for the owner of its tables.

import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { verifyAuditChain } from '../catalogue/trail/audit-chain.ts';
import type { AuditContext } from '../catalogue/trail/audit-context.ts';
import { pruneAuditTrail as prune } from '../catalogue/trail/prune-audit-trail.ts';
import { PosternError } from '../errors.ts';

/** Returns how many. A trail that does not verify is evidence and stays: `audit_trail_changed`. */
export async function pruneAuditTrail(catalogue: Catalogue, context: AuditContext, before: Date): Promise<number> {
  const { flaws } = await verifyAuditChain(catalogue);
  if (flaws.length > 0) throw new PosternError('audit_trail_changed');
  return await prune(catalogue, context, before);
}
