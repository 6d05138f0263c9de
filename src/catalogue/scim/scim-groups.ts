// The groups that an organization's identity provider pushes. Each is a team of its own: a group
// takes over no team that somebody made by hand, or a name would be enough for its rights.

import { type RawBuilder, sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, newScimGroupId, type ScimGroupId, type ScimUserId } from '../../ids.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import { insertTeam, removeTeam, setTeamName } from '../teams/teams.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { memberIds, setMembers } from './scim-group-members.ts';

export interface ScimGroup {
  readonly id: ScimGroupId;
  readonly accountId: AccountId;
  readonly displayName: string;
  readonly externalId: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ScimGroupInput {
  readonly displayName: string;
  readonly externalId: string | null;
  readonly members: ReadonlySet<ScimUserId>;
}

export interface WhichGroup {
  readonly accountId: AccountId;
  readonly id: ScimGroupId;
}

interface GroupsAsked {
  readonly accountId: AccountId;
  readonly filter: RawBuilder<boolean> | null;
  readonly offset: number;
  readonly limit: number;
}

/** Oldest first, with the number of all that match. */
export async function listScimGroups(catalogue: Catalogue, { actor }: AuditContext, page: GroupsAsked) {
  const { accountId, filter, offset, limit } = page;
  requireMay(actor, 'provisioning.read', accountResource(accountId));
  const matching = groupRows(catalogue.db)
    .where('scim_groups.account_id', '=', accountId)
    .$if(filter !== null, (query) => query.where(filter ?? sql<boolean>`true`));
  const { total } = await matching
    .clearSelect()
    .select(({ fn }) => fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow();
  const rows = matching.orderBy('scim_groups.created_at').orderBy('scim_groups.id').offset(offset).limit(limit);
  return { groups: limit === 0 ? [] : (await rows.execute()).map(groupFrom), total: Number(total) };
}

export async function getScimGroup(catalogue: Catalogue, { actor }: AuditContext, which: WhichGroup) {
  requireMay(actor, 'provisioning.read', accountResource(which.accountId));
  return await findGroup(catalogue.db, which);
}

/** Throws `conflict` for a name that a team has, `invalid_input` for unknown members. */
export async function createScimGroup(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, input }: { readonly accountId: AccountId; readonly input: ScimGroupInput },
): Promise<ScimGroup> {
  const asked = { action: 'provisioning.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    await lockAccount(tx, accountId);
    const team = await insertTeam(tx, { catalogue, context, accountId, name: input.displayName });
    const id = newScimGroupId();
    const now = catalogue.clock.now();
    const facts = { id, account_id: accountId, team_id: team.id, external_id: input.externalId };
    await tx
      .insertInto('scim_groups')
      .values({ ...facts, version: 1, created_at: now, updated_at: now })
      .execute();
    await setMembers(tx, { catalogue, context, which: { accountId, id }, members: input.members });
    return await findGroup(tx, { accountId, id });
  });
}

export interface GroupChange extends WhichGroup {
  readonly version: number | null;
  readonly change: (group: ScimGroup, members: ReadonlySet<ScimUserId>) => ScimGroupInput;
}

/** Throws as `createScimGroup`, and `version_mismatch`. */
export async function changeScimGroup(
  catalogue: Catalogue,
  context: AuditContext,
  { version, change, ...which }: GroupChange,
): Promise<ScimGroup> {
  const asked = { action: 'provisioning.change', resource: accountResource(which.accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const group = await lockGroup(tx, which, version);
    const input = change(group, await memberIds(tx, which.id));
    const isRenamed = input.displayName !== group.displayName;
    const { accountId } = which;
    if (isRenamed)
      await setTeamName(tx, { catalogue, context, team: await teamOf(tx, which), name: input.displayName });
    const isMoved = await setMembers(tx, { catalogue, context, which, members: input.members });
    if (!isRenamed && !isMoved && input.externalId === group.externalId) return group;
    await tx
      .updateTable('scim_groups')
      .set({ external_id: input.externalId, version: group.version + 1, updated_at: catalogue.clock.now() })
      .where('id', '=', which.id)
      .execute();
    return await findGroup(tx, { accountId, id: which.id });
  });
}

/** The team goes with it, and with the team the rules that name it. Throws `version_mismatch`. */
export async function deleteScimGroup(
  catalogue: Catalogue,
  context: AuditContext,
  { version, ...which }: WhichGroup & Pick<GroupChange, 'version'>,
): Promise<void> {
  const asked = { action: 'provisioning.change', resource: accountResource(which.accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    await lockGroup(tx, which, version);
    await removeTeam(tx, { catalogue, context, team: await teamOf(tx, which) });
  });
}

async function lockGroup(tx: Transaction<Schema>, which: WhichGroup, version: number | null): Promise<ScimGroup> {
  await lockAccount(tx, which.accountId);
  const group = await findGroup(tx, which);
  if (version !== null && version !== group.version) throw new PosternError('version_mismatch');
  return group;
}

async function teamOf(tx: Transaction<Schema>, { id }: WhichGroup) {
  const team = await tx
    .selectFrom('scim_groups')
    .innerJoin('teams', 'teams.id', 'scim_groups.team_id')
    .select(['teams.id', 'teams.account_id as accountId', 'teams.name', 'teams.created_at as createdAt'])
    .where('scim_groups.id', '=', id)
    .executeTakeFirstOrThrow(() => missing('group'));
  return team;
}

async function findGroup(db: Catalogue['db'] | Transaction<Schema>, { accountId, id }: WhichGroup): Promise<ScimGroup> {
  const row = await groupRows(db)
    .where('scim_groups.id', '=', id)
    .where('scim_groups.account_id', '=', accountId)
    .executeTakeFirstOrThrow(() => missing(`group "${id}"`));
  return groupFrom(row);
}

function groupRows(db: Catalogue['db'] | Transaction<Schema>) {
  return db
    .selectFrom('scim_groups')
    .innerJoin('teams', 'teams.id', 'scim_groups.team_id')
    .selectAll('scim_groups')
    .select('teams.name');
}

type GroupRow = Awaited<ReturnType<ReturnType<typeof groupRows>['executeTakeFirstOrThrow']>>;

function groupFrom({ id, account_id, name, external_id, version, created_at, updated_at }: GroupRow): ScimGroup {
  const times = { createdAt: created_at, updatedAt: updated_at };
  return { id, accountId: account_id, displayName: name, externalId: external_id, version, ...times };
}
