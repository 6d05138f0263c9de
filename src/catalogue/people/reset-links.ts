// Links by which a person who forgot the password sets a new one: mailed on request to an address
// that was proved, or made by an operator. One use; using one voids the others.

import type { Kysely, Transaction } from 'kysely';
import type { UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { endWaysIn, voidResetLinks } from '../accounts/end-ways-in.ts';
import { findPersonByEmail } from '../accounts/find-person.ts';
import { getUser, type User, userFrom } from '../accounts/users.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { newPersonActor } from '../rights/actors.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashPassword } from '../store/password-hash.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { removeAllFactors } from './second-factors.ts';

// docs/security.md, "Secrets that people and programs hold"
const RESET_LINK_LIFE_MS = 3_600_000;
/**
 * More are not mailed: somebody else may be asking. Those that are open stay so. By where it is
 * asked: a flood from a place is a mail for each person, and refuses nobody else there.
 */
const MOST_OPEN_LINKS = { one_of_few: 3, one_of_many: 1 } as const;

export interface ResetQuestion {
  readonly email: string;
  readonly asker: keyof typeof MOST_OPEN_LINKS;
}

export type ResetAnswer =
  | { readonly kind: 'link'; readonly user: User; readonly token: Secret; readonly expiresAt: Date }
  /** Signs in by an identity provider alone, which a mailbox must not go round. */
  | { readonly kind: 'no_password'; readonly user: User }
  | { readonly kind: 'nothing'; readonly why: 'unknown' | 'unverified' | 'disabled' | 'enough_links' };

/** What a visitor who names an e-mail gets by mail. NOTE: the visitor is told none of this. */
export async function requestResetLink(
  catalogue: Catalogue,
  context: AuditContext,
  { email, asker }: ResetQuestion,
): Promise<ResetAnswer> {
  const found = await findPersonByEmail(catalogue.db, email);
  if (found.kind === 'unknown') return { kind: 'nothing', why: 'unknown' };
  const { user } = found;
  if (found.kind === 'unverified') return { kind: 'nothing', why: 'unverified' };
  if (user.disabledAt !== null) return { kind: 'nothing', why: 'disabled' };
  if (!user.hasPassword) return { kind: 'no_password', user };
  return catalogue.transaction(async (tx) => {
    await lockUser(tx, user.id);
    if ((await countOpen(tx, user.id, catalogue.clock.now())) >= MOST_OPEN_LINKS[asker]) {
      return { kind: 'nothing', why: 'enough_links' };
    }
    return { kind: 'link', user, ...(await insertLink(tx, { catalogue, context, user, how: 'mailed' })) };
  });
}

const REMOVES_FACTORS = 'made by an operator, removes second factors';

/** For an operator to hand over, which voids earlier links. */
export async function createResetLink(
  catalogue: Catalogue,
  context: AuditContext,
  { userId, removesFactors = 'no' }: { readonly userId: UserId; readonly removesFactors?: 'yes' | 'no' },
): Promise<{ readonly user: User; readonly token: Secret; readonly expiresAt: Date }> {
  requireMay(context.actor, 'ops.manage_people', INSTALLATION);
  const user = await getUser(catalogue, userId);
  return catalogue.transaction(async (tx) => {
    await lockUser(tx, userId);
    await requireStillMay(tx, { catalogue, context }, { action: 'ops.manage_people', resource: INSTALLATION });
    await voidResetLinks(tx, userId);
    const how = removesFactors === 'yes' ? REMOVES_FACTORS : 'made by an operator';
    return { user, ...(await insertLink(tx, { catalogue, context, user, how })) };
  });
}

/** Null for a link that is unknown, used, void or expired. */
export async function findResetLink(catalogue: Catalogue, token: string): Promise<User | null> {
  const row = await openLink(catalogue.db, token, catalogue.clock.now()).executeTakeFirst();
  return row === undefined ? null : userFrom(row);
}

/** Ends every session, grant and live connection of the person. Throws `not_found`. */
export async function resetPassword(
  catalogue: Catalogue,
  context: AuditContext,
  { token, password }: { readonly token: string; readonly password: Secret },
): Promise<User> {
  const open = await findResetLink(catalogue, token);
  if (open === null) throw missing('reset link');
  const passwordHash = await hashPassword(catalogue, password);
  return catalogue.transaction(async (tx) => {
    await lockUser(tx, open.id);
    const row = await openLink(tx, token, catalogue.clock.now()).executeTakeFirst();
    if (row === undefined) throw missing('reset link');
    const user = userFrom(row);
    const changes = { password_hash: passwordHash, updated_at: catalogue.clock.now() };
    await tx.updateTable('users').set(changes).where('id', '=', user.id).execute();
    if (row.removes_second_factors) await removeAllFactors(tx, user.id);
    await endWaysIn(tx, { userId: user.id });
    await recordEndedAccess(tx, { kind: 'end', owners: { userId: user.id } });
    const own = { ...context, actor: newPersonActor(user) };
    const reason = row.removes_second_factors ? 'password reset, second factors removed' : 'password reset';
    await recordChange(tx, { catalogue, context: own }, { event: 'identity.changed', reason });
    return userFrom(await tx.selectFrom('users').selectAll().where('id', '=', user.id).executeTakeFirstOrThrow());
  });
}

function openLink(db: Kysely<Schema>, token: string, now: Date) {
  return db
    .selectFrom('reset_links')
    .innerJoin('users', 'users.id', 'reset_links.user_id')
    .selectAll('users')
    .select('removes_second_factors')
    .where('token_hash', '=', hashOfSecret(token))
    .where('expires_at', '>', now)
    .where('disabled_at', 'is', null);
}

async function insertLink(
  tx: Transaction<Schema>,
  { catalogue, context, user, how }: { catalogue: Catalogue; context: AuditContext; user: User; how: string },
) {
  const token = newRandomSecret();
  const now = catalogue.clock.now();
  const expiresAt = new Date(now.getTime() + RESET_LINK_LIFE_MS);
  const removes_second_factors = how === REMOVES_FACTORS;
  await tx
    .insertInto('reset_links')
    .values({
      token_hash: hashOfSecret(token.reveal()),
      user_id: user.id,
      created_at: now,
      expires_at: expiresAt,
      removes_second_factors,
    })
    .execute();
  const event = { event: 'identity.changed', subject: user.email, reason: `reset link ${how}` } as const;
  await recordChange(tx, { catalogue, context }, event);
  return { token, expiresAt };
}

async function countOpen(tx: Transaction<Schema>, userId: UserId, now: Date): Promise<number> {
  const { open } = await tx
    .selectFrom('reset_links')
    .select(({ fn }) => fn.countAll<string>().as('open'))
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  return Number(open);
}

/** Links are made, used and voided one after the other. */
async function lockUser(tx: Transaction<Schema>, userId: UserId): Promise<void> {
  await tx.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute();
}
