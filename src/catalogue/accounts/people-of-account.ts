// The owners of an account's projects: its members, or one person. Excludes guests.

import type { Kysely } from 'kysely';
import type { AccountId, UserId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';

/** Does not check permissions. */
export async function listPeopleOfAccount(db: Kysely<Schema>, accountId: AccountId): Promise<UserId[]> {
  const [members, owners] = await Promise.all([
    db.selectFrom('memberships').select('user_id').where('account_id', '=', accountId).execute(),
    db.selectFrom('accounts').select('user_id').where('id', '=', accountId).execute(),
  ]);
  return [...members, ...owners].flatMap(({ user_id }) => (user_id === null ? [] : [user_id]));
}
