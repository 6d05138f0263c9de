// What a person may connect to: the accounts, projects and computes that the approval page offers,
// last used first. Resolving one of them to a connection's target is in resolve-target.ts.

import { type RawBuilder, sql } from 'kysely';
import { TimeSlices } from '../../async/time-slices.ts';
import { type AccountId, type ProjectId, personalAccountId } from '../../ids.ts';
import { computeFrom } from '../projects/compute-rows.ts';
import type { RuleDoor } from '../rights/access-rule.ts';
import type { PersonActor } from '../rights/actors.ts';
import { effectivePolicy, parsePolicySettings } from '../rights/policy.ts';
import { findRulesOfPlaces, type RuledPlaces } from '../rules/find-rules.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { escapeLike } from '../store/keyset-pages.ts';
import type { ProjectLabel } from '../tables/project-labels.ts';
import { OfferJudge, offeredCompute, type TargetCompute } from './offered-compute.ts';
import { personSubject } from './reach.ts';
import { loadTargetChoices } from './target-choices.ts';

export interface TargetAccount {
  /** `shared` groups the projects that others share with the person. */
  readonly id: AccountId | 'shared';
  readonly kind: 'personal' | 'organization' | 'shared';
  readonly name: string;
  readonly projects: ReadonlyArray<{
    readonly id: ProjectId;
    readonly name: string;
    readonly label: ProjectLabel;
    readonly computes: readonly TargetCompute[];
  }>;
}

/** The most computes offered at once; with more the person searches. */
const MAX_OFFERED_COMPUTES = 500;
/** Of those that others share: they decide how many there are, and nobody is asked. */
const MAX_SHARED_COMPUTES = 50;
const MAX_SEARCH_WORDS = 8;

/**
 * Accounts, projects and computes that the person may connect to, at each level the last used
 * first, then by name. Disabled computes and projects without a compute are omitted. Each word of
 * `search` must occur in the name of the account, or in the name or id of the project or compute.
 */
export async function listTargets(
  catalogue: Catalogue,
  actor: PersonActor,
  filter: TargetFilter = {},
): Promise<TargetAccount[]> {
  const rows = await loadOffers(catalogue, actor, filter.search ?? '');
  const offers = await judgeOffers(catalogue, { actor, rows, filter });
  return groupBy(offers, ({ row }) => headingOf(actor, row).id).map(([id, ofAccount]) => ({
    ...headingOf(actor, ofAccount[0].row),
    id,
    projects: groupBy(ofAccount, ({ row }) => row.project_id).map(([projectId, ofProject]) => ({
      id: projectId,
      name: ofProject[0].row.project_name,
      label: ofProject[0].row.project_label,
      computes: ofProject.map(({ compute }) => compute),
    })),
  }));
}

interface JudgedOffers {
  readonly actor: PersonActor;
  readonly rows: readonly Offer[];
  readonly filter: TargetFilter;
}

/** In slices: a person may have hundreds of computes, and rules about each. */
async function judgeOffers(catalogue: Catalogue, { actor, rows, filter }: JudgedOffers) {
  const [choices, { rules, teamIds, agreements }] = await Promise.all([
    loadTargetChoices(catalogue.db, [...new Set(rows.map((row) => row.branch_id))], filter.database),
    findRulesOfPlaces(catalogue.db, placesOf(actor, rows), { kind: 'person', userId: actor.userId }),
  ]);
  const how = { door: filter.door ?? 'link', address: filter.address ?? null, signIn: null, at: catalogue.clock.now() };
  const judge = new OfferJudge({ how, agreements });
  const slices = new TimeSlices();
  for (const rule of rules) {
    judge.add(rule);
    if (slices.isOver) await slices.next();
  }
  const offers: { readonly row: Offer; readonly compute: TargetCompute }[] = [];
  for (const row of rows) {
    const target = targetRowOf(row);
    const subject = personSubject(actor, target, teamIds);
    const reach = judge.reachOf(target, subject, choices.get(row.branch_id));
    if (reach !== null) offers.push({ row, compute: offeredCompute(target, reach, row) });
    if (slices.isOver) await slices.next();
  }
  return offers;
}

function placesOf(actor: PersonActor, rows: readonly Offer[]): RuledPlaces {
  const keys = rows.flatMap(({ id, project_id, project_label }) => [id, project_id, project_label ?? '']);
  const accountIds = [...new Set(rows.map((row) => row.account_id))];
  const ownAccountIds = [personalAccountId(actor.userId), ...actor.memberships.keys()];
  return { accountIds, ownAccountIds, objectKeys: [...new Set(keys)] };
}

interface TargetFilter {
  readonly search?: string;
  /** Absent: by link. */
  readonly door?: RuleDoor;
  /** Of the terminal; absent: not asked about. */
  readonly address?: string;
  /** Offered wherever it ranks among the databases of a compute. */
  readonly database?: string | null;
}

type Offer = Awaited<ReturnType<typeof findOffers>>[number];

const OFFER_COLUMNS = [
  'projects.name as project_name',
  'projects.account_id',
  'projects.label as project_label',
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
async function loadOffers(catalogue: Catalogue, actor: PersonActor, search: string): Promise<Offer[]> {
  const own = sql<boolean>`projects.account_id = any(${[personalAccountId(actor.userId), ...actor.memberships.keys()]})`;
  const shared = sql<boolean>`projects.id = any(${[...actor.shares]}) and not ${own}`;
  const words = search.trim().split(/\s+/).filter(Boolean).slice(0, MAX_SEARCH_WORDS);
  const [ofOwn, ofOthers] = await Promise.all([
    findOffers(catalogue, actor, { of: own, words, most: MAX_OFFERED_COMPUTES }),
    actor.shares.size === 0 ? [] : findOffers(catalogue, actor, { of: shared, words, most: MAX_SHARED_COMPUTES }),
  ]);
  const lastUse = ({ used_at: at }: Offer) => at?.getTime() ?? 0;
  return [...ofOwn, ...ofOthers].sort((one, other) => lastUse(other) - lastUse(one));
}

interface WantedOffers {
  readonly of: RawBuilder<boolean>;
  readonly words: readonly string[];
  readonly most: number;
}

function findOffers({ db }: Catalogue, { userId }: PersonActor, { of, words, most }: WantedOffers) {
  const isNamed = (word: string) =>
    sql<boolean>`concat_ws(' ', accounts.name, projects.name, projects.id, computes.name, computes.id)
      ilike ${`%${escapeLike(word)}%`}`;
  return db
    .selectFrom('computes')
    .innerJoin('projects', 'projects.id', 'computes.project_id')
    .innerJoin('accounts', 'accounts.id', 'projects.account_id')
    .leftJoin('last_used_targets', (join) =>
      join.onRef('last_used_targets.compute_id', '=', 'computes.id').on('last_used_targets.user_id', '=', userId),
    )
    .selectAll('computes')
    .select(OFFER_COLUMNS)
    .where('computes.is_disabled', '=', false)
    .where(of)
    .where((where) => where.and(words.map(isNamed)))
    .orderBy('last_used_targets.used_at', (order) => order.desc().nullsLast())
    .orderBy(sql`projects.account_id = ${personalAccountId(userId)} desc`)
    .orderBy('accounts.name')
    .orderBy('projects.name')
    .orderBy('projects.id')
    .orderBy('computes.ordinal')
    .limit(most)
    .execute();
}

function headingOf(actor: PersonActor, row: Offer): Pick<TargetAccount, 'id' | 'kind' | 'name'> {
  const isOwn = row.account_id === personalAccountId(actor.userId) || actor.memberships.has(row.account_id);
  if (!isOwn) return { id: 'shared', kind: 'shared', name: 'Shared with me' };
  return { id: row.account_id, kind: row.account_kind, name: row.account_name };
}

function targetRowOf(row: Offer) {
  const compute = computeFrom(row);
  const account = {
    passwordlessAccess: row.account_passwordless_access,
    policy: parsePolicySettings(row.account_policy),
  };
  const project = {
    id: row.project_id,
    name: row.project_name,
    accountId: row.account_id,
    label: row.project_label,
  };
  return { compute, project, policy: effectivePolicy(account, compute) };
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
