// Ends what a person has in an organization whose identity provider deactivates the user: the
// membership with all that rests on it, browser sessions and waiting logins. Elsewhere the person
// signs in again and keeps what they have.

import { sql, type Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { AccountId } from '../../ids.ts';
import { endMembership, signOutBy } from '../accounts/end-ways-in.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import type { ScimUser } from './scim-user.ts';

interface Ended {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly user: Pick<ScimUser, 'id' | 'accountId' | 'userId' | 'email'>;
  readonly reason: string;
}

/** The caller holds the account's lock. Throws `last_admin`. */
export async function endProvisioned(tx: Transaction<Schema>, ended: Ended): Promise<void> {
  const { catalogue, context, user, reason } = ended;
  await tx.deleteFrom('join_offers').where('scim_user_id', '=', user.id).execute();
  for (const member of await membersWhoAre(tx, user)) {
    if (member.member_role === 'admin') await requireAnotherAdmin(tx, user.accountId);
    await signOutBy(tx, { catalogue, context, reason }, member.user_id);
    await recordEndedAccess(tx, { kind: 'recheck', owners: { userId: member.user_id } });
    await endMembership(tx, { catalogue, context, member, reason });
  }
}

/**
 * The person of the link, and whoever has the address or signs in by an identity with it. NOTE:
 * only members of the organization: a key of one must not reach anybody else.
 */
async function membersWhoAre(tx: Transaction<Schema>, user: Ended['user']) {
  const key = sql`(select email_key from scim_users where id = ${user.id})`;
  return await tx
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .selectAll('memberships')
    .select('users.email')
    .where('memberships.account_id', '=', user.accountId)
    .where(
      sql<boolean>`(users.id = ${user.userId} or users.email_key = ${key} or exists (
        select from identities where identities.user_id = users.id and lower(identities.email) = ${key}))`,
    )
    .execute();
}

async function requireAnotherAdmin(tx: Transaction<Schema>, accountId: AccountId): Promise<void> {
  const admins = tx.selectFrom('memberships').select('id').where('account_id', '=', accountId);
  const found = await admins.where('member_role', '=', 'admin').limit(2).execute();
  if (found.length < 2) throw new PosternError('last_admin', { params: { change: 'be deactivated' } });
}
