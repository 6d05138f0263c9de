// A compute as the approval page offers it: what the policies and the access rules leave of it.

import type { ComputeId } from '../../ids.ts';
import { type Compute, shownName } from '../projects/compute-rows.ts';
import type { Policy } from '../rights/policy.ts';
import { reachedPolicy } from '../rights/reached-policy.ts';
import { supposing } from './ask-target.ts';
import { type AskedReach, decideReach, needsOf, reachableChoices } from './reach.ts';
import type { TargetChoices, TargetRole } from './target-choices.ts';

export interface TargetCompute {
  readonly id: ComputeId;
  readonly name: string;
  readonly type: Compute['type'];
  readonly state: Compute['state'];
  /** Allowed by the switches and the policies of the compute and its account. */
  readonly passwordlessAccess: boolean;
  /** The project's own database first. */
  readonly databases: readonly string[];
  /** Roles that may log in, the project's own first. */
  readonly roles: readonly TargetRole[];
  readonly policy: Policy;
  readonly lastUsed: ReturnType<typeof lastUseFrom>;
  /** What the rules ask for first, as `the agreement of another person`; null: nothing. */
  readonly asksFor: string | null;
}

/** The person's last use of the compute; null: none. */
interface LastUse {
  readonly used_at: Date | null;
  readonly used_database: string | null;
  readonly used_database_role: string | null;
  readonly used_access: 'read_write' | 'read_only' | null;
}

/** With what the rules allow of it; null where they allow nothing, not even to ask. */
export function offeredCompute(
  asked: AskedReach,
  {
    row,
    choices = { databases: [], roles: [] },
  }: { readonly row: LastUse; readonly choices?: TargetChoices | undefined },
): TargetCompute | null {
  const { compute, policy } = asked.row;
  const place = { role: null, database: null };
  const now = decideReach(asked, place);
  // What can be asked for is offered beside what is allowed.
  const supposed = supposing(asked);
  const decision = now.kind === 'may_ask' ? decideReach(supposed, place) : now;
  if (decision.kind !== 'allowed') return null;
  const { databases, roles } = reachableChoices(supposed, choices);
  const isEmpty = roles.length === 0 || databases.length === 0;
  if (isEmpty && (roles.length < choices.roles.length || databases.length < choices.databases.length)) return null;
  const isReadOnly = roles.length < choices.roles.length && roles.every(({ readOnly }) => readOnly);
  return {
    id: compute.id,
    name: shownName(compute),
    type: compute.type,
    state: compute.state,
    passwordlessAccess: policy.linkLogin,
    databases,
    roles,
    policy: { ...reachedPolicy(policy, decision), readOnlyOnly: policy.readOnlyOnly || isReadOnly },
    lastUsed: lastUseFrom(row),
    asksFor: now.kind === 'may_ask' ? needsOf(now.rule) : null,
  };
}

function lastUseFrom(row: LastUse) {
  if (row.used_at === null || row.used_access === null) return null;
  return {
    at: row.used_at,
    database: row.used_database,
    databaseRole: row.used_database_role,
    access: row.used_access,
  };
}
