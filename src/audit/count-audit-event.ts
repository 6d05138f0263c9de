// Counts audit events in the metrics: logins and grants by their outcome, wherever that is decided.

import type { AuditEventName } from '../catalogue/trail/audit-event-codes.ts';
import type { AuditEventInput } from '../catalogue/trail/audit-events.ts';
import type { Metrics } from '../metrics/metrics.ts';

const LOGIN_STATUSES: Partial<Readonly<Record<AuditEventName, string>>> = {
  'login.requested': 'issued',
  'login.claimed': 'claimed',
  'login.approved': 'approved',
  'login.consumed': 'consumed',
  'login.denied': 'denied',
  'login.reported': 'denied',
  'login.expired': 'expired',
  'login.abandoned': 'abandoned',
};

const GRANT_EVENTS: Partial<Readonly<Record<AuditEventName, string>>> = {
  'grant.created': 'created',
  'grant.used': 'used',
  'grant.revoked': 'revoked',
  'grant.ended': 'used_up',
};

/** A refused move, which lost to another one, is not counted. */
export function countAuditEvent(
  { event, outcome, reason }: Pick<AuditEventInput, 'event' | 'outcome' | 'reason'>,
  metrics: Pick<Metrics, 'loginRequests' | 'grants'>,
): void {
  if (outcome !== 'success') return;
  const status = LOGIN_STATUSES[event];
  if (status !== undefined) metrics.loginRequests.inc({ status });
  const happening = GRANT_EVENTS[event];
  if (happening === undefined) return;
  metrics.grants.inc({ event: event === 'grant.ended' && reason === 'time' ? 'ran_out' : happening });
}
