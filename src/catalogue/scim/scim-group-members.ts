// The members of a SCIM group: users of the organization, whether they have joined or not.

import { sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { AccountId, ScimGroupId, ScimUserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { fitScimTeam } from './scim-teams.ts';

export interface GroupMember {
  readonly id: ScimUserId;
  readonly name: string;
}

/** By group. */
export async function membersOfGroups(
  { db }: Catalogue,
  ids: readonly ScimGroupId[],
): Promise<Map<ScimGroupId, GroupMember[]>> {
  const members = new Map<ScimGroupId, GroupMember[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return members;
  const rows = await db
    .selectFrom('scim_group_members')
    .innerJoin('scim_users', 'scim_users.id', 'scim_user_id')
    .select(['group_id', 'scim_users.id', 'user_name'])
    .where('group_id', 'in', ids)
    .orderBy('user_name_key')
    .execute();
  for (const { group_id, id, user_name: name } of rows) members.get(group_id)?.push({ id, name });
  return members;
}

/** How many of the groups, from the first, have so many members together; at least one. */
export async function countGroupsWithin({ db }: Catalogue, ids: readonly ScimGroupId[], most: number): Promise<number> {
  const rows = await db
    .selectFrom('scim_group_members')
    .select(({ fn }) => ['group_id', fn.countAll<string>().as('size')])
    .where('group_id', 'in', ids)
    .groupBy('group_id')
    .execute();
  const sizes = new Map(rows.map(({ group_id, size }) => [group_id, Number(size)]));
  let sum = 0;
  const beyond = ids.findIndex((id) => {
    sum += sizes.get(id) ?? 0;
    return sum > most;
  });
  return beyond === -1 ? ids.length : Math.max(1, beyond);
}

interface MembersSet {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly which: { readonly accountId: AccountId; readonly id: ScimGroupId };
  readonly members: ReadonlySet<ScimUserId>;
}

/** True where anything changed. The caller holds the account's lock. Throws `invalid_input`. */
export async function setMembers(tx: Transaction<Schema>, { catalogue, context, which, members }: MembersSet) {
  const before = await memberIds(tx, which.id);
  const added = [...members].filter((id) => !before.has(id));
  const removed = [...before].filter((id) => !members.has(id));
  await requireKnown(tx, which.accountId, added);
  if (removed.length > 0) {
    const rows = tx.deleteFrom('scim_group_members').where('group_id', '=', which.id);
    await rows.where(sql<boolean>`scim_user_id = any(${removed})`).execute();
  }
  if (added.length > 0) {
    await sql`insert into scim_group_members (group_id, scim_user_id)
      select ${which.id}, id from unnest(${added}::text[]) as id`.execute(tx);
  }
  await fitScimTeam(tx, { catalogue, context, groupId: which.id, added, removed });
  return added.length + removed.length > 0;
}

async function requireKnown(tx: Transaction<Schema>, accountId: AccountId, ids: readonly ScimUserId[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx
    .selectFrom('scim_users')
    .select('id')
    .where('account_id', '=', accountId)
    .where(sql<boolean>`id = any(${ids})`)
    .execute();
  const known = new Set(rows.map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown !== undefined) throw new PosternError('scim_member_unknown', { params: { id: unknown.slice(0, 64) } });
}

export async function memberIds(tx: Transaction<Schema>, id: ScimGroupId): Promise<Set<ScimUserId>> {
  const rows = await tx.selectFrom('scim_group_members').select('scim_user_id').where('group_id', '=', id).execute();
  return new Set(rows.map(({ scim_user_id }) => scim_user_id));
}
