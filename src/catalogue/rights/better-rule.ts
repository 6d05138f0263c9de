// Which of two access rules that both allow something counts. Pure.

import type { AccessRule } from './access-rule.ts';

/** Rules come in the order in which they were made. */
export function better(one: AccessRule | null, other: AccessRule): AccessRule {
  if (one === null) return other;
  const [a, b] = [one.grants, other.grants];
  const connection = longer(b.longestConnectionMs, a.longestConnectionMs);
  if (connection !== 0) return connection > 0 ? other : one;
  return longer(b.longestApprovalMs, a.longestApprovalMs) > 0 ? other : one;
}

/** Positive where the first is longer; null is without a limit. */
function longer(first: number | null, second: number | null): number {
  if (first === second) return 0;
  return (first ?? Number.POSITIVE_INFINITY) > (second ?? Number.POSITIVE_INFINITY) ? 1 : -1;
}
