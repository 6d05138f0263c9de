// Asks before the dial whether this person may still connect to this compute from here.

import type { PasswordTarget } from '../../catalogue/access/find-verifier.ts';
import type { RightsReader } from '../../catalogue/access/rights-reader.ts';
import { isEndedSince } from '../../catalogue/endings/ended-access.ts';
import type { Policy } from '../../catalogue/rights/policy.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { PosternError } from '../../errors.ts';
import type { CountedThing } from '../../fleet/connection-counts.ts';
import { parseNetworks } from '../../network-address.ts';
import { refuseReplication } from '../client/startup-parameters.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';

const CAP_WORDS = {
  person: { of: 'of this person', wayOut: 'ask your operator for a higher limit' },
  grant: { of: 'under this approval', wayOut: 'approve another login' },
  access_token: {
    of: 'with this access token',
    wayOut: 'make a token with a higher limit (--max-connections)',
  },
  compute: { of: 'for this compute', wayOut: 'ask an admin for a higher limit' },
} as const satisfies Record<Exclude<CountedThing, 'project'>, { readonly of: string; readonly wayOut: string }>;

/**
 * The target with its credentials. Throws `permission_lost`, `not_found`, `link_login_disabled`,
 * `refused_by_policy`, `replication_refused`, `too_many_connections`, `project_share_full`.
 */
export async function authoriseTarget(
  admission: Admission,
  session: LiveSession,
  { catalogue, computes, limits, metrics }: Pick<GatewayParts, 'catalogue' | 'computes' | 'limits' | 'metrics'>,
): Promise<PasswordTarget> {
  // NOTE: the doors gave the fleet the person's and the target's ids, so that a revocation from now
  // on finds this connection.
  session.entry.update({ phase: 'connecting' });
  const target = await admission.resolve();
  await admission.onAuthorised?.(target);
  session.entry.update({
    userId: target.person?.userId ?? null,
    personEmail: target.person?.email ?? null,
    accountId: target.account.id,
    projectId: target.project.id,
    projectName: target.project.name,
    computeId: target.compute.id,
    computeName: target.compute.name,
    databaseRole: target.databaseRole,
  });
  await requireUnended(admission, session, { catalogue, target });
  refuseByPolicy(admission, session, target);
  await session.rules.begin(target.policy, (rights) => policyOfNow(admission, session, rights));
  session.signal.throwIfAborted();
  const { maxConnections } = target.policy;
  const { hostId } = target.compute;
  const share = hostId === null ? null : await computes.projectShare(hostId);
  const caps = {
    ...admission.caps,
    ...(maxConnections === null ? {} : { compute: maxConnections }),
    ...(share === null ? {} : { project: share }),
  };
  const exceeded = await session.entry.findExceededCap(limits.liveCaps(caps));
  if (exceeded === null) return target;
  const { thing, cap } = exceeded;
  metrics.limitHits.inc({ limit: thing });
  if (thing === 'project') throw new PosternError('project_share_full', { params: { share: String(cap) } });
  throw new PosternError('too_many_connections', { params: { ...CAP_WORDS[thing], limit: String(cap) } });
}

// NOTE: what was taken away before the fleet knew this connection is found here, what is from now
// on by the fleet. Without a role in the right none is asked about: the role's password may be
// newer.
async function requireUnended(
  { databaseRole }: Admission,
  { entry: { record, rightAsOf } }: LiveSession,
  { catalogue, target }: { readonly catalogue: Catalogue; readonly target: PasswordTarget },
): Promise<void> {
  if (rightAsOf === null) return;
  const right = { snapshot: rightAsOf, on: { ...record, databaseRole }, kind: 'end' } as const;
  if (!(await isEndedSince(catalogue.db, right))) return;
  throw new PosternError('permission_lost', { params: { project: target.project.name } });
}

/** As `authoriseTarget`, for a connection that was authorised before. */
async function policyOfNow(admission: Admission, session: LiveSession, rights?: RightsReader): Promise<Policy> {
  const target = await admission.resolve(rights);
  const { id: accountId } = target.account;
  // The project may have moved to another account.
  if (session.entry.record.accountId !== accountId) session.entry.update({ accountId });
  refuseByPolicy(admission, session, target);
  return target.policy;
}

function refuseByPolicy({ door }: Admission, { client }: LiveSession, { policy, compute }: PasswordTarget): void {
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
