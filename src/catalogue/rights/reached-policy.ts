// The policy under which somebody reaches a compute: that of compute and account, narrowed by what
// allows it.

import type { AccessRequestId } from '../../ids.ts';
import type { Allowed } from './decide-access.ts';
import type { Policy } from './policy.ts';

export interface ReachedPolicy extends Policy {
  /** When what others agreed to, or a broken glass, ends; null: the rule asks nobody. */
  readonly until: Date | null;
  /** The broken glass that alone allows it; null: a rule does. */
  readonly glassId: AccessRequestId | null;
}

export function reachedPolicy(policy: Policy, { rule, until, glassId }: Allowed): ReachedPolicy {
  const smaller = (own: number, rules: number | null | undefined) => Math.min(own, rules ?? own);
  return {
    ...policy,
    // What a broken glass lets in once is not remembered.
    longestGrantMs: glassId === null ? smaller(policy.longestGrantMs, rule?.grants.longestApprovalMs) : 0,
    longestConnectionMs: smaller(policy.longestConnectionMs, rule?.grants.longestConnectionMs),
    until,
    glassId,
  };
}
