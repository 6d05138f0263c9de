// What waited for an e-mail address becomes its person's: project shares, and invitations to organizations.

import type { Selectable, Transaction } from 'kysely';
import type { AuditContext } from './audit-context.ts';
import type { Catalogue } from './catalogue.ts';
import { insertMembership } from './memberships.ts';
import type { Schema } from './schema.ts';
import type { UsersTable } from './tables/people-and-accounts.ts';

interface Claim {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  /** The e-mail is verified: otherwise anybody could claim what was meant for another. */
  readonly user: Pick<Selectable<UsersTable>, 'id' | 'email' | 'email_key'>;
}

/** Ties shares to the person and accepts unexpired invitations. Idempotent. */
export async function claimByEmail(tx: Transaction<Schema>, { catalogue, context, user }: Claim): Promise<void> {
  await tx
    .updateTable('project_shares')
    .set({ user_id: user.id })
    .where('email_key', '=', user.email_key)
    .where('user_id', 'is', null)
    .execute();
  const invitations = await tx
    .deleteFrom('invitations')
    .where('email_key', '=', user.email_key)
    .where('expires_at', '>', catalogue.clock.now())
    .returning(['account_id', 'member_role'])
    .execute();
  for (const invitation of invitations) {
    await insertMembership(tx, {
      catalogue,
      context,
      accountId: invitation.account_id,
      user,
      memberRole: invitation.member_role,
    });
  }
}
