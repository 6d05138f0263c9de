// The policy with which another compute of a project starts: that of the computes that are there,
// since it leads to the same data. Only those who may change policies loosen it afterwards.

import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { ProjectId } from '../../ids.ts';
import type { Actor } from '../rights/actors.ts';
import { may } from '../rights/permissions.ts';
import { type PolicyOwner, type PolicySettings, parsePolicySettings } from '../rights/policy.ts';
import type { ProjectResource } from '../rights/resources.ts';
import type { Schema } from '../store/schema.ts';
import { type Compute, type ComputeRow, shownName } from './compute-rows.ts';
import { strictestSettings } from './strictest-policy.ts';

type Sibling = Pick<ComputeRow, 'id' | 'type' | 'passwordless_access' | 'policy'>;

/** At least as strict as what is asked for and as the project's computes. */
export async function startingPolicy(
  tx: Transaction<Schema>,
  projectId: ProjectId,
  asked: { readonly passwordlessAccess?: boolean | undefined; readonly policy?: PolicySettings | undefined },
): Promise<PolicyOwner> {
  const { passwordlessAccess, policy } = policyOf(await siblingsOf(tx, projectId));
  return {
    passwordlessAccess: passwordlessAccess && asked.passwordlessAccess !== false,
    policy: asked.policy === undefined ? policy : strictestSettings([asked.policy, policy]),
  };
}

/** Throws `forbidden` unless the next compute starts as strictly without this one as with it. */
export async function requirePolicyKept(
  tx: Transaction<Schema>,
  {
    compute,
    actor,
    resource,
  }: { readonly compute: Compute; readonly actor: Actor; readonly resource: ProjectResource },
): Promise<void> {
  if (may(actor, 'compute.change_policy', resource)) return;
  const all = await siblingsOf(tx, compute.projectId);
  const others = all.filter(({ id }) => id !== compute.id);
  if (JSON.stringify(policyOf(all)) === JSON.stringify(policyOf(others))) return;
  throw new PosternError('compute_keeps_policy', { params: { compute: shownName(compute) } });
}

/** Of those that write, if there are any: what a replica forbids, they may allow. */
function policyOf(computes: readonly Sibling[]): PolicyOwner {
  const writing = computes.filter(({ type }) => type === 'read_write');
  const counted = writing.length === 0 ? computes : writing;
  return {
    passwordlessAccess: counted.every(({ passwordless_access: isOn }) => isOn),
    policy: strictestSettings(counted.map(({ policy }) => parsePolicySettings(policy))),
  };
}

async function siblingsOf(tx: Transaction<Schema>, projectId: ProjectId): Promise<Sibling[]> {
  return await tx
    .selectFrom('computes')
    .select(['id', 'type', 'passwordless_access', 'policy'])
    .where('project_id', '=', projectId)
    .orderBy('ordinal')
    .execute();
}
