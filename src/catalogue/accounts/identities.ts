// Identities at OpenID Connect providers; the caller has verified the claims.

import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { newPersonActor } from '../rights/actors.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey } from '../store/email-address.ts';
import type { Schema } from '../store/schema.ts';
import { isUniqueViolation } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { insertUser, type User, userFrom } from './users.ts';
import { verifyEmail } from './verified-email.ts';

export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** Null when the provider reports none. */
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly name: string;
}

/** Null for an identity that nobody has linked. */
export async function findUserByIdentity(
  catalogue: Catalogue,
  { issuer, subject }: Pick<Identity, 'issuer' | 'subject'>,
) {
  const row = await catalogue.db
    .selectFrom('identities')
    .innerJoin('users', 'users.id', 'identities.user_id')
    .selectAll('users')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row === undefined ? null : userFrom(row);
}

/**
 * May link or create a person. Throws `conflict` for another's e-mail. An identity is issuer and
 * subject: an address leads to a person only where both sides have verified it and no identity is
 * linked yet, since addresses are given to others, and two issuers may know two people by one.
 */
export async function signInWithIdentity(catalogue: Catalogue, context: AuditContext, identity: Identity) {
  const known = await findUserByIdentity(catalogue, identity);
  if (known !== null) {
    await noteEmail(catalogue, identity);
    return await verifiedNow(catalogue, context, { known, identity });
  }
  const { email } = identity;
  if (email === null) throw new PosternError('identity_without_email');
  return catalogue.transaction(async (tx) => {
    const row = await findByEmail(tx, email);
    if (row !== undefined && !(identity.emailVerified && row.email_verified && (await isWithoutIdentity(tx, row.id)))) {
      throw new PosternError('email_of_another', { params: { email } });
    }
    const newUser = { email, name: identity.name, password: null, emailVerified: identity.emailVerified };
    const user =
      row === undefined
        ? await insertUser(tx, { catalogue, context, input: newUser, passwordHash: null, by: 'themselves' })
        : userFrom(row);
    // Nothing is linked to somebody who may not sign in.
    if (user.disabledAt !== null) throw new PosternError('account_disabled');
    await insertIdentity(tx, { catalogue, context, user, identity });
    return user;
  });
}

/** NOTE: locks the row, or two new identities of one address could both be linked. */
async function findByEmail(tx: Transaction<Schema>, email: string) {
  const users = tx.selectFrom('users').selectAll().where('email_key', '=', emailKey(email));
  return await users.forUpdate().executeTakeFirst();
}

async function isWithoutIdentity(tx: Transaction<Schema>, userId: User['id']): Promise<boolean> {
  const linked = tx.selectFrom('identities').select('issuer').where('user_id', '=', userId);
  return (await linked.limit(1).executeTakeFirst()) === undefined;
}

/**
 * Whether the provider vouched for one at this sign-in, for organizations that ask for it: what it
 * stopped vouching for counts no more.
 */
export async function noteSecondFactor(
  catalogue: Pick<Catalogue, 'transaction' | 'clock'>,
  { issuer, subject, vouchesSecondFactor }: Pick<Identity, 'issuer' | 'subject'> & Vouching,
): Promise<void> {
  await catalogue.transaction(async (tx) => {
    const row = await tx
      .selectFrom('identities')
      .select(['user_id', 'second_factor_at'])
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined || (row.second_factor_at === null && !vouchesSecondFactor)) return;
    const vouched = { second_factor_at: vouchesSecondFactor ? catalogue.clock.now() : null };
    await tx
      .updateTable('identities')
      .set(vouched)
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .execute();
    if (!vouchesSecondFactor) await recordEndedAccess(tx, { kind: 'rules', owners: { userId: row.user_id } });
  });
}

interface Vouching {
  readonly vouchesSecondFactor: boolean;
}

/** Shown on the profile page; the person's own address stays. */
async function noteEmail({ db }: Catalogue, { issuer, subject, email }: Identity): Promise<void> {
  await db
    .updateTable('identities')
    .set({ email })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('email', 'is distinct from', email)
    .execute();
}

/** The provider may come to vouch for the address after the account was made. */
export async function verifiedNow(
  catalogue: Catalogue,
  context: AuditContext,
  { known, identity }: { readonly known: User; readonly identity: Identity },
): Promise<User> {
  const key = emailKey(known.email);
  const isProven = identity.emailVerified && identity.email !== null && emailKey(identity.email) === key;
  if (known.emailVerified || !isProven) return known;
  const user = { id: known.id, email: known.email, email_key: key };
  const own = { ...context, actor: newPersonActor(known) };
  await catalogue.transaction((tx) => verifyEmail(tx, { catalogue, context: own, user }));
  return { ...known, emailVerified: true };
}

/** The caller has checked that the identity is the person's. Throws `conflict`. */
export async function insertIdentity(
  tx: Transaction<Schema>,
  how: { catalogue: Catalogue; context: AuditContext; user: User; identity: Identity },
): Promise<void> {
  const { catalogue, context, user, identity } = how;
  await tx
    .insertInto('identities')
    .values({
      issuer: identity.issuer,
      subject: identity.subject,
      user_id: user.id,
      email: identity.email,
      linked_at: catalogue.clock.now(),
      groups: null,
      groups_read_at: null,
      second_factor_at: null,
    })
    .execute()
    .catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new PosternError('identity_linked');
    });
  const event = { event: 'identity.changed', subject: user.email, reason: `linked ${identity.issuer}` } as const;
  await recordChange(tx, { catalogue, context }, event);
}
