// What a person may connect to: the accounts, projects and computes that the approval page offers,
// last used first. Resolving one of them to a connection's target is in resolve-target.ts.

import { sql } from 'kysely';
import { type AccountId, type ComputeId, type ProjectId, personalAccountId } from '../../ids.ts';
import { type Compute, computeFrom, shownName } from '../projects/compute-rows.ts';
import { projectResource } from '../projects/projects.ts';
import type { PersonActor } from '../rights/actors.ts';
import { may } from '../rights/permissions.ts';
import { effectivePolicy, type Policy, parsePolicySettings } from '../rights/policy.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { escapeLike } from '../store/keyset-pages.ts';
import { loadTargetChoices, type TargetChoices, type TargetRole } from './target-choices.ts';

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
}

export interface TargetAccount {
  /** `shared` groups the projects that others share with the person. */
  readonly id: AccountId | 'shared';
  readonly kind: 'personal' | 'organization' | 'shared';
  readonly name: string;
  readonly projects: ReadonlyArray<{
    readonly id: ProjectId;
    readonly name: string;
    readonly computes: readonly TargetCompute[];
  }>;
}

/** The most computes offered at once; with more the person searches. */
export const MAX_OFFERED_COMPUTES = 500;
const MAX_SEARCH_WORDS = 8;

/**
 * Accounts, projects and computes that the person may connect to, at each level the last used
 * first, then by name. Disabled computes and projects without a compute are omitted. Each word of
 * `search` must occur in the name of the account, or in the name or id of the project or compute.
 */
export async function listTargets(catalogue: Catalogue, actor: PersonActor, filter: { readonly search?: string } = {}) {
  const rows = await loadOffers(catalogue, actor, filter.search?.trim() ?? '');
  const choices = await loadTargetChoices(catalogue.db, [...new Set(rows.map((row) => row.branch_id))]);
  const isOffered = (row: Offer) =>
    may(actor, 'project.connect', projectResource(catalogue, { id: row.project_id, accountId: row.account_id }));
  return groupBy(rows.filter(isOffered), (row) => headingOf(actor, row).id).map(([id, ofAccount]) => ({
    ...headingOf(actor, ofAccount[0]),
    id,
    projects: groupBy(ofAccount, (row) => row.project_id).map(([projectId, ofProject]) => ({
      id: projectId,
      name: ofProject[0].project_name,
      computes: ofProject.map((row) => targetCompute(row, choices.get(row.branch_id))),
    })),
  }));
}

type Offer = Awaited<ReturnType<typeof loadOffers>>[number];

const OFFER_COLUMNS = [
  'projects.name as project_name',
  'projects.account_id',
  'accounts.kind as account_kind',
  'accounts.name as account_name',
  'accounts.passwordless_access as account_passwordless_access',
  'accounts.policy as account_policy',
  'last_used_targets.used_at as used_at',
  'last_used_targets.database as used_database',
  'last_used_targets.database_role as used_database_role',
  'last_used_targets.access as used_access',
] as const;

// Sorted here, so that grouping by first appearance keeps every level in order.
function loadOffers({ db }: Catalogue, actor: PersonActor, search: string) {
  const personalId = personalAccountId(actor.userId);
  const accountIds = [personalId, ...actor.memberships.keys()];
  const words = search.split(/\s+/).filter(Boolean).slice(0, MAX_SEARCH_WORDS);
  const isNamed = (word: string) =>
    sql<boolean>`concat_ws(' ', accounts.name, projects.name, projects.id, computes.name, computes.id)
      ilike ${`%${escapeLike(word)}%`}`;
  return db
    .selectFrom('computes')
    .innerJoin('projects', 'projects.id', 'computes.project_id')
    .innerJoin('accounts', 'accounts.id', 'projects.account_id')
    .leftJoin('last_used_targets', (join) =>
      join.onRef('last_used_targets.compute_id', '=', 'computes.id').on('last_used_targets.user_id', '=', actor.userId),
    )
    .selectAll('computes')
    .select(OFFER_COLUMNS)
    .where('computes.is_disabled', '=', false)
    .where((where) => {
      const isOfAccount = where('projects.account_id', 'in', accountIds);
      if (actor.shares.size === 0) return isOfAccount;
      return where.or([isOfAccount, where('projects.id', 'in', [...actor.shares])]);
    })
    .where((where) => where.and(words.map(isNamed)))
    .orderBy('last_used_targets.used_at', (order) => order.desc().nullsLast())
    .orderBy(sql`projects.account_id = ${personalId} desc, projects.account_id = any(${accountIds}) desc`)
    .orderBy('accounts.name')
    .orderBy('projects.name')
    .orderBy('projects.id')
    .orderBy('computes.ordinal')
    .limit(MAX_OFFERED_COMPUTES)
    .execute();
}

function headingOf(actor: PersonActor, row: Offer): Pick<TargetAccount, 'id' | 'kind' | 'name'> {
  const isOwn = row.account_id === personalAccountId(actor.userId) || actor.memberships.has(row.account_id);
  if (!isOwn) return { id: 'shared', kind: 'shared', name: 'Shared with me' };
  return { id: row.account_id, kind: row.account_kind, name: row.account_name };
}

function targetCompute(row: Offer, choices: TargetChoices = { databases: [], roles: [] }): TargetCompute {
  const compute = computeFrom(row);
  const account = {
    passwordlessAccess: row.account_passwordless_access,
    policy: parsePolicySettings(row.account_policy),
  };
  const policy = effectivePolicy(account, compute);
  return {
    id: compute.id,
    name: shownName(compute),
    type: compute.type,
    state: compute.state,
    passwordlessAccess: policy.linkLogin,
    ...choices,
    policy,
    lastUsed: lastUseFrom(row),
  };
}

function lastUseFrom(row: Offer) {
  if (row.used_at === null || row.used_access === null) return null;
  return {
    at: row.used_at,
    database: row.used_database,
    databaseRole: row.used_database_role,
    access: row.used_access,
  };
}

/** Groups in order of their first items. */
function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Array<[Key, [Item, ...Item[]]]> {
  const groups = new Map<Key, [Item, ...Item[]]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups];
}
