// Asks before the dial whether this person may still connect to this compute from here.

import type { ReachedPlace } from '../../catalogue/access/resolve-target.ts';
import type { RightsReader } from '../../catalogue/access/rights-reader.ts';
import { isEndedSince } from '../../catalogue/endings/ended-access.ts';
import type { PasswordTarget } from '../../catalogue/logins/find-verifier.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import { PosternError } from '../../errors.ts';
import type { CountedThing } from '../../fleet/connection-counts.ts';
import { isAddressAllowed } from '../../network-address.ts';
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
} as const satisfies Record<
  Exclude<CountedThing, 'project' | 'account'>,
  { readonly of: string; readonly wayOut: string }
>;

/**
 * The target with its credentials. Throws `permission_lost`, `rule_denied`, `not_found`,
 * `link_login_disabled`, `refused_by_policy`, `replication_refused`, `too_many_connections`,
 * `project_share_full`, `account_share_full`, `lock_table_filled`.
 */
export async function authoriseTarget(
  admission: Admission,
  session: LiveSession,
  parts: AuthorisingParts,
): Promise<PasswordTarget> {
  // NOTE: the doors gave the fleet the person's and the target's ids, so that a revocation from now
  // on finds this connection.
  session.entry.update({ phase: 'connecting' });
  const target = (await resolveAsRead(admission, session, parts)) ?? (await resolveNow(admission, session, parts));
  refuseByPolicy(admission, session, target);
  // NOTE: the target is large, and the connection may live for hours: this must not keep it.
  await session.rules.begin(target, async (rights) => {
    const now = await targetOfNow(admission, session, rights);
    const policy = now.requireReach(placeOf(session, now));
    // Once marked it stays so: what it did was done by a broken glass.
    if (policy.glassId !== null) session.entry.update({ glassId: policy.glassId });
    return { policy, requireReach: now.requireReach };
  });
  session.signal.throwIfAborted();
  await requireRoom(admission, session, { ...parts, target });
  return target;
}

type AuthorisingParts = Pick<GatewayParts, 'catalogue' | 'computes' | 'limits' | 'liveConnections' | 'metrics'>;

/** Older rights are read again; proving a password takes two round trips to the client. */
const RIGHTS_FRESH_MS = 1_000;

/**
 * By the rights that the door read with the proof; null where these are old, or something that the
 * connection rests on has changed since. NOTE: what this node hears of later finds the connection
 * by its ids, as it does every other.
 */
async function resolveAsRead(
  admission: Admission,
  session: LiveSession,
  { liveConnections }: AuthorisingParts,
): Promise<PasswordTarget | null> {
  const asRead = admission.takeAsRead?.() ?? null;
  if (asRead === null || performance.now() - asRead.atMs > RIGHTS_FRESH_MS) return null;
  const target = await admission.resolve(asRead.rights);
  await admission.onAuthorised?.(target);
  nameTarget(session, target);
  return liveConnections.mayHaveEnded(session.entry.record, asRead.asOf) ? null : target;
}

async function resolveNow(
  admission: Admission,
  session: LiveSession,
  { catalogue }: AuthorisingParts,
): Promise<PasswordTarget> {
  const target = await admission.resolve();
  await admission.onAuthorised?.(target);
  nameTarget(session, target);
  await requireUnended(admission, session, { catalogue, target });
  return target;
}

function nameTarget({ entry }: LiveSession, target: PasswordTarget): void {
  entry.update({
    userId: target.person?.userId ?? null,
    personEmail: target.person?.email ?? null,
    accountId: target.account.id,
    projectId: target.project.id,
    projectName: target.project.name,
    projectLabel: target.project.label,
    computeId: target.compute.id,
    computeName: target.compute.name,
    databaseRole: target.databaseRole,
    glassId: target.policy.glassId,
  });
}

type CountingParts = Pick<GatewayParts, 'computes' | 'limits' | 'metrics'>;

/**
 * Throws `too_many_connections`, `project_share_full`, `account_share_full` and
 * `lock_table_filled`.
 */
async function requireRoom(
  admission: Admission,
  session: LiveSession,
  { target, computes, limits, metrics }: CountingParts & { readonly target: PasswordTarget },
): Promise<void> {
  const { maxConnections } = target.policy;
  const { hostId } = target.compute;
  const shares = hostId === null ? null : await computes.sharesOnHost(hostId, target.project.id);
  const caps = {
    ...admission.caps,
    ...(maxConnections === null ? {} : { compute: maxConnections }),
    ...shares,
  };
  // NOTE: right before the counts are compared, and taken back right after: what is refused must
  // leave other accounts their room.
  if (hostId !== null) session.entry.update({ hostId });
  const exceeded = await session.entry.findExceededCap(limits.liveCaps(caps));
  if (exceeded === null) return;
  session.entry.update({ hostId: null });
  const { thing, cap } = exceeded;
  metrics.limitHits.inc({ limit: thing });
  if (thing === 'project') throw new PosternError('project_share_full', { params: { share: String(cap) } });
  if (thing === 'account') throw new PosternError('account_share_full', { params: { share: String(cap) } });
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
async function targetOfNow(admission: Admission, session: LiveSession, rights?: RightsReader) {
  const target = await admission.resolve(rights);
  const { id: accountId } = target.account;
  // The project may have moved to another account.
  if (session.entry.record.accountId !== accountId) session.entry.update({ accountId });
  refuseByPolicy(admission, session, target);
  return target;
}

/** Where the connection is, which may be elsewhere than where one like it would go now. */
function placeOf({ entry: { record } }: LiveSession, target: PasswordTarget): ReachedPlace {
  return { databaseRole: record.databaseRole ?? target.databaseRole, database: record.database };
}

function refuseByPolicy({ door }: Admission, { client }: LiveSession, { policy, compute }: PasswordTarget): void {
  const isByLink = door !== 'token' && door !== 'role';
  if (isByLink && !policy.linkLogin) {
    throw new PosternError('link_login_disabled', { params: { compute: compute.name } });
  }
  const { address } = client.peer;
  if (!isAddressAllowed(policy.allowedNetworks, address)) {
    throw new PosternError('refused_by_policy', { params: { address } });
  }
  refuseReplication(client.startup, policy);
}
