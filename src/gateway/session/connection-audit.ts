// The audit events of one connection, numbered, each with the facts of its record.

import { type AuditEventInput, BY_SYSTEM } from '../../catalogue/trail/audit-events.ts';
import type { LiveConnectionRecord } from '../../fleet/live-connection.ts';
import type { FleetEntry } from './fleet-entry.ts';
import type { GatewayParts } from './gateway-parts.ts';

type AuditParts = Pick<GatewayParts, 'auditTrail' | 'clock'>;

export class ConnectionAudit {
  readonly #entry: FleetEntry;
  readonly #requestedDatabase: string;
  readonly #parts: AuditParts;
  #seq = 0;
  #held: AuditEventInput[] | null = null;

  constructor(entry: FleetEntry, requestedDatabase: string, parts: AuditParts) {
    this.#entry = entry;
    this.#requestedDatabase = requestedDatabase;
    this.#parts = parts;
  }

  /** Queues one event; its own fields override those of the record. Never throws. */
  record(event: Pick<AuditEventInput, 'event' | 'outcome'> & Partial<AuditEventInput>): void {
    this.#seq += 1;
    const { record } = this.#entry;
    const facts = { at: this.#parts.clock.now(), nodeId: record.nodeId, ...factsOf(record), seq: this.#seq };
    const whole = { ...facts, untrustedDatabase: this.#requestedDatabase, ...event };
    if (this.#held === null) this.#parts.auditTrail.record(whole);
    else this.#held.push(whole);
  }

  /** From now on events are kept back, and are never written unless `release` is called. */
  hold(): void {
    this.#held ??= [];
  }

  /** A person has come: what was held is written, in its order. */
  release(): void {
    for (const event of this.#held ?? []) this.#parts.auditTrail.record(event);
    this.#held = null;
  }
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
