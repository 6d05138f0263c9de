// What operators do about people: list them, disable and enable them, make operators, remove them.
// One operator who can sign in always remains.

import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { personalAccountId, type UserId } from '../../ids.ts';
import { endWebhooks, signOutBy } from '../accounts/end-ways-in.ts';
import { personMatches } from '../accounts/member-lists.ts';
import { type User, userFrom } from '../accounts/users.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import { voidProofs } from '../rights/proven-person.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey } from '../store/email-address.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import type { UsersTable } from '../tables/people-and-accounts.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';

export interface PeopleAsked {
  /** Part of an e-mail or a name; empty: everybody. */
  readonly search: string;
  readonly offset: number;
  readonly limit: number;
}

export type ListedPerson = Awaited<ReturnType<typeof listPeople>>['people'][number];

/** By e-mail, with the number of all that match. */
export async function listPeople(catalogue: Catalogue, { actor }: AuditContext, asked: PeopleAsked) {
  requireMay(actor, 'ops.manage_people', INSTALLATION);
  const part = emailKey(asked.search);
  const matching = catalogue.db.selectFrom('users').$if(part !== '', (query) => query.where(personMatches(part)));
  const [rows, { total }] = await Promise.all([
    matching
      .select(['id', 'email', 'email_verified', 'name', 'is_operator', 'disabled_at', 'created_at'])
      .select(sql<number>`(select count(*)::int from memberships where user_id = users.id)`.as('organizations'))
      .select(
        sql<Date | null>`(select max(last_seen_at) from browser_sessions where user_id = users.id)`.as('last_seen_at'),
      )
      .orderBy('email_key')
      .limit(asked.limit)
      .offset(asked.offset)
      .execute(),
    matching.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow(),
  ]);
  return { people: rows.map(camelRow), total: Number(total) };
}

/** Of those who can sign in. */
export async function listOperatorEmails({ db }: Pick<Catalogue, 'db'>): Promise<string[]> {
  const operators = db.selectFrom('users').select('email').where('is_operator', '=', true);
  const rows = await operators.where('disabled_at', 'is', null).orderBy('email_key').execute();
  return rows.map(({ email }) => email);
}

type Which = { readonly userId: UserId };

/** All that the person holds ends, and nothing begins. `conflict` for the only operator. */
export async function disablePerson(catalogue: Catalogue, context: AuditContext, which: Which): Promise<User> {
  const changesOf: Change['changesOf'] = async (tx, person) => {
    requireAnotherOperator(person, 'be disabled');
    await endEverything(tx, { catalogue, context, reason: 'disabled' }, person.user.id);
    return { disabled_at: person.user.disabled_at ?? catalogue.clock.now() };
  };
  return change(catalogue, context, { ...which, reason: 'disabled', changesOf });
}

export async function enablePerson(catalogue: Catalogue, context: AuditContext, which: Which): Promise<User> {
  const changesOf = async () => ({ disabled_at: null });
  return change(catalogue, context, { ...which, reason: 'enabled', changesOf });
}

/** Throws `conflict` for the only operator. */
export async function setOperator(
  catalogue: Catalogue,
  context: AuditContext,
  { userId, isOperator }: Which & { readonly isOperator: boolean },
): Promise<User> {
  const reason = isOperator ? 'made an operator' : 'no operator any more';
  const changesOf: Change['changesOf'] = async (_tx, person) => {
    if (!isOperator) requireAnotherOperator(person, 'give that up');
    return { is_operator: isOperator };
  };
  return change(catalogue, context, { userId, reason, changesOf });
}

/**
 * For good. Throws `conflict` for the only operator, the only admin of an organization, and while
 * the personal account owns projects.
 */
export async function removePerson(catalogue: Catalogue, context: AuditContext, { userId }: Which): Promise<User> {
  requireMay(context.actor, 'ops.manage_people', INSTALLATION);
  return catalogue.transaction(async (tx) => {
    const person = await lockPerson(tx, userId);
    await requireStillMay(tx, { catalogue, context }, { action: 'ops.manage_people', resource: INSTALLATION });
    const { user } = person;
    requireAnotherOperator(person, 'be removed');
    await requireNothingLeft(tx, user);
    await endEverything(tx, { catalogue, context, reason: 'removed' }, userId);
    await recordChange(tx, { catalogue, context }, { event: 'account.removed', subject: user.email });
    await tx.deleteFrom('users').where('id', '=', userId).execute();
    return userFrom(user);
  });
}

interface Change extends Which {
  /** For the audit trail. */
  readonly reason: string;
  readonly changesOf: (tx: Transaction<Schema>, person: LockedPerson) => Promise<Partial<UsersTable>>;
}

async function change(
  catalogue: Catalogue,
  context: AuditContext,
  { userId, reason, changesOf }: Change,
): Promise<User> {
  requireMay(context.actor, 'ops.manage_people', INSTALLATION);
  return catalogue.transaction(async (tx) => {
    const person = await lockPerson(tx, userId);
    await requireStillMay(tx, { catalogue, context }, { action: 'ops.manage_people', resource: INSTALLATION });
    const changes = { ...(await changesOf(tx, person)), updated_at: catalogue.clock.now() };
    const row = await tx.updateTable('users').set(changes).where('id', '=', userId).returningAll().executeTakeFirst();
    if (row === undefined) throw missing('person');
    await recordChange(tx, { catalogue, context }, { event: 'identity.changed', subject: row.email, reason });
    return userFrom(row);
  });
}

interface LockedPerson {
  readonly user: Selectable<UsersTable>;
  readonly isOnlyOperator: boolean;
}

/** NOTE: with all operators, in one order, or two could disable each other at the same time. */
async function lockPerson(tx: Transaction<Schema>, userId: UserId): Promise<LockedPerson> {
  const rows = await tx
    .selectFrom('users')
    .selectAll()
    .where(({ eb, or }) => or([eb('id', '=', userId), eb('is_operator', '=', true)]))
    .orderBy('id')
    .forUpdate()
    .execute();
  const user = rows.find(({ id }) => id === userId);
  if (user === undefined) throw missing('person');
  const others = rows.filter((row) => row.id !== userId && row.is_operator && row.disabled_at === null);
  return { user, isOnlyOperator: user.is_operator && others.length === 0 };
}

function requireAnotherOperator({ isOnlyOperator }: LockedPerson, what: string): void {
  if (isOnlyOperator) throw new PosternError('last_operator', { params: { change: what } });
}

async function requireNothingLeft(tx: Transaction<Schema>, { id, email }: Selectable<UsersTable>): Promise<void> {
  const owned = await tx
    .selectFrom('projects')
    .select('id')
    .where('account_id', '=', personalAccountId(id))
    .limit(1)
    .executeTakeFirst();
  if (owned !== undefined) throw new PosternError('owns_projects', { params: { account: email } });
  const organization = await onlyAdminOf(tx, id);
  if (organization !== null) throw new PosternError('only_admin_of', { params: { email, organization } });
}

async function onlyAdminOf(db: Kysely<Schema>, userId: UserId): Promise<string | null> {
  const row = await db
    .selectFrom('memberships')
    .innerJoin('accounts', 'accounts.id', 'memberships.account_id')
    .select('accounts.name')
    .where('memberships.user_id', '=', userId)
    .where('member_role', '=', 'admin')
    .where(
      sql<boolean>`not exists (select 1 from memberships as others where others.account_id = accounts.id
        and others.user_id <> ${userId} and others.member_role = 'admin')`,
    )
    .orderBy('accounts.name')
    .limit(1)
    .executeTakeFirst();
  return row?.name ?? null;
}

/** API keys and access tokens of a disabled person stay, and work again when enabled. */
async function endEverything(
  tx: Transaction<Schema>,
  how: Parameters<typeof signOutBy>[1],
  userId: UserId,
): Promise<void> {
  await voidProofs(tx, userId);
  await signOutBy(tx, how, userId);
  await tx.deleteFrom('email_changes').where('user_id', '=', userId).execute();
  await endWebhooks(tx, how, { userId });
  await recordEndedAccess(tx, { kind: 'end', owners: { userId } });
}
