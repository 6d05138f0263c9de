// Which person of an organization a user is that its identity provider pushed by SCIM. The link
// outlasts a change of the person's address: whom the provider deactivates loses access under any.

import { sql, type Transaction } from 'kysely';
import type { ScimUserId, UserId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';

/**
 * In all organizations of the person. NOTE: by a verified address only, or whoever signs up with
 * another's address would get the teams of that user.
 */
export async function linkScimUsers(tx: Transaction<Schema>, { userId }: { readonly userId: UserId }): Promise<void> {
  await sql`
    update scim_users set user_id = users.id
    from users join memberships on memberships.user_id = users.id
    where users.id = ${userId} and users.email_verified
      and scim_users.account_id = memberships.account_id
      and scim_users.email_key = users.email_key
      and scim_users.is_active
      and scim_users.user_id is distinct from users.id
      and ${isFree}
      and not exists (
        select from scim_users as others
        where others.account_id = memberships.account_id and others.user_id = users.id
      )`.execute(tx);
}

/** To nobody, or to somebody who is no member any more. */
const isFree = sql`(scim_users.user_id is null or not exists (
  select from memberships as held
  where held.account_id = scim_users.account_id and held.user_id = scim_users.user_id
))`;

/** For a person who joins as that user. Throws `not_found` for one who is active no more. */
export async function takeScimUser(
  tx: Transaction<Schema>,
  { scimUserId, userId }: { readonly scimUserId: ScimUserId; readonly userId: UserId },
): Promise<void> {
  const own = tx.selectFrom('scim_users').select('account_id').where('id', '=', scimUserId);
  await tx
    .updateTable('scim_users')
    .set({ user_id: null })
    .where('user_id', '=', userId)
    .where('account_id', '=', own)
    .execute();
  const { numUpdatedRows } = await tx
    .updateTable('scim_users')
    .set({ user_id: userId })
    .where('id', '=', scimUserId)
    .where('is_active', '=', true)
    .where(sql<boolean>`${isFree}`)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw missing('offer to join');
}
