// An audit event as a row: the most important fields as columns, all others as details.

import type { AuditRow } from '../../../web/pages/ops/audit-page.tsx';
import type { AuditEventBody } from '../../catalogue/trail/audit-events.ts';
import { cleanForLog } from '../../untrusted-text.ts';

/** Fields with a column of their own. */
const IN_COLUMNS: ReadonlySet<string> = new Set(['id', 'at', 'event', 'code', 'outcome', 'reason', 'previous_hash']);

export function auditRow(body: AuditEventBody): AuditRow {
  const text = (name: string) => (body[name] === undefined ? null : cleanForLog(String(body[name])));
  return {
    id: String(body.id),
    at: new Date(String(body.at)),
    event: text('event') ?? '',
    code: text('code') ?? '',
    outcome: text('outcome') ?? '',
    who: text('actor_email') ?? text('actor_id') ?? text('actor_type') ?? '',
    subject: text('subject') ?? text('connection_id') ?? text('project_id') ?? text('account_id'),
    reason: text('reason'),
    details: Object.keys(body)
      .filter((name) => !IN_COLUMNS.has(name))
      .map((name) => ({ name, value: text(name) ?? '' })),
  };
}
