// The consequences of an approval: the grant that it asks for, and what the next login remembers.

import { rememberTarget, rememberTerminal } from '../../catalogue/access/last-used-targets.ts';
import { rememberLoginName } from '../../catalogue/access/login-names.ts';
import type { JudgedTarget } from '../../catalogue/access/resolve-target.ts';
import { rememberKey } from '../../catalogue/people/terminal-keys.ts';
import { longestGrantMsOf } from '../../catalogue/rights/policy.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Clock } from '../../clock.ts';
import { type GrantId, type NodeId, newGrantId } from '../../ids.ts';
import { grantCreatedEvent } from '../grant/grant-audit-event.ts';
import type { Grants } from '../grant/grants.ts';
import type { RecordsAudit } from '../request/login-audit-event.ts';
import type { Approval, LoginRequest } from '../request/login-request.ts';
import { loginNameOf } from '../request/terminal.ts';

const HOUR_MS = 3_600_000;
/**
 * The time for a client without a connection to connect again with its one-use grant. Short, since
 * whoever says the same there first gets in.
 */
export const ONE_USE_LIFE_MS = 2 * 60_000;
export const AGENT_LIFE_MS = 15 * 60_000;
export const LIFE_MS = { once: ONE_USE_LIFE_MS, '15m': AGENT_LIFE_MS, '1h': HOUR_MS, '8h': 8 * HOUR_MS } as const;

export interface SettlingServices {
  readonly catalogue: Catalogue;
  readonly grants: Grants;
  readonly auditTrail: RecordsAudit;
  readonly clock: Clock;
  readonly nodeId: NodeId;
}

/** Throws as `Grants.create`. Does nothing for a request without an approval. */
export async function settleApproval(
  services: SettlingServices,
  request: LoginRequest,
  target: JudgedTarget,
): Promise<void> {
  const { approval } = request;
  // What a device's connection will say of itself is known when it comes.
  if (approval === null || request.waiting === 'token') return;
  // NOTE: before any grant, or the name could belong to its first person for a moment only.
  await rememberLoginName(services.catalogue, approval.userId, loginNameOf(request.origin));
  const { address, key = null } = request.origin;
  await rememberTerminal(services.catalogue, approval.userId, address);
  if (key !== null) await rememberKey(services.catalogue, approval.userId, { fingerprint: key, address });
  await rememberTarget(services.catalogue, approval);
  // The terminal may have disconnected during the decision; then the approval is for its next
  // connection.
  const grantId = approval.grantId ?? (request.waiting === 'none' ? newGrantId() : null);
  if (grantId !== null) await createGrant(services, { request, approval, target, id: grantId });
}

interface GrantWanted {
  readonly id: GrantId;
  readonly request: LoginRequest;
  readonly approval: Approval;
  readonly target: JudgedTarget;
}

export async function createGrant(
  { grants, auditTrail, clock, nodeId }: SettlingServices,
  { id, request, approval, target }: GrantWanted,
): Promise<void> {
  const { origin } = request;
  const isForOneUse = approval.remember === 'once';
  const grant = await grants.create({
    id,
    userId: approval.userId,
    personEmail: target.person.email,
    address: origin.address,
    locality: origin.locality,
    key: origin.key,
    requestedUser: origin.requestedUser,
    application: origin.application,
    agent: origin.agent,
    accountId: target.account.id,
    projectId: target.project.id,
    computeId: target.compute.id,
    database: approval.database,
    databaseRole: approval.databaseRole,
    access: approval.access,
    forAgent: approval.forAgent,
    loginRequestId: request.id,
    rightAsOf: approval.rightAsOf,
    signIn: approval.signIn,
    lifeMs: LIFE_MS[approval.remember],
    // A grant for the one next connection is not a lasting grant, so it is allowed where an account
    // disables those.
    longestGrantMs: isForOneUse ? ONE_USE_LIFE_MS : longestGrantMsOf(target.policy, origin),
    usesLeft: isForOneUse ? 1 : null,
  });
  auditTrail.record(grantCreatedEvent(grant, { at: clock.now(), nodeId }));
}
