// The audit events of one connection, numbered, each with the facts of its record.

import { type AuditEventInput, BY_SYSTEM } from '../../catalogue/trail/audit-events.ts';
import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { FleetEntry } from './fleet-entry.ts';
import type { GatewayParts } from './gateway-parts.ts';

export type ConnectionAudit = ReturnType<typeof connectionAudit>;

export function connectionAudit(
  entry: FleetEntry,
  requestedDatabase: string,
  { auditTrail, clock }: Pick<GatewayParts, 'auditTrail' | 'clock'>,
) {
  let seq = 0;
  let held: AuditEventInput[] | null = null;
  return {
    /** Queues one event; its own fields override those of the record. Never throws. */
    record(event: Pick<AuditEventInput, 'event' | 'outcome'> & Partial<AuditEventInput>): void {
      seq += 1;
      const { nodeId } = entry.record;
      const facts = { at: clock.now(), nodeId, ...factsOf(entry.record), seq, untrustedDatabase: requestedDatabase };
      if (held === null) auditTrail.record({ ...facts, ...event });
      else held.push({ ...facts, ...event });
    },

    /** From now on events are kept back, and are never written unless `release` is called. */
    hold(): void {
      held ??= [];
    },

    /** A person has come: what was held is written, in its order. */
    release(): void {
      for (const event of held ?? []) auditTrail.record(event);
      held = null;
    },
  };
}

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
    breakGlassId: record.glassId,
    connectionId: record.id,
    terminalIp: record.address,
    terminalPort: record.port,
    tls: record.tls,
    upstreamPid: record.upstreamPid,
    untrustedUser: record.requestedUser,
    untrustedApplication: record.application,
  };
}

/** The connection's access token or person, as far as it is known. */
function actorOf({ userId, personEmail, accessTokenId }: LiveConnectionRecord) {
  if (accessTokenId !== null) {
    return { actorType: 'access_token', actorId: accessTokenId, actorEmail: personEmail } as const;
  }
  if (userId !== null) return { actorType: 'person', actorId: userId, actorEmail: personEmail } as const;
  return BY_SYSTEM;
}
