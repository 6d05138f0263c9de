// People: their rows and passwords. Their rights are in actors.ts.

import type { Selectable, Transaction } from 'kysely';
import { newUserId, personalAccountId, type UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { newPersonActor } from '../rights/actors.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import { lockProvenPerson, type ProvenPerson } from '../rights/proven-person.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey, parseEmail } from '../store/email-address.ts';
import { requireName } from '../store/names.ts';
import { hashPassword, passwordMatches } from '../store/password-hash.ts';
import type { Schema } from '../store/schema.ts';
import { missing, refuseTaken } from '../store/store-errors.ts';
import type { UsersTable } from '../tables/people-and-accounts.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { insertAccount } from './accounts.ts';
import { claimShares } from './claim-by-email.ts';
import { endWaysIn } from './end-ways-in.ts';

export type User = ReturnType<typeof userFrom>;

export interface NewUser {
  readonly email: string;
  readonly name: string;
  /** Null for people who only sign in through an identity provider. */
  readonly password: Secret | null;
  /** The creator or an identity provider confirms that the mailbox is the person's. */
  readonly emailVerified?: boolean;
  readonly isOperator?: boolean;
  readonly image?: string;
}

/** Shares that wait for a verified e-mail are the person's at once. Throws `conflict` if taken. */
export async function createUser(catalogue: Catalogue, context: AuditContext, input: NewUser): Promise<User> {
  requireMay(context.actor, 'ops.create_user', INSTALLATION);
  const passwordHash = input.password === null ? null : await hashPassword(catalogue, input.password);
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'ops.create_user', resource: INSTALLATION });
    return await insertUser(tx, { catalogue, context, input, passwordHash });
  });
}

/** `createUser` within a transaction and without a permission check. */
export async function insertUser(
  tx: Transaction<Schema>,
  how: { catalogue: Catalogue; context: AuditContext; input: NewUser; passwordHash: string | null; by?: 'themselves' },
): Promise<User> {
  const { catalogue, input } = how;
  const now = catalogue.clock.now();
  const row = userRow(input, how.passwordHash, now);
  const context = how.by === 'themselves' ? { ...how.context, actor: newPersonActor(row) } : how.context;
  await tx
    .insertInto('users')
    .values(row)
    .execute()
    .catch(refuseTaken(`a person with e-mail "${row.email}"`));
  const accountId = personalAccountId(row.id);
  const { defaultPlan: plan } = catalogue.settings;
  await insertAccount(tx, { id: accountId, user_id: row.id, name: row.name, handle: accountId, plan }, now);
  await recordChange(tx, { catalogue, context }, { event: 'account.created', accountId, subject: row.email });
  if (row.email_verified) await claimShares(tx, { catalogue, context, user: row });
  return userFrom(row);
}

export async function getUser(catalogue: Catalogue, userId: UserId): Promise<User> {
  const row = await catalogue.db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst();
  if (row === undefined) throw missing('person');
  return userFrom(row);
}

/** Null after the same work whether or not the e-mail is known. Throws `rate_limited`. */
export async function verifyPassword(
  catalogue: Catalogue,
  credentials: { readonly email: string; readonly password: Secret; readonly address?: string },
) {
  const row = await catalogue.db
    .selectFrom('users')
    .selectAll()
    .where('email_key', '=', emailKey(credentials.email))
    .executeTakeFirst();
  const { password, address } = credentials;
  const passwordHash = row?.password_hash ?? null;
  const matches = await passwordMatches(catalogue, { password, passwordHash, address });
  return matches && row !== undefined ? userFrom(row) : null;
}

/**
 * Ends the other browser sessions, and the person's grants and live connections. Throws
 * `sign_in_outdated` when the person's ways to sign in changed since the old password was compared.
 */
export async function setPassword(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly person: ProvenPerson; readonly password: Secret; readonly keepSessionId?: string },
): Promise<void> {
  const { person, keepSessionId } = change;
  const userId = person.id;
  requireSelf(context, userId);
  const passwordHash = await hashPassword(catalogue, change.password);
  await catalogue.transaction(async (tx) => {
    await lockProvenPerson(tx, person);
    await requireStillMay(tx, { catalogue, context }, { action: 'self.change', resource: INSTALLATION });
    const changes = { password_hash: passwordHash, updated_at: catalogue.clock.now() };
    await updateUser(tx, userId, changes);
    await endWaysIn(tx, { userId, keepSessionId });
    await recordEndedAccess(tx, { kind: 'end', owners: { userId } });
    await recordChange(tx, { catalogue, context }, { event: 'identity.changed', reason: 'password' });
  });
}

export async function renameUser(
  catalogue: Catalogue,
  context: AuditContext,
  change: { readonly userId: UserId; readonly name: string },
): Promise<void> {
  requireSelf(context, change.userId);
  const name = requireName(change.name, 'name');
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'self.change', resource: INSTALLATION });
    await updateUser(tx, change.userId, { name, updated_at: catalogue.clock.now() });
    await recordChange(tx, { catalogue, context }, { event: 'identity.changed', reason: 'name' });
  });
}

async function updateUser(tx: Transaction<Schema>, userId: UserId, changes: Partial<UsersTable>): Promise<void> {
  const result = await tx.updateTable('users').set(changes).where('id', '=', userId).executeTakeFirst();
  if (result.numUpdatedRows === 0n) throw missing('person');
}

function requireSelf({ actor }: AuditContext, userId: UserId): void {
  requireMay(actor, 'self.change', INSTALLATION);
  if (actor.kind === 'person' && actor.userId !== userId) throw missing('person');
}

function userRow(input: NewUser, passwordHash: string | null, now: Date): UsersTable {
  const email = parseEmail(input.email);
  return {
    id: newUserId(),
    email: email.text,
    email_key: email.key,
    email_verified: input.emailVerified ?? true,
    name: requireName(input.name, 'name'),
    image: input.image ?? '',
    password_hash: passwordHash,
    is_operator: input.isOperator ?? false,
    disabled_at: null,
    credentials_version: 0,
    created_at: now,
    updated_at: now,
  };
}

export function userFrom({ email_key, password_hash, ...row }: Selectable<UsersTable>) {
  return { ...camelRow(row), hasPassword: password_hash !== null };
}
