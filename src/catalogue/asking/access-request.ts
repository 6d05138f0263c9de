// A request for access as pages, mails and the API show it, with the names of all that it is about.

import { type Kysely, sql } from 'kysely';
import type {
  AccessRequestId,
  AccessRuleId,
  AccountId,
  ComputeId,
  LoginRequestId,
  ProjectId,
  TeamId,
  UserId,
} from '../../ids.ts';
import type { AgreementKind } from '../rights/agreement.ts';
import { type CamelRow, camelRow } from '../store/camel-row.ts';
import type { Schema } from '../store/schema.ts';
import type { ProjectLabel } from '../tables/project-labels.ts';
import { findRenames, type Renamed } from './recent-renames.ts';

interface RequestRow {
  readonly id: AccessRequestId;
  readonly kind: AgreementKind;
  readonly account_id: AccountId;
  readonly project_id: ProjectId;
  readonly compute_id: ComputeId | null;
  readonly user_id: UserId;
  readonly database: string | null;
  readonly database_role: string | null;
  readonly access: 'read_write' | 'read_only';
  readonly reason: string;
  readonly duration_ms: number;
  readonly rule_id: AccessRuleId | null;
  readonly team_id: TeamId | null;
  readonly needed: number;
  readonly login_request_id: LoginRequestId | null;
  readonly status: 'waiting' | 'approved' | 'denied' | 'withdrawn' | 'ended';
  readonly asked_at: Date;
  readonly expires_at: Date;
  readonly decided_at: Date | null;
  readonly until: Date | null;
  readonly answer: string | null;
  readonly reviewed_at: Date | null;
  readonly review: string | null;
  readonly email: string;
  readonly person_name: string;
  readonly account_name: string;
  readonly project_name: string;
  readonly project_label: ProjectLabel;
  /** Null: each of the project. */
  readonly compute_name: string | null;
  readonly team_name: string | null;
  readonly decider_name: string | null;
  readonly reviewer_name: string | null;
  /** Those who agreed, in order. */
  readonly agreed: ReadonlyArray<{ readonly id: UserId; readonly name: string }>;
}

export type AccessRequest = CamelRow<RequestRow> & {
  readonly projectRenamed: Renamed | null;
  readonly computeRenamed: Renamed | null;
};

/** How it stands at a moment. `over`: it was approved, and its time has passed. */
export type RequestState = AccessRequest['status'] | 'expired' | 'over';

export const REQUEST_STATES = ['waiting', 'approved', 'denied', 'withdrawn', 'ended', 'expired', 'over'] as const;

export function stateOfRequest(
  { status, expiresAt, until }: Pick<AccessRequest, 'status' | 'expiresAt' | 'until'>,
  now: Date,
): RequestState {
  if (status === 'waiting') return now >= expiresAt ? 'expired' : 'waiting';
  return status === 'approved' && until !== null && now >= until ? 'over' : status;
}

/** The newest first, at most `limit`. Does not check permissions. */
export async function findRequests(
  db: Kysely<Schema>,
  { where, limit }: { readonly where: ReturnType<typeof sql<boolean>>; readonly limit: number },
): Promise<AccessRequest[]> {
  const { rows } = await sql<RequestRow>`
    select request.id, request.kind, request.account_id, request.project_id, request.compute_id, request.user_id,
      request.database, request.database_role, request.access, request.reason, request.duration_ms, request.rule_id,
      request.team_id, request.needed, request.login_request_id, request.status, request.asked_at, request.expires_at,
      request.decided_at, request.until, request.answer, request.reviewed_at, request.review,
      person.email, person.name as person_name, account.name as account_name,
      coalesce(project.name, request.project_id) as project_name, coalesce(project.label, 'none') as project_label,
      coalesce(compute.name, request.compute_id) as compute_name, team.name as team_name,
      decider.name as decider_name, reviewer.name as reviewer_name,
      coalesce((
        select json_agg(json_build_object('id', vote.user_id, 'name', coalesce(voter.name, 'somebody who is gone'))
          order by vote.voted_at)
        from access_request_votes vote left join users voter on voter.id = vote.user_id
        where vote.request_id = request.id
      ), '[]') as agreed
    from access_requests request
      join users person on person.id = request.user_id
      join accounts account on account.id = request.account_id
      left join projects project on project.id = request.project_id
      left join computes compute on compute.id = request.compute_id
      left join teams team on team.id = request.team_id
      left join users decider on decider.id = request.decided_by
      left join users reviewer on reviewer.id = request.reviewed_by
    where ${where} order by request.made desc limit ${limit}`.execute(db);
  const renamesOf = await findRenames(db, rows);
  return rows.map((row) => {
    const { project, compute } = renamesOf(row);
    return { ...camelRow(row), projectRenamed: project, computeRenamed: compute };
  });
}

/** Null for an unknown one. Does not check permissions. */
export async function findRequest(db: Kysely<Schema>, id: AccessRequestId): Promise<AccessRequest | null> {
  const [found] = await findRequests(db, { where: sql<boolean>`request.id = ${id}`, limit: 1 });
  return found ?? null;
}

export interface Approver {
  readonly id: UserId;
  readonly name: string;
  readonly email: string;
}

/** A mail goes to each, so there is a bound. */
const MOST_APPROVERS = 50;

/** The enabled people of the team without the one who asks, by name. */
export async function findApprovers(db: Kysely<Schema>, teamId: TeamId, requester: UserId): Promise<Approver[]> {
  const { rows } = await sql<Approver>`
    select id, name, email from users
    where disabled_at is null and id <> ${requester}
      and id in (select user_id from team_members where team_id = ${teamId})
    order by name, id limit ${MOST_APPROVERS}`.execute(db);
  return rows;
}

/** `Ann and 2 others`; the names are as their people wrote them. */
export function approversInWords(approvers: readonly Pick<Approver, 'name'>[]): string {
  const [first, second] = approvers;
  if (first === undefined) return 'nobody';
  const others = approvers.length - 1;
  if (second === undefined) return firstWord(first.name);
  return others === 1
    ? `${firstWord(first.name)} and ${firstWord(second.name)}`
    : `${firstWord(first.name)} and ${others} others`;
}

function firstWord(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}
