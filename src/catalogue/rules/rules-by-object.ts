// The rules of many accounts by what they are about, so that each of many computes is asked about
// the few that may concern it.

import type { AccountId, ComputeId, ProjectId } from '../../ids.ts';
import type { AccessRule, RuleObject } from '../rights/access-rule.ts';

interface About {
  readonly accountId: AccountId;
  readonly computeId: ComputeId;
  readonly projectId: ProjectId;
  readonly label: string | null;
}

interface Placed {
  readonly at: number;
  readonly rule: AccessRule;
}

export class RulesByObject {
  readonly #placed = new Map<string, Placed[]>();
  readonly #ofProjects = new Map<ProjectId, readonly AccessRule[]>();
  #count = 0;

  /** In the order in which they were made. */
  add(rule: AccessRule): void {
    const key = keyOf(rule.accountId, rule.object);
    const placed = { at: this.#count, rule };
    this.#count += 1;
    const others = this.#placed.get(key);
    if (others === undefined) this.#placed.set(key, [placed]);
    else others.push(placed);
  }

  /** In the order in which they were made; one and the same list where none names a compute. */
  about({ accountId, computeId, projectId, label }: About): readonly AccessRule[] {
    const ofCompute = this.#placed.get(keyOf(accountId, { kind: 'compute', computeId })) ?? [];
    const known = ofCompute.length === 0 ? this.#ofProjects.get(projectId) : undefined;
    if (known !== undefined) return known;
    const wider: RuleObject[] = [{ kind: 'account' }, { kind: 'project', projectId }];
    if (label !== null) wider.push({ kind: 'label', label });
    const placed = [...ofCompute, ...wider.flatMap((object) => this.#placed.get(keyOf(accountId, object)) ?? [])];
    const rules = placed.sort((one, other) => one.at - other.at).map(({ rule }) => rule);
    if (ofCompute.length === 0) this.#ofProjects.set(projectId, rules);
    return rules;
  }
}

function keyOf(accountId: AccountId, object: RuleObject): string {
  return `${accountId} ${object.kind} ${nameOf(object)}`;
}

function nameOf(object: RuleObject): string {
  if (object.kind === 'compute') return object.computeId;
  if (object.kind === 'project') return object.projectId;
  return object.kind === 'label' ? object.label : '';
}
