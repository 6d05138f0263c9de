// Limits on the size of a compute and on its suspend timeout: the API's and the plan's.

import { z } from 'zod';
import { PosternError } from '../../errors.ts';
import { PLAN_TERMS } from '../rights/plans.ts';
import type { Plan } from '../tables/people-and-accounts.ts';

// Neon API 2.7.3: ComputeUnit, SuspendTimeoutSeconds
export const SMALLEST_CU = 0.25;
export const NEVER_SUSPENDED = -1;
export const LONGEST_SUSPEND_TIMEOUT_SECONDS = 604_800;

// Neon API 2.7.3: DefaultEndpointSettings, as stored with the project
export const defaultSizesSchema = z.object({
  autoscaling_limit_min_cu: z.number().default(SMALLEST_CU),
  autoscaling_limit_max_cu: z.number().optional(),
  suspend_timeout_seconds: z.int().default(0),
});

/** Throws `invalid_input` outside the API's limits, `plan_gate` beyond the plan's. */
export function requireComputeSizes(
  plan: Plan,
  sizes: { autoscalingMinCu: number; autoscalingMaxCu: number; suspendTimeoutSeconds: number },
): void {
  const { autoscalingMinCu: min, autoscalingMaxCu: max, suspendTimeoutSeconds: timeout } = sizes;
  if (!(min >= SMALLEST_CU && max >= min)) {
    throw new PosternError('autoscaling_limits', { params: { minimum: String(SMALLEST_CU) } });
  }
  if (!(Number.isInteger(timeout) && timeout >= NEVER_SUSPENDED && timeout <= LONGEST_SUSPEND_TIMEOUT_SECONDS)) {
    const params = { minimum: String(NEVER_SUSPENDED), maximum: String(LONGEST_SUSPEND_TIMEOUT_SECONDS) };
    throw new PosternError('suspend_timeout', { params });
  }
  const limit = PLAN_TERMS[plan].maxAutoscalingCu;
  if (max > limit) throw new PosternError('compute_size_gated', { params: { plan, limit: String(limit) } });
}
