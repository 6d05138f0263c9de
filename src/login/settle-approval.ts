// What follows an approval that was won, on the page or by reverse code: the grant that it asks for, and what is
// remembered for the next time.

import type { Catalogue } from '../catalogue/catalogue.ts';
import { rememberTarget, rememberTerminal } from '../catalogue/last-used-targets.ts';
import type { ConnectTarget } from '../catalogue/resolve-target.ts';
import type { GrantId } from '../ids.ts';
import type { Grants } from './grants.ts';
import type { Approval, LoginRequest } from './login-request.ts';

const HOUR_MS = 3_600_000;
/** How long a client without a connection has to connect again and use its one-use grant. */
const ONE_USE_LIFE_MS = 10 * 60_000;
const LIFE_MS = { once: ONE_USE_LIFE_MS, '1h': HOUR_MS, '8h': 8 * HOUR_MS } as const;

/** Throws as `Grants.create` does, when the approval asks for a grant. Does nothing for a request without an approval. */
export async function settleApproval(
  services: { readonly catalogue: Catalogue; readonly grants: Grants },
  request: LoginRequest,
  target: ConnectTarget,
): Promise<void> {
  const { approval } = request;
  if (approval === null) return;
  await rememberTerminal(services.catalogue, approval.userId, request.origin.address);
  await rememberTarget(services.catalogue, approval);
  if (approval.grantId !== null)
    await createGrant(services.grants, { request, approval, target, id: approval.grantId });
}

interface GrantWanted {
  readonly id: GrantId;
  readonly request: LoginRequest;
  readonly approval: Approval;
  readonly target: ConnectTarget;
}

async function createGrant(grants: Grants, { id, request, approval, target }: GrantWanted): Promise<void> {
  const { origin } = request;
  const isForOneUse = approval.remember === 'once';
  await grants.create({
    id,
    userId: approval.userId,
    personEmail: target.person.email,
    address: origin.address,
    requestedUser: origin.requestedUser,
    application: origin.application,
    accountId: target.account.id,
    projectId: target.project.id,
    computeId: target.compute.id,
    database: approval.database,
    databaseRole: approval.databaseRole,
    access: approval.access,
    loginRequestId: request.id,
    lifeMs: LIFE_MS[approval.remember],
    // One use for the one next connection is no lasting grant: an account that switches those off still lets it in.
    longestGrantMs: isForOneUse ? ONE_USE_LIFE_MS : target.policy.longestGrantMs,
    usesLeft: isForOneUse ? 1 : null,
  });
}
