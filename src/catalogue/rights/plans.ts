// The plans and what each of them includes; and an account's current period on its plan.

import { PosternError } from '../../errors.ts';
import type { AccountId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Plan } from '../tables/people-and-accounts.ts';

export interface PlanTerms {
  readonly isPaid: boolean;
  /** Hourly, daily and monthly figures; every plan includes the billing period. */
  readonly consumptionHistory: 'included' | 'gated';
  /** Null: no limit. */
  readonly projectsLimit: number | null;
  readonly computesPerProject: number | null;
  readonly databasesPerBranch: number | null;
  readonly rolesPerBranch: number | null;
  /** Of which one person is an admin; by the plan of the personal account. */
  readonly organizationsPerPerson: number | null;
  readonly maxAutoscalingCu: number;
}

export const PLAN_TERMS: Readonly<Record<Plan, PlanTerms>> = {
  free: terms({
    isPaid: false,
    consumptionHistory: 'gated',
    projectsLimit: 10,
    computesPerProject: 3,
    databasesPerBranch: 20,
    rolesPerBranch: 20,
    organizationsPerPerson: 3,
    maxAutoscalingCu: 2,
  }),
  launch: terms({
    consumptionHistory: 'gated',
    projectsLimit: 100,
    computesPerProject: 10,
    databasesPerBranch: 100,
    rolesPerBranch: 100,
    organizationsPerPerson: 10,
    maxAutoscalingCu: 4,
  }),
  scale: terms({
    projectsLimit: 1_000,
    databasesPerBranch: 500,
    rolesPerBranch: 500,
    organizationsPerPerson: 50,
  }),
  business: terms({ databasesPerBranch: 500, rolesPerBranch: 500, organizationsPerPerson: 100 }),
  enterprise: terms({}),
};

export function requireConsumptionHistory(plan: Plan): void {
  if (PLAN_TERMS[plan].consumptionHistory === 'included') return;
  throw new PosternError('consumption_history_gated');
}

const ROOM = {
  projects: { limit: 'projectsLimit', refusal: 'projects_gated' },
  computes: { limit: 'computesPerProject', refusal: 'computes_gated' },
  databases: { limit: 'databasesPerBranch', refusal: 'databases_gated' },
  roles: { limit: 'rolesPerBranch', refusal: 'roles_gated' },
  organizations: { limit: 'organizationsPerPerson', refusal: 'organizations_full' },
} as const;

/** Throws `plan_gate` when so many of them, with the new one, are beyond the plan. */
export function requireRoomFor(what: keyof typeof ROOM, plan: Plan, count: number): void {
  const { limit: name, refusal } = ROOM[what];
  const limit = PLAN_TERMS[plan][name];
  if (limit === null || count <= limit) return;
  throw new PosternError(refusal, { params: { plan, limit: String(limit) } });
}

function terms(differences: Partial<PlanTerms>): PlanTerms {
  return {
    isPaid: true,
    consumptionHistory: 'included',
    projectsLimit: null,
    computesPerProject: null,
    databasesPerBranch: null,
    rolesPerBranch: null,
    organizationsPerPerson: null,
    maxAutoscalingCu: 56,
    ...differences,
  };
}

export async function planOf({ db }: Catalogue, accountId: AccountId): Promise<Plan> {
  const found = db.selectFrom('accounts').select('plan').where('id', '=', accountId);
  return (await found.executeTakeFirstOrThrow()).plan;
}

/** The id of the current period. Does not check permissions. */
export async function currentPlanPeriodId({ db }: Catalogue, accountId: AccountId): Promise<string> {
  const { id } = await db
    .selectFrom('plan_periods')
    .select('id')
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return id;
}
