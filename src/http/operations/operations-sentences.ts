// What the events of operators say, and the facts that every sentence of the audit trail may use.

import type { AuditEventName } from '../../catalogue/trail/audit-event-codes.ts';

/** Cleaned texts, with names in place of ids as far as they are known. */
export interface AuditFacts {
  readonly who: string;
  /** `psql from 127.0.0.1`. */
  readonly terminal: string;
  /** ` for shop`, or empty. */
  readonly forProject: string;
  readonly project: string;
  readonly account: string;
  readonly subject: string;
  readonly database: string;
  readonly role: string;
  /** ` (reason)`, or empty. */
  readonly why: string;
  readonly reason: string;
  /** `8h 00m`, or empty. */
  readonly lasting: string;
  readonly from: string;
}

export type Entry = readonly [title: string, sentence: (facts: AuditFacts) => string];

export const OPERATIONS = {
  'ops.connection_ended': [
    'Connection ended',
    ({ who, subject, why }) => `${who} ended a connection of ${subject}${why}`,
  ],
  'ops.query_canceled': [
    'Query canceled by an operator',
    ({ who, subject, why }) => `${who} canceled a query of ${subject}${why}`,
  ],
  'ops.notice_sent': ['NOTICE sent', ({ who, subject, reason }) => `${who} sent a NOTICE to ${subject}: “${reason}”`],
  'ops.node_drained': ['Node drained', ({ who, subject, why }) => `${who} drained the node ${subject}${why}`],
  'ops.organization_decided': [
    'Organization request decided',
    ({ who, subject, why }) => `${who} decided on the organization ${subject}${why}`,
  ],
  'ops.statement_read': [
    'Statement seen',
    ({ who, subject }) => `${who} looked at what a connection of ${subject} runs`,
  ],
  'ops.audit_exported': ['Audit trail exported', ({ who }) => `${who} exported the audit trail`],
  'ops.audit_pruned': ['Audit trail pruned', ({ who, why }) => `${who} pruned the audit trail${why}`],
} as const satisfies Partial<Record<AuditEventName, Entry>>;
