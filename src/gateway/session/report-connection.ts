// Reports a connection when it is over: one log line, one audit event, one count.

import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import type { Negotiated } from '../client/client.ts';
import { type Ending, errorEntryOf, reasonOf, sqlstateOf } from './endings.ts';
import type { LiveSession } from './live-session.ts';

export interface ReportParts {
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'endings' | 'upstreamFailures' | 'tlsFailures' | 'logins'>;
  readonly clock: Clock;
}

/** Reports a connection that got as far as a StartupMessage. */
export function reportConnection(session: LiveSession, ending: Ending, parts: ReportParts): void {
  const reason = reasonOf(ending);
  countEnding(session, ending, parts);
  if (errorEntryOf(ending)?.isCheap === true) return;
  const { bytesToUpstream = 0, bytesToClient = 0 } = session.relaying?.relay ?? {};
  const durationMs = parts.clock.now().getTime() - Date.parse(session.entry.record.since);
  session.audit.record({
    event: session.relaying === null ? 'connection.failed' : 'connection.ended',
    outcome: outcomeOf(ending),
    reason,
    sqlstate: sqlstateOf(ending),
    durationMs,
    bytesToUpstream,
    bytesToClient,
  });
  const counts = { duration_ms: durationMs, bytes_to_upstream: bytesToUpstream, bytes_to_client: bytesToClient };
  parts.log[errorEntryOf(ending)?.logLevel ?? 'info']({ ...logFields(session, ending), ...counts }, 'connection');
}

function countEnding({ door, relaying }: LiveSession, ending: Ending, { metrics }: ReportParts): void {
  const reason = reasonOf(ending);
  metrics.endings.inc({ reason });
  if (errorEntryOf(ending)?.kind === 'upstream') metrics.upstreamFailures.inc({ code: reason });
  if (reason === 'upstream_tls') metrics.tlsFailures.inc({ side: 'upstream' });
  if (door !== null) metrics.logins.inc({ door, outcome: relaying === null ? 'failure' : 'success' });
}

/** Reports an earlier end; scanners and health checks get no line at the default level. */
export function reportGone({ peer, reason, cause }: Extract<Negotiated, { kind: 'gone' }>, parts: ReportParts): void {
  const level = reason === 'internal' ? 'error' : reason === 'not_postgres' || reason === 'deadline' ? 'info' : 'debug';
  parts.metrics.endings.inc({ reason });
  if (reason === 'tls_failed') parts.metrics.tlsFailures.inc({ side: 'client' });
  parts.log[level](
    {
      event: 'connection.gone',
      reason,
      address: peer.address,
      port: peer.port,
      ...(level === 'error' ? { err: cause } : { cause: messageOf(cause) }),
    },
    'connection without login',
  );
}

/** Reports a connection that was refused for clear text or a malformed startup packet. */
export function reportRefused({ peer, error }: Extract<Negotiated, { kind: 'refused' }>, parts: ReportParts): void {
  parts.metrics.endings.inc({ reason: error.code });
  const { code, sqlstate, cause } = error;
  parts.log.info(
    {
      event: 'connection.refused',
      reason: code,
      sqlstate,
      address: peer.address,
      port: peer.port,
      cause: messageOf(cause),
    },
    'connection refused',
  );
}

function logFields({ entry: { record }, client, door, phases }: LiveSession, ending: Ending) {
  return {
    event: 'connection.ended',
    connection_id: record.id,
    node_id: record.nodeId,
    reason: reasonOf(ending),
    sqlstate: sqlstateOf(ending),
    door,
    phase: record.phase,
    phase_ms: phases.milliseconds,
    address: record.address,
    port: record.port,
    tls: record.tls,
    login_request_id: record.loginRequestId,
    grant_id: record.grantId,
    access_token_id: record.accessTokenId,
    user_id: record.userId,
    account_id: record.accountId,
    project_id: record.projectId,
    compute_id: record.computeId,
    database: record.database,
    database_role: record.databaseRole,
    upstream_pid: record.upstreamPid,
    untrusted_user: record.requestedUser,
    untrusted_database: cleanForLog(client.startup.database),
    untrusted_application: record.application,
    ...causeOf(ending),
  };
}

function outcomeOf(ending: Ending): AuditEventInput['outcome'] {
  const entry = errorEntryOf(ending);
  if (entry === null) return 'success';
  return entry.kind === 'upstream' || entry.kind === 'service' ? 'failure' : 'refused';
}

function causeOf(ending: Ending) {
  if (ending.kind === 'upstream_refusal') {
    return { untrusted_upstream_message: cleanForLog(ending.refusal.fields.get('M') ?? '') };
  }
  if (ending.kind === 'silent') return {};
  const { code, cause, params } = ending.error;
  if (cause === undefined) return {};
  return code === 'internal' ? { err: cause, reference: params.reference } : { err: cause };
}

function messageOf(cause: unknown): string | null {
  return cause instanceof Error ? cause.message : null;
}
