// The door of remembered permission: uses one of the matching grants, without an approval.

import { resolveTarget } from '../../catalogue/access/resolve-target.ts';
import { isEndedSince } from '../../catalogue/endings/ended-access.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { Grant } from '../../login/grant/grant.ts';
import { UpstreamRefusal } from '../../wire/dial/connect-failure.ts';
import { grantNotices } from '../client/link-notices.ts';
import { agentOf } from '../client/startup-parameters.ts';
import type { Admission } from '../session/admission.ts';
import type { GatewayParts } from '../session/gateway-parts.ts';
import type { LiveSession } from '../session/live-session.ts';
import { progressReporter } from '../upstream/progress-reporter.ts';
import { bindAgent, markAgent } from './bind-agent.ts';
import type { FittingGrant } from './fitting-grants.ts';
import { circumstancesOf } from './login-origin.ts';

/** Null when every grant was used up or revoked meanwhile: then the person is asked. */
export async function passGrantDoor(
  session: LiveSession,
  candidates: readonly FittingGrant[],
  parts: Pick<GatewayParts, 'catalogue' | 'grants' | 'log' | 'loginRequests'>,
): Promise<Admission | null> {
  const { catalogue, grants } = parts;
  session.clientWatch.start('admitted');
  for (const { grant: candidate, wish } of candidates) {
    // NOTE: the fleet must know the grant before it is used, or a revocation in between would miss
    // this connection.
    const { id, userId, personEmail, computeId } = candidate;
    session.entry.restOn(candidate.rightAsOf, { grantId: id, userId, personEmail, computeId });
    if (await isEnded(candidate, catalogue)) continue;
    const use = await grants.use(id);
    if (use.kind === 'refused') continue;
    session.audit.record({ event: 'grant.used', outcome: 'success' });
    if (use.isLast) session.audit.record({ event: 'grant.ended', outcome: 'success', reason: 'used up' });
    const { grant } = use;
    const agent = bindAgent(session, grant, grant.createdAt);
    const report = await pageReporter(grant, parts);
    return {
      ...(report && { report }),
      door: 'grant',
      resolve: (rights) => resolveTarget(catalogue, grant, { ...circumstancesOf(session.client, grant), rights }),
      databaseRole: grant.databaseRole,
      agent,
      wish,
      notices: grantNotices(grant),
    };
  }
  leaveGrant(session);
  return null;
}

/**
 * For the first use of an approval that no connection waited for: its person must see which one was
 * let in, since it may be another's.
 */
async function pageReporter(
  { loginRequestId, usedCount }: Grant,
  parts: Pick<GatewayParts, 'log' | 'loginRequests'>,
): Promise<Admission['report'] | null> {
  if (loginRequestId === null || usedCount > 1) return null;
  const request = await parts.loginRequests.find(loginRequestId);
  const isFollowed = request?.waiting === 'none' && request.progress.kind === 'waiting';
  return isFollowed ? progressReporter(loginRequestId, parts) : null;
}

/** The person is asked as if there were no grant. */
export function leaveGrant(session: LiveSession): void {
  const { entry, rules, client } = session;
  rules.stop();
  markAgent(session, agentOf(client.startup)?.name ?? null);
  const person = { grantId: null, userId: null, personEmail: null };
  const project = { accountId: null, projectId: null, projectName: null, projectLabel: null };
  const target = { ...project, computeId: null, computeName: null };
  entry.restOn(null, { ...person, ...target, databaseRole: null, phase: 'waiting' });
}

/**
 * The client named a database that nobody knew to be elsewhere than at the grant's compute, which
 * refuses it. Nothing has been sent to the client yet.
 */
export function mayNeedAnotherGrant({ door, wish }: Admission, error: unknown): boolean {
  const isUnknownName = door === 'grant' && wish.strength === 'required';
  return isUnknownName && error instanceof UpstreamRefusal && ABOUT_THE_DATABASE.test(error.sqlstate);
}

// PostgreSQL Error Codes: no such database, insufficient_privilege, no entry in pg_hba.conf; and
// class 08, by which poolers refuse a database.
const ABOUT_THE_DATABASE = /^(3D000|42501|28000|08...)$/;

/** It may be found until a node has revoked it. */
async function isEnded(grant: Grant, { db }: Catalogue): Promise<boolean> {
  const { rightAsOf: snapshot, id: grantId } = grant;
  return (
    snapshot !== null &&
    (await isEndedSince(db, { snapshot, on: { ...grant, grantId, accessTokenId: null }, kind: null }))
  );
}
