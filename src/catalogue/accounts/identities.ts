// Identities at OpenID Connect providers; the caller has verified the claims.

import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
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

/** May link or create a person. Throws `conflict` for another's unverified e-mail. */
export async function signInWithIdentity(catalogue: Catalogue, context: AuditContext, identity: Identity) {
  const known = await findUserByIdentity(catalogue, identity);
  if (known !== null) return await verifiedNow(catalogue, context, { known, identity });
  const { email } = identity;
  if (email === null) throw new PosternError('identity_without_email');
  return catalogue.transaction(async (tx) => {
    const row = await tx.selectFrom('users').selectAll().where('email_key', '=', emailKey(email)).executeTakeFirst();
    // Otherwise anybody who can create an identity with that e-mail would take over the person.
    if (row !== undefined && !(identity.emailVerified && row.email_verified)) {
      throw new PosternError('email_of_another', { params: { email } });
    }
    const newUser = { email, name: identity.name, password: null, emailVerified: identity.emailVerified };
    const user =
      row === undefined
        ? await insertUser(tx, { catalogue, context, input: newUser, passwordHash: null, by: 'themselves' })
        : userFrom(row);
    await insertIdentity(tx, { catalogue, context, user, identity });
    return user;
  });
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
    })
    .execute()
    .catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new PosternError('identity_linked');
    });
  const event = { event: 'identity.changed', subject: user.email, reason: `linked ${identity.issuer}` } as const;
  await recordChange(tx, { catalogue, context }, event);
}
