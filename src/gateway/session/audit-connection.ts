// What the audit trail is told of one connection: the facts of its record in every event, in the order of the events.

import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { GatewayParts } from './gateway-parts.ts';
import type { LiveSession } from './live-session.ts';

type ConnectionEvent = Pick<AuditEventInput, 'event' | 'outcome'> & Partial<AuditEventInput>;

/** Queues one event of this connection; what it says itself goes before what the record says. Never throws. */
export function auditConnection(
  session: LiveSession,
  { auditTrail, clock }: GatewayParts,
  event: ConnectionEvent,
): void {
  const { record, client } = session;
  auditTrail.record({
    at: clock.now(),
    nodeId: record.nodeId,
    ...factsOf(record),
    seq: session.nextAuditSeq(),
    untrustedDatabase: client.startup.database,
    ...event,
  });
}

/** What every event of a connection says of it. */
export function factsOf(record: LiveConnectionRecord) {
  return {
    ...actorOf(record),
    accountId: record.accountId,
    projectId: record.projectId,
    computeId: record.computeId,
    database: record.database,
    databaseRole: record.databaseRole,
    loginRequestId: record.loginRequestId,
    grantId: record.grantId,
    connectionId: record.id,
    terminalIp: record.address,
    terminalPort: record.port,
    tls: record.tls,
    upstreamPid: record.upstreamPid,
    untrustedUser: record.requestedUser,
    untrustedApplication: record.application,
  };
}

/** Who a connection is of, as far as it is known. */
function actorOf({
  userId,
  personEmail,
  accessTokenId,
}: Pick<LiveConnectionRecord, 'userId' | 'personEmail' | 'accessTokenId'>) {
  if (accessTokenId !== null) {
    return { actorType: 'access_token', actorId: accessTokenId, actorEmail: personEmail } as const;
  }
  if (userId !== null) return { actorType: 'person', actorId: userId, actorEmail: personEmail } as const;
  return { actorType: 'system', actorId: null, actorEmail: null } as const;
}
