// The one way from an e-mail address to a person: only to the one who proved that it is theirs.

import type { Kysely } from 'kysely';
import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import { emailKey } from '../store/email-address.ts';
import type { Schema } from '../store/schema.ts';
import { type User, userFrom } from './users.ts';

export type FoundPerson =
  | { readonly kind: 'verified'; readonly user: User }
  /** Somebody signs in with the address without having proved it: it may be another's. */
  | { readonly kind: 'unverified'; readonly user: User }
  | { readonly kind: 'unknown' };

/** Compares case-insensitively. */
export async function findPersonByEmail(db: Kysely<Schema>, email: string): Promise<FoundPerson> {
  const row = await db.selectFrom('users').selectAll().where('email_key', '=', emailKey(email)).executeTakeFirst();
  if (row === undefined) return { kind: 'unknown' };
  return { kind: row.email_verified ? 'verified' : 'unverified', user: userFrom(row) };
}

/** Null for nobody, and for a disabled person. */
export async function findEnabledPerson(db: Kysely<Schema>, id: UserId): Promise<User | null> {
  const rows = db.selectFrom('users').selectAll().where('id', '=', id).where('disabled_at', 'is', null);
  const row = await rows.executeTakeFirst();
  return row === undefined ? null : userFrom(row);
}

/** Null without one; also when it is unverified, since nothing may tell that there is one. */
export async function findVerifiedPerson(db: Kysely<Schema>, email: string): Promise<User | null> {
  const found = await findPersonByEmail(db, email);
  return found.kind === 'verified' ? found.user : null;
}

/** For operators, who learn which it is. Throws `not_found`, `conflict` for an unverified one. */
export async function getVerifiedPerson(db: Kysely<Schema>, email: string): Promise<User> {
  const found = await findPersonByEmail(db, email);
  switch (found.kind) {
    case 'verified':
      return found.user;
    case 'unverified':
      throw new PosternError('person_unverified', { params: { email, id: found.user.id } });
    case 'unknown':
      throw new PosternError('person_unknown', { params: { email } });
    default:
      return assertNever(found);
  }
}
