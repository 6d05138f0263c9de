// The audit events of one connection, numbered in their order; each carries the facts of the
// connection's record.

import type { AuditEventInput } from '../../catalogue/trail/audit-events.ts';
import type { Clock } from '../../clock.ts';
import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { RecordsAudit } from '../../login/request/login-audit-event.ts';
import type { FleetEntry } from './fleet-entry.ts';

type ConnectionEvent = Pick<AuditEventInput, 'event' | 'outcome'> & Partial<AuditEventInput>;

export interface AuditParts {
  readonly auditTrail: RecordsAudit;
  readonly clock: Clock;
}

export class ConnectionAudit {
  readonly #entry: FleetEntry;
  readonly #requestedDatabase: string;
  readonly #parts: AuditParts;
  #seq = 0;

  constructor(entry: FleetEntry, requestedDatabase: string, parts: AuditParts) {
    this.#entry = entry;
    this.#requestedDatabase = requestedDatabase;
    this.#parts = parts;
  }

  /** Queues one event; its own fields override those of the record. Never throws. */
  record(event: ConnectionEvent): void {
    const { record } = this.#entry;
    this.#seq += 1;
    this.#parts.auditTrail.record({
      at: this.#parts.clock.now(),
      nodeId: record.nodeId,
      ...factsOf(record),
      seq: this.#seq,
      untrustedDatabase: this.#requestedDatabase,
      ...event,
    });
  }
}

/** The fields that every event of a connection has. */
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

/** The connection's access token or person, as far as it is known. */
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
