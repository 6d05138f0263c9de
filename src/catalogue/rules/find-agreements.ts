// What was agreed to for people, as decisions need it, and what glass they broke. Read only where a
// rule asks first, or something is broken.

import { type Kysely, sql } from 'kysely';
import type { AccessRequestId, AccountId, ComputeId, ProjectId, TeamId, UserId } from '../../ids.ts';
import type { AccessRule } from '../rights/access-rule.ts';
import { type Agreement, type AgreementKind, asksFirst } from '../rights/agreement.ts';
import type { Schema } from '../store/schema.ts';

interface AgreementRow {
  readonly id: AccessRequestId;
  readonly kind: AgreementKind;
  readonly user_id: UserId;
  readonly account_id: AccountId;
  readonly project_id: ProjectId;
  readonly compute_id: ComputeId | null;
  readonly database_role: string | null;
  readonly database: string | null;
  readonly has_reason: boolean;
  readonly until: Date;
  readonly team_ids: readonly TeamId[];
}

/** An agreement, for whom it was made and by which account. */
export interface PersonsAgreement extends Agreement {
  readonly userId: UserId;
  readonly accountId: AccountId;
}

/** What people may have any for: rules, of which one may ask first, or a broken glass. */
export interface AgreementsNeeded {
  readonly rules: readonly AccessRule[];
  readonly isBroken: boolean;
}

/** Lacks an operator and people: `= $1`. The people whose glass is broken, or was a moment ago. */
export const BROKEN_GLASS_OF = `select user_id from access_requests
  where kind = 'break_glass' and status = 'approved' and until > now() - interval '1 hour' and user_id`;

/** Whether one of them broke the glass, and it is not long over. */
export async function isGlassBroken(db: Kysely<Schema>, userIds: readonly UserId[]): Promise<boolean> {
  if (userIds.length === 0) return false;
  const { rows } = await sql<unknown>`${sql.raw(BROKEN_GLASS_OF)} = any(${userIds}) limit 1`.execute(db);
  return rows.length > 0;
}

/** Of these people, whatever the account; none where no rule asks and nothing is broken. */
export async function findAgreements(
  db: Kysely<Schema>,
  userIds: readonly UserId[],
  { rules, isBroken }: AgreementsNeeded,
): Promise<PersonsAgreement[]> {
  const isNeeded = isBroken || rules.some(({ grants }) => asksFirst(grants));
  if (!isNeeded || userIds.length === 0) return [];
  const { rows } = await sql<AgreementRow>`
    select id, kind, user_id, account_id, project_id, compute_id, database_role, database, reason <> '' as has_reason,
      until, array(select team_id from access_request_votes where request_id = request.id) as team_ids
    from access_requests request
    where user_id = any(${userIds}) and status = 'approved' and until > now() - interval '1 hour'
    order by made`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    userId: row.user_id,
    accountId: row.account_id,
    projectId: row.project_id,
    computeId: row.compute_id,
    databaseRole: row.database_role,
    database: row.database,
    hasReason: row.has_reason,
    approvals: countsOf(row.team_ids),
    until: row.until,
  }));
}

function countsOf(teamIds: readonly TeamId[]): ReadonlyMap<TeamId, number> {
  const counts = new Map<TeamId, number>();
  for (const id of teamIds) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
