// Reports a connection when it is over: one log line, one audit event, one count.

import { cleanForLog } from '../../untrusted-text.ts';
import type { Negotiated } from '../client/client.ts';
import { type Ending, factsOfEnding } from './endings.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { LiveSession } from './live-session.ts';

type ReportParts = Pick<GatewayParts, 'log' | 'metrics' | 'clock' | 'limits'>;

export function reportConnection(session: LiveSession, ending: Ending, parts: ReportParts): void {
  const { reason, sqlstate, entry } = factsOfEnding(ending);
  countEnding(session, ending, parts);
  if (entry?.isCheap === true) return;
  const isFailure = entry?.kind === 'upstream' || entry?.kind === 'service';
  const isPeersDoing = session.relaying === null && !isFailure;
  if (isPeersDoing && !session.isFailureRecorded(reason, parts)) return;
  const { bytesToUpstream = 0, bytesToClient = 0 } = session.relaying?.relay ?? {};
  const durationMs = parts.clock.now().getTime() - Date.parse(session.entry.record.since);
  const event = session.relaying === null ? 'connection.failed' : 'connection.ended';
  const outcome = entry === null ? 'success' : isFailure ? 'failure' : 'refused';
  if (!leftWithoutLogin(session, ending))
    session.audit.record({ event, outcome, reason, sqlstate, durationMs, bytesToUpstream, bytesToClient });
  const counts = { duration_ms: durationMs, bytes_to_upstream: bytesToUpstream, bytes_to_client: bytesToClient };
  const fields = { ...logFields(session), reason, sqlstate, ...causeOf(ending), ...counts };
  parts.log[entry?.logLevel ?? 'info'](fields, 'connection');
}

/** As health checks do: nobody has asked for anything yet. */
function leftWithoutLogin({ door, entry }: LiveSession, ending: Ending): boolean {
  const isEarly = ending.kind === 'silent' || factsOfEnding(ending).reason === 'approve_and_retry';
  return door === 'link' && isEarly && entry.record.loginRequestId === null;
}

function countEnding(session: LiveSession, ending: Ending, { metrics }: ReportParts): void {
  const { door, relaying } = session;
  const { reason, entry } = factsOfEnding(ending);
  metrics.endings.inc({ reason });
  if (entry?.kind === 'upstream') metrics.upstreamFailures.inc({ code: reason });
  if (reason === 'upstream_tls') metrics.tlsFailures.inc({ side: 'upstream' });
  if (door !== null && !leftWithoutLogin(session, ending))
    metrics.logins.inc({ door, outcome: relaying === null ? 'failure' : 'success' });
}

/** Reports an earlier end; scanners and health checks get no line at the default level. */
export function reportGone({ peer, reason, cause }: Extract<Negotiated, { kind: 'gone' }>, parts: ReportParts): void {
  const level = reason === 'internal' ? 'error' : reason === 'not_postgres' || reason === 'deadline' ? 'info' : 'debug';
  parts.metrics.endings.inc({ reason });
  if (reason === 'tls_failed') parts.metrics.tlsFailures.inc({ side: 'client' });
  if (level === 'info' && peer !== null && !parts.limits.failures.take(peer.address, reason)) return;
  const failure = level === 'error' ? { err: cause } : { cause: messageOf(cause) };
  parts.log[level](
    { event: 'connection.gone', reason, ...(peer ?? { address: null }), ...failure },
    'connection without login',
  );
}

/** Reports a connection that was refused for clear text or a malformed startup packet. */
export function reportRefused({ peer, error }: Extract<Negotiated, { kind: 'refused' }>, parts: ReportParts): void {
  parts.metrics.endings.inc({ reason: error.code });
  const { code: reason, sqlstate } = error;
  if (!parts.limits.failures.take(peer.address, reason)) return;
  const cause = messageOf(error.cause);
  parts.log.info({ event: 'connection.refused', reason, sqlstate, ...peer, cause }, 'connection refused');
}

function logFields({ entry: { record }, client, door, phases }: LiveSession) {
  return {
    event: 'connection.ended',
    connection_id: record.id,
    node_id: record.nodeId,
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
  };
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
