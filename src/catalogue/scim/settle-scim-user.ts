// What a change of a provisioned user means for the person whom it names, if that is a member.

import type { Transaction } from 'kysely';
import { linkScimUsers } from '../links/scim-link.ts';
import type { Schema } from '../store/schema.ts';
import { endProvisioned } from './end-provisioned.ts';
import { fillScimTeams } from './scim-teams.ts';
import type { ScimUser } from './scim-user.ts';

/** A deactivated person loses access; a member with the address of an active user is linked. */
export async function settleScimUser(
  tx: Transaction<Schema>,
  how: Pick<Parameters<typeof fillScimTeams>[1], 'catalogue' | 'context'>,
  user: ScimUser,
) {
  if (!user.active) {
    await endProvisioned(tx, { ...how, user, reason: 'deactivated by SCIM' });
    return user;
  }
  const member = await tx
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .innerJoin('scim_users', 'scim_users.email_key', 'users.email_key')
    .select(['users.id', 'users.email'])
    .where('memberships.account_id', '=', user.accountId)
    .where('scim_users.id', '=', user.id)
    .executeTakeFirst();
  if (member === undefined) return user;
  await linkScimUsers(tx, { userId: member.id });
  await fillScimTeams(tx, { ...how, accountId: user.accountId, person: member });
  return user;
}
