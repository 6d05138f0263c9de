// The audit event of a person's move on a login request.

import type { CatalogueSnapshot } from '../../catalogue/endings/catalogue-snapshot.ts';
import type { SignInStrength } from '../../catalogue/rights/sign-in-strength.ts';
import type { AuditEventName, AuditOutcome } from '../../catalogue/trail/audit-event-codes.ts';
import { type AuditEventInput, BY_SYSTEM } from '../../catalogue/trail/audit-events.ts';
import type { NodeId, UserId } from '../../ids.ts';
import { compareToBrowser } from './locality.ts';
import type { LoginRequest } from './login-request.ts';

export interface PersonAtBrowser {
  readonly userId: UserId;
  readonly email: string;
  readonly address: string;
  readonly userAgent: string;
  readonly requestId: string;
  /** How and when the person last authenticated in this browser. */
  readonly signIn: SignInStrength;
  /** When the browser session was found to be valid. */
  readonly signedInAsOf: CatalogueSnapshot;
}

export interface RecordsAudit {
  record(event: AuditEventInput): void;
}

interface EventContext {
  readonly event: AuditEventName;
  readonly outcome: AuditOutcome;
  readonly at: Date;
  readonly nodeId: NodeId;
}

export function loginAuditEvent(
  request: LoginRequest,
  person: PersonAtBrowser,
  context: EventContext,
): AuditEventInput {
  const { origin } = request;
  return {
    ...context,
    actorType: 'person',
    actorId: person.userId,
    actorEmail: person.email,
    requestId: person.requestId,
    loginRequestId: request.id,
    terminalIp: origin.address,
    terminalPort: origin.port,
    tls: origin.tls?.version ?? null,
    browserIp: person.address,
    sameAddress: compareToBrowser(origin, person.address) === 'same',
    untrustedUser: origin.requestedUser,
    untrustedDatabase: origin.requestedDatabase,
    untrustedApplication: origin.application,
    untrustedAgent: origin.agent?.name ?? null,
    untrustedReason: origin.agent?.reason ?? null,
    untrustedUserAgent: person.userAgent,
  };
}

/** Of a move that nobody made. */
export function systemLoginEvent(
  { id, origin }: Pick<LoginRequest, 'id' | 'origin'>,
  { at, nodeId, ...facts }: Pick<EventContext, 'at' | 'nodeId' | 'event'> & { readonly reason?: string },
): AuditEventInput {
  return {
    ...{ at, nodeId, ...facts, outcome: 'success', loginRequestId: id },
    ...BY_SYSTEM,
    terminalIp: origin.address,
    terminalPort: origin.port,
    tls: origin.tls === null ? null : `${origin.tls.version} ${origin.tls.cipher}`,
    untrustedUser: origin.requestedUser,
    untrustedDatabase: origin.requestedDatabase,
    untrustedApplication: origin.application,
  };
}
