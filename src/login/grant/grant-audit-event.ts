// Audit events of a grant's life; its uses are events of the connections that use it.

import { type AuditEventInput, BY_SYSTEM } from '../../catalogue/trail/audit-events.ts';
import type { NodeId } from '../../ids.ts';
import { actingAgent } from '../terms/agent.ts';
import type { Grant } from './grant.ts';

/** The revoking actor; null when it ended together with the right that it depended on. */
export type GrantRevoker = Pick<AuditEventInput, 'actorType' | 'actorId' | 'actorEmail'> | null;

interface EventContext {
  readonly at: Date;
  readonly nodeId: NodeId;
}

export function grantCreatedEvent(grant: Grant, context: EventContext): AuditEventInput {
  return {
    ...context,
    ...factsOf(grant),
    event: 'grant.created',
    outcome: 'success',
    actorType: 'person',
    actorId: grant.userId,
    actorEmail: grant.personEmail,
    reason: grant.usesLeft === null ? null : 'for one use',
    durationMs: grant.until.getTime() - grant.createdAt.getTime(),
  };
}

export function grantRevokedEvent(grant: Grant, by: GrantRevoker, context: EventContext): AuditEventInput {
  return {
    ...context,
    ...factsOf(grant),
    event: 'grant.revoked',
    outcome: 'success',
    ...(by ?? BY_SYSTEM),
    subject: grant.personEmail,
    reason: by === null ? 'the right that it rested on ended' : null,
  };
}

function factsOf(grant: Grant): Partial<AuditEventInput> {
  const agent = actingAgent(grant.agent, grant);
  return {
    accountId: grant.accountId,
    projectId: grant.projectId,
    computeId: grant.computeId,
    database: grant.database,
    databaseRole: grant.databaseRole,
    grantId: grant.id,
    loginRequestId: grant.loginRequestId,
    terminalIp: grant.address,
    untrustedUser: grant.requestedUser,
    untrustedApplication: grant.application,
    untrustedAgent: agent?.name ?? null,
    untrustedReason: agent?.reason ?? null,
  };
}
