// An actor's relations to a resource, and which of them count: an organization may ask its members
// and guests for a second factor, and who has none there, or signed in without it, is only named.

import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import type { AccountId } from '../../ids.ts';
import type { Actor, PersonActor } from './actors.ts';
import type { Relation } from './permission-table.ts';
import type { Resource } from './resources.ts';
import { isStrong } from './sign-in-strength.ts';

/** NOTE: rights rest on these, never on `relationsOf`. */
export function countingRelations(actor: Exclude<Actor, { kind: 'system' }>, resource: Resource): Relation[] {
  const relations = relationsOf(actor, resource);
  // An operator looks after the installation, whatever its organizations ask of their people.
  return isUnproven(actor, resource) ? relations.filter((relation) => relation === 'operator') : relations;
}

/** Throws `second_factor_demanded`. */
export function requireDemandMet(actor: Actor, resource: Resource): void {
  const organization = findUnmetDemand(actor, resource);
  if (organization !== null) throw new PosternError('second_factor_demanded', { params: { organization } });
}

/** Those whose people the person is, and in which they have no right before the second step. */
export function unmetDemands(person: PersonActor): ReadonlyMap<AccountId, string> {
  return hasProvenFactor(person) ? new Map() : person.demandedBy;
}

/**
 * By keys, programs and connections a person proves nothing anew, so there it counts that they have
 * a second factor; in a browser also that they signed in there with one.
 */
export function hasProvenFactor({ hasSecondFactor, viaSignIn }: PersonActor): boolean {
  return hasSecondFactor && (viaSignIn === undefined || isStrong(viaSignIn));
}

/** Whether the actor's relations to it do not count. */
export function isUnproven(actor: Actor, resource: Resource): boolean {
  return findUnmetDemand(actor, resource) !== null;
}

/** The name of the organization; null: nothing is asked for, or the actor has it. */
function findUnmetDemand(actor: Actor, resource: Resource): string | null {
  if (actor.kind !== 'person' || resource.kind === 'installation') return null;
  return unmetDemands(actor).get(resource.accountId) ?? null;
}

/** The actor's relations to the resource; empty for a stranger. */
export function relationsOf(actor: Exclude<Actor, { kind: 'system' }>, resource: Resource): Relation[] {
  switch (actor.kind) {
    case 'person':
      return relationsOfPerson(actor, resource);
    case 'organization_key':
      if (resource.kind === 'installation') return ['organization_key'];
      return resource.accountId === actor.accountId ? ['organization_key'] : [];
    case 'project_key':
      if (resource.kind === 'installation') return ['project_key'];
      if (resource.accountId !== actor.accountId) return [];
      if (resource.kind === 'project' && resource.projectId !== actor.projectId) return [];
      return ['project_key'];
    case 'scim_key':
    case 'on_call_key':
      return resource.kind === 'account' && resource.accountId === actor.accountId ? [actor.kind] : [];
    default:
      return assertNever(actor);
  }
}

function relationsOfPerson(person: PersonActor, resource: Resource): Relation[] {
  const operator: Relation[] = person.isOperator ? ['operator'] : [];
  if (resource.kind === 'installation') return ['signed_in', ...operator];
  if ((resource.accountId as string) === person.userId) return ['owner', ...operator];
  const memberRole = person.memberships.get(resource.accountId);
  if (memberRole !== undefined) return [memberRole, ...operator];
  if (resource.kind === 'project' && person.shares.has(resource.projectId)) return ['guest', ...operator];
  return operator;
}
