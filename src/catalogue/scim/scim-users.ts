// The users that an organization's identity provider pushes. They are rows of the organization: no
// person is made, found or told of by them, and whom they name joins by an own act
// (docs/decisions/039-scim.md).

import { type RawBuilder, sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, newScimUserId, type ScimGroupId, type ScimUserId } from '../../ids.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { isUniqueViolation, missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { endProvisioned } from './end-provisioned.ts';
import { type ScimUser, type ScimUserInput, scimUserColumns, scimUserFrom } from './scim-user.ts';
import { settleScimUser } from './settle-scim-user.ts';

const MAX_USERS = 50_000;

export interface WhichUser {
  readonly accountId: AccountId;
  readonly id: ScimUserId;
}

export interface ScimPage {
  readonly accountId: AccountId;
  /** Null: all. */
  readonly filter: RawBuilder<boolean> | null;
  readonly offset: number;
  readonly limit: number;
}

/** Oldest first, with the number of all that match. */
export async function listScimUsers(catalogue: Catalogue, { actor }: AuditContext, page: ScimPage) {
  const { accountId, filter, offset, limit } = page;
  requireMay(actor, 'provisioning.read', accountResource(accountId));
  const matching = catalogue.db
    .selectFrom('scim_users')
    .where('account_id', '=', accountId)
    .$if(filter !== null, (query) => query.where(filter ?? sql<boolean>`true`));
  const { total } = await matching.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow();
  const rows = matching.selectAll().orderBy('created_at').orderBy('id').offset(offset).limit(limit);
  return { users: limit === 0 ? [] : (await rows.execute()).map(scimUserFrom), total: Number(total) };
}

export async function getScimUser(catalogue: Catalogue, { actor }: AuditContext, which: WhichUser): Promise<ScimUser> {
  requireMay(actor, 'provisioning.read', accountResource(which.accountId));
  const row = await rowsOf(catalogue.db, which).executeTakeFirst();
  if (row === undefined) throw missing(`user "${which.id}"`);
  return scimUserFrom(row);
}

/** Throws `conflict` for a user name or address that another user of the organization has. */
export async function createScimUser(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, input }: { readonly accountId: AccountId; readonly input: ScimUserInput },
): Promise<ScimUser> {
  const asked = { action: 'provisioning.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  const columns = scimUserColumns(input);
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    await lockAccount(tx, accountId);
    await requireRoom(tx, accountId);
    const now = catalogue.clock.now();
    const row = await tx
      .insertInto('scim_users')
      .values({
        id: newScimUserId(),
        account_id: accountId,
        ...columns,
        user_id: null,
        version: 1,
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTakenUser(columns));
    await recordChange(tx, { catalogue, context }, { event: 'provisioning.created', accountId, subject: row.email });
    return await settleScimUser(tx, { catalogue, context }, scimUserFrom(row));
  });
}

export interface UserChange extends WhichUser {
  /** Null: whatever it is now. */
  readonly version: number | null;
  readonly change: (user: ScimUser) => ScimUserInput;
}

/** Throws as `createScimUser`, `version_mismatch`, and `last_admin` for who cannot be let go. */
export async function changeScimUser(
  catalogue: Catalogue,
  context: AuditContext,
  { version, change, ...which }: UserChange,
): Promise<ScimUser> {
  const { accountId } = which;
  const asked = { action: 'provisioning.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const user = await lockScimUser(tx, which, version);
    const columns = scimUserColumns(change(user));
    const updated = { ...columns, version: user.version + 1, updated_at: catalogue.clock.now() };
    if (JSON.stringify(columns) === JSON.stringify(scimUserColumns(user)))
      return await settleScimUser(tx, { catalogue, context }, user);
    const row = await tx
      .updateTable('scim_users')
      .set(updated)
      .where('id', '=', user.id)
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTakenUser(columns));
    const changed = scimUserFrom(row);
    // NOTE: what was offered to the owner of the old address must not give them this user's teams.
    if (changed.email !== user.email) await tx.deleteFrom('join_offers').where('scim_user_id', '=', user.id).execute();
    const facts = { accountId, subject: user.email, reason: whatChanged(user, changed) };
    await recordChange(tx, { catalogue, context }, { event: 'provisioning.changed', ...facts });
    return await settleScimUser(tx, { catalogue, context }, changed);
  });
}

/** Ends the person's membership. Throws `version_mismatch`, `last_admin`. */
export async function deleteScimUser(
  catalogue: Catalogue,
  context: AuditContext,
  { version, ...which }: WhichUser & Pick<UserChange, 'version'>,
): Promise<void> {
  const { accountId } = which;
  const asked = { action: 'provisioning.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const user = await lockScimUser(tx, which, version);
    await endProvisioned(tx, { catalogue, context, user, reason: 'removed by SCIM' });
    await tx.deleteFrom('scim_users').where('id', '=', user.id).execute();
    await recordChange(tx, { catalogue, context }, { event: 'provisioning.removed', accountId, subject: user.email });
  });
}

/** The groups of each, by the user's id. */
export async function groupsOfUsers({ db }: Catalogue, ids: readonly ScimUserId[]) {
  const rows =
    ids.length === 0
      ? []
      : await db
          .selectFrom('scim_group_members')
          .innerJoin('scim_groups', 'scim_groups.id', 'group_id')
          .innerJoin('teams', 'teams.id', 'scim_groups.team_id')
          .select(['scim_user_id', 'group_id', 'teams.name'])
          .where('scim_user_id', 'in', ids)
          .orderBy('teams.name')
          .execute();
  const groups = new Map<ScimUserId, Array<{ readonly id: ScimGroupId; readonly name: string }>>();
  for (const { scim_user_id, group_id: id, name } of rows) {
    groups.set(scim_user_id, [...(groups.get(scim_user_id) ?? []), { id, name }]);
  }
  return groups;
}

async function lockScimUser(tx: Transaction<Schema>, which: WhichUser, version: number | null): Promise<ScimUser> {
  await lockAccount(tx, which.accountId);
  const row = await rowsOf(tx, which).forUpdate().executeTakeFirst();
  if (row === undefined) throw missing(`user "${which.id}"`);
  if (version !== null && version !== row.version) throw new PosternError('version_mismatch');
  return scimUserFrom(row);
}

function rowsOf(db: Catalogue['db'] | Transaction<Schema>, { accountId, id }: WhichUser) {
  return db.selectFrom('scim_users').selectAll().where('id', '=', id).where('account_id', '=', accountId);
}

async function requireRoom(tx: Transaction<Schema>, accountId: AccountId): Promise<void> {
  const users = tx.selectFrom('scim_users').select(({ fn }) => fn.countAll<string>().as('count'));
  const { count } = await users.where('account_id', '=', accountId).executeTakeFirstOrThrow();
  if (Number(count) < MAX_USERS) return;
  throw new PosternError('too_many_scim_users', { params: { limit: String(MAX_USERS) } });
}

function refuseTakenUser({ user_name, email }: { readonly user_name: string; readonly email: string }) {
  return (error: unknown): never => {
    if (!isUniqueViolation(error)) throw error;
    const thing = isUniqueViolation(error, 'scim_users_by_email')
      ? `a user with e-mail "${email}"`
      : `user "${user_name}"`;
    throw new PosternError('already_exists', { params: { thing } });
  };
}

function whatChanged(before: ScimUser, after: ScimUser): string {
  if (before.active !== after.active) return after.active ? 'active again' : 'deactivated by SCIM';
  return before.email === after.email ? 'attributes' : `e-mail now ${after.email}`;
}
