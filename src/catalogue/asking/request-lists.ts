// Which requests somebody sees: one's own, those that wait for one's decision, and for admins all
// of the account.

import { sql } from 'kysely';
import type { AccessRequestId, AccountId, UserId } from '../../ids.ts';
import type { PersonActor } from '../rights/actors.ts';
import { unmetDemands } from '../rights/counting-relations.ts';
import { accountResource, INSTALLATION, may, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { missing } from '../store/store-errors.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { type AccessRequest, findRequests } from './access-request.ts';

const MOST_LISTED = 500;
/** An organization names few people, and each breaks one. */
const MOST_BANNERS = 20;

/** One's own, the newest first. */
export async function listOwnRequests({ db }: Catalogue, userId: UserId): Promise<AccessRequest[]> {
  return await findRequests(db, { where: sql<boolean>`request.user_id = ${userId}`, limit: MOST_LISTED });
}

/** A team whose organization asks for a second factor decides with one. */
function ofTeams(person: PersonActor) {
  const unmet = [...unmetDemands(person).keys()];
  return sql<boolean>`(request.team_id in (select team_id from team_members where user_id = ${person.userId})
    and request.account_id <> all(${unmet}::text[]))`;
}

function waitsFor(person: PersonActor) {
  const { userId } = person;
  return sql<boolean>`request.status = 'waiting' and request.expires_at > now() and request.user_id <> ${userId}
    and ${ofTeams(person)}
    and not exists (
      select 1 from access_request_votes where request_id = request.id and user_id = ${userId}
    )`;
}

/** Those that wait for the person's decision, the newest first. */
export async function listRequestsToDecide({ db }: Catalogue, person: PersonActor): Promise<AccessRequest[]> {
  return await findRequests(db, { where: waitsFor(person), limit: MOST_LISTED });
}

/** At most 100. */
export async function countRequestsToDecide({ db }: Catalogue, person: PersonActor): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (
      select 1 from access_requests request where ${waitsFor(person)} limit 100
    ) as waiting`.execute(db);
  return rows[0]?.count ?? 0;
}

/** For those who may read the rules, and for teams that decide: those that the person may see. */
export async function listRequestsOfAccount(
  { db }: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  accountId: AccountId,
): Promise<AccessRequest[]> {
  requireMay(actor, 'access_requests.read', accountResource(accountId));
  const ofAccount = sql<boolean>`request.account_id = ${accountId}`;
  const mayReadAll = may(actor, 'access_rules.read', accountResource(accountId));
  const where = mayReadAll || actor.kind !== 'person' ? ofAccount : sql<boolean>`${ofAccount} and ${near(actor)}`;
  return await findRequests(db, { where, limit: MOST_LISTED });
}

/** What glass was broken in an organization, the newest first. */
export async function listBrokenGlass(
  { db }: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  accountId: AccountId,
): Promise<AccessRequest[]> {
  requireMay(actor, 'break_glass.read', accountResource(accountId));
  return await findRequests(db, { where: ofKind(accountId, 'break_glass'), limit: MOST_LISTED });
}

/** What schedules of on-call people approved, the newest first. */
export async function listApprovedAhead(
  { db }: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  accountId: AccountId,
): Promise<AccessRequest[]> {
  requireMay(actor, 'on_call.read', accountResource(accountId));
  return await findRequests(db, { where: ofKind(accountId, 'on_call'), limit: MOST_LISTED });
}

function ofKind(accountId: AccountId, kind: AccessRequest['kind']) {
  return sql<boolean>`request.account_id = ${accountId} and request.kind = ${kind}`;
}

export interface OpenReview {
  readonly id: AccessRequestId;
  readonly personName: string;
  readonly projectName: string;
}

/** Of the organizations of which the person is an admin: each broken glass without a review. */
export async function findOpenReviews({ db }: Catalogue, actor: PersonActor): Promise<OpenReview[]> {
  const ids = [...actor.memberships.keys()].filter((id) => may(actor, 'break_glass.review', accountResource(id)));
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: AccessRequestId; person_name: string; project_name: string }>`
    select request.id, person.name as person_name, coalesce(project.name, request.project_id) as project_name
    from access_requests request join users person on person.id = request.user_id
      left join projects project on project.id = request.project_id
    where request.kind = 'break_glass' and request.reviewed_at is null and request.account_id = any(${ids})
    order by request.made desc limit ${MOST_BANNERS}`.execute(db);
  return rows.map(({ id, person_name: personName, project_name: projectName }) => ({ id, personName, projectName }));
}

/** Asked by the person, or to be decided by a team of theirs. */
function near(person: PersonActor) {
  return sql<boolean>`(request.user_id = ${person.userId} or ${ofTeams(person)})`;
}

/** For the person who asked, those who decide, and readers of the rules. Throws `not_found`. */
export async function getRequest(
  { db }: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  id: AccessRequestId,
): Promise<AccessRequest> {
  const isIt = sql<boolean>`request.id = ${id}`;
  const [found] = await findRequests(db, { where: isIt, limit: 1 });
  const unknown = missing(`access request "${id}"`);
  if (found === undefined) throw unknown;
  if (may(actor, 'access_rules.read', accountResource(found.accountId))) return found;
  if (actor.kind !== 'person') throw unknown;
  const [own] = await findRequests(db, { where: sql<boolean>`${isIt} and ${near(actor)}`, limit: 1 });
  if (own === undefined) throw unknown;
  requireMay(actor, 'self.read_access_requests', INSTALLATION);
  return own;
}
