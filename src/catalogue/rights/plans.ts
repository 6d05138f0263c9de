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
  readonly maxAutoscalingCu: number;
}

export const PLAN_TERMS: Readonly<Record<Plan, PlanTerms>> = {
  free: terms({
    isPaid: false,
    consumptionHistory: 'gated',
    projectsLimit: 10,
    computesPerProject: 3,
    maxAutoscalingCu: 2,
  }),
  launch: terms({ consumptionHistory: 'gated', projectsLimit: 100, computesPerProject: 10, maxAutoscalingCu: 4 }),
  scale: terms({ projectsLimit: 1_000 }),
  business: terms({}),
  enterprise: terms({}),
};

export function requireConsumptionHistory(plan: Plan): void {
  if (PLAN_TERMS[plan].consumptionHistory === 'included') return;
  throw new PosternError('consumption_history_gated');
}

export function requireRoomForProjects(plan: Plan, count: number): void {
  const limit = PLAN_TERMS[plan].projectsLimit;
  if (limit === null || count <= limit) return;
  throw new PosternError('projects_gated', { params: { plan, limit: String(limit) } });
}

export function requireRoomForComputes(plan: Plan, count: number): void {
  const limit = PLAN_TERMS[plan].computesPerProject;
  if (limit === null || count <= limit) return;
  throw new PosternError('computes_gated', { params: { plan, limit: String(limit) } });
}

function terms(differences: Partial<PlanTerms>): PlanTerms {
  return {
    isPaid: true,
    consumptionHistory: 'included',
    projectsLimit: null,
    computesPerProject: null,
    maxAutoscalingCu: 56,
    ...differences,
  };
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
