// The last question before anything is dialled: may this person, from here, still connect to this compute? The answer of
// the approval is old by now and counts for nothing.

import type { PasswordTarget } from '../../catalogue/access/find-verifier.ts';
import type { Policy } from '../../catalogue/rights/policy.ts';
import { PosternError } from '../../errors.ts';
import type { ConnectionCaps } from '../../fleet/connection-counts.ts';
import { parseNetworks } from '../../network-address.ts';
import { refuseReplication } from '../client/startup-parameters.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Passage } from '../session/passage.ts';

/**
 * The target with its credentials. Throws `permission_lost`, `not_found`, `link_login_disabled`,
 * `refused_by_policy`, `replication_refused`, `too_many_connections`.
 */
export async function authoriseTarget(
  passage: Passage,
  session: LiveSession,
  parts: GatewayParts,
): Promise<PasswordTarget> {
  // NOTE: the doors told the fleet whom and what this connection is about, so that what is revoked from now on finds it.
  session.learn({ phase: 'connecting' });
  const target = await passage.resolve();
  await passage.accepted?.(target);
  session.learn({
    userId: target.person?.userId ?? null,
    personEmail: target.person?.email ?? null,
    accountId: target.account.id,
    projectId: target.project.id,
    projectName: target.project.name,
    computeId: target.compute.id,
    computeName: target.compute.name,
    databaseRole: target.databaseRole,
  });
  refuseByPolicy(passage, session, target);
  await session.rules.begin(target.policy, () => policyOfNow(passage, session));
  session.signal.throwIfAborted();
  await refuseCrowd({ ...passage.caps, ...capOfCompute(target) }, session, parts);
  return target;
}

/** As `authoriseTarget`, for a connection that is in. */
async function policyOfNow(passage: Passage, session: LiveSession): Promise<Policy> {
  const target = await passage.resolve();
  refuseByPolicy(passage, session, target);
  return target.policy;
}

function refuseByPolicy({ door }: Passage, { client }: LiveSession, { policy, compute }: PasswordTarget): void {
  const isByLink = door === 'link' || door === 'grant' || door === 'reverse_code';
  if (isByLink && !policy.linkLogin) {
    throw new PosternError('link_login_disabled', { params: { compute: compute.name } });
  }
  const { address } = client.peer;
  if (policy.allowedNetworks.length > 0 && !parseNetworks(policy.allowedNetworks).includes(address)) {
    throw new PosternError('refused_by_policy', { params: { address } });
  }
  refuseReplication(client.startup, policy);
}

function capOfCompute({ policy }: PasswordTarget): Pick<ConnectionCaps, 'compute'> {
  return policy.maxConnections === null ? {} : { compute: policy.maxConnections };
}

async function refuseCrowd(
  ofTarget: Pick<ConnectionCaps, 'compute' | 'access_token'>,
  session: LiveSession,
  { limits, metrics }: GatewayParts,
): Promise<void> {
  const exceeded = await session.findExceededCap(limits.liveCaps(ofTarget));
  if (exceeded === null) return;
  metrics.limitHits.inc({ limit: exceeded });
  throw new PosternError('too_many_connections');
}
