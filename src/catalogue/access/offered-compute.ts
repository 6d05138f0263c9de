// A compute as the approval page offers it: what the policies and the access rules leave of it.

import type { ComputeId, ProjectId } from '../../ids.ts';
import { type Compute, shownName } from '../projects/compute-rows.ts';
import type { AccessRule } from '../rights/access-rule.ts';
import type { Agreement } from '../rights/agreement.ts';
import { type Allowed, type AskingSubject, findObstacle } from '../rights/decide-access.ts';
import type { Policy } from '../rights/policy.ts';
import { reachedPolicy } from '../rights/reached-policy.ts';
import { RulesByObject } from '../rules/rules-by-object.ts';
import { supposing } from './ask-target.ts';
import { type AskedReach, decideReach, needsOf, reachableChoices } from './reach.ts';
import { isCut, type TargetChoices, type TargetRole } from './target-choices.ts';

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

/** What the rules leave of a compute. */
interface OfferedReach extends TargetChoices {
  readonly decision: Allowed;
  readonly isReadOnly: boolean;
  readonly asksFor: string | null;
}

/** Null where the rules allow nothing, not even to ask. */
function findOfferedReach(asked: AskedReach, choices: TargetChoices): OfferedReach | null {
  const place = { role: null, database: null };
  const now = decideReach(asked, place);
  // What can be asked for is offered beside what is allowed.
  const supposed = supposing(asked);
  const decision = now.kind === 'may_ask' ? decideReach(supposed, place) : now;
  if (decision.kind !== 'allowed') return null;
  const { databases, roles } = reachableChoices(supposed, choices);
  const isEmpty = roles.length === 0 || databases.length === 0;
  const isNarrowed = roles.length < choices.roles.length || databases.length < choices.databases.length;
  // Of a list that was cut, the rules may allow what is not on it.
  if (isEmpty && isNarrowed && !isCut(choices)) return null;
  return {
    decision,
    databases,
    roles,
    isReadOnly: roles.length < choices.roles.length && roles.every(({ readOnly }) => readOnly) && !isEmpty,
    asksFor: now.kind === 'may_ask' ? needsOf(now.rule) : null,
  };
}

const NOTHING: TargetChoices = { databases: [], roles: [] };

/**
 * Judges many computes by rules that were read at once. A rule that lets nobody in now is asked
 * once, not at each compute, and computes of a branch that no rule tells apart are judged once.
 */
export class OfferJudge {
  readonly #rules = new RulesByObject();
  readonly #how: AskedReach['how'];
  readonly #agreements = new Map<ProjectId, Agreement[]>();
  readonly #known = new Map<readonly AccessRule[], Map<TargetChoices, OfferedReach | null>>();

  constructor({ how, agreements }: Pick<AskedReach, 'how'> & { readonly agreements: readonly Agreement[] }) {
    this.#how = how;
    for (const agreement of agreements) {
      const others = this.#agreements.get(agreement.projectId);
      if (others === undefined) this.#agreements.set(agreement.projectId, [agreement]);
      else others.push(agreement);
    }
  }

  /** In the order in which they were made. */
  add(rule: AccessRule): void {
    if (findObstacle(rule, { ...this.#how, role: null, database: null }) === null) this.#rules.add(rule);
  }

  reachOf(row: AskedReach['row'], subject: AskingSubject, choices = NOTHING): OfferedReach | null {
    const { project, compute } = row;
    const agreements = this.#agreements.get(project.id) ?? [];
    const rules = this.#rules.about({ ...project, projectId: project.id, computeId: compute.id });
    // Each rule has been asked about the address before: to ask again costs a list of networks.
    const asked = { row, subject, rules, agreements, how: { ...this.#how, address: null } };
    if (agreements.some(({ computeId }) => computeId !== null)) return findOfferedReach(asked, choices);
    const known = this.#known.get(rules) ?? new Map<TargetChoices, OfferedReach | null>();
    this.#known.set(rules, known);
    const reach = known.get(choices);
    if (reach !== undefined) return reach;
    const found = findOfferedReach(asked, choices);
    known.set(choices, found);
    return found;
  }
}

export function offeredCompute(
  { compute, policy }: AskedReach['row'],
  { decision, databases, roles, isReadOnly, asksFor }: OfferedReach,
  row: LastUse,
): TargetCompute {
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
    asksFor,
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
