// Exports the audit trail as JSON lines; the export is recorded before its first line.

import type { Catalogue } from '../catalogue/store/catalogue.ts';
import { type AuditContext, changeEvent } from '../catalogue/trail/audit-context.ts';
import { recordAuditEvent } from '../catalogue/trail/audit-events.ts';
import { type AuditFilter, exportAuditEvents } from '../catalogue/trail/audit-trail-reader.ts';

/** One JSON line an event, oldest first. Throws `forbidden` or `not_found` before the first. */
export async function* exportAuditLines(
  catalogue: Catalogue,
  context: AuditContext,
  filter: AuditFilter,
): AsyncGenerator<string> {
  const events = exportAuditEvents(catalogue, context, filter);
  // The permission is checked at the first step.
  let step = await events.next();
  const exported = changeEvent(catalogue, context, {
    event: 'ops.audit_exported',
    accountId: filter.accountId ?? null,
    projectId: filter.projectId ?? null,
  });
  await catalogue.transaction((tx) => recordAuditEvent(tx, exported));
  while (step.done !== true) {
    yield `${JSON.stringify(step.value)}\n`;
    step = await events.next();
  }
}
