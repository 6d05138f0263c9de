// The organizations that a person may join by a rule, and joins by an own act (decision 025).

import { PosternError } from '../../errors.ts';
import type { AccountId, JoinRuleId } from '../../ids.ts';
import { lockAccount } from '../accounts/accounts.ts';
import { insertMembership } from '../accounts/memberships.ts';
import { takeScimUser } from '../links/scim-link.ts';
import type { PersonActor } from '../rights/actors.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { fillScimTeams } from '../scim/scim-teams.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { missing } from '../store/store-errors.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { fillTeams } from './apply-groups.ts';

type OwnContext = AuditContext & { readonly actor: PersonActor };

/** One for each organization; `asked`: those that the person has not declined. */
export async function listJoinOffers({ db }: Catalogue, { actor }: OwnContext, which: 'asked' | 'all' = 'all') {
  requireMay(actor, 'self.read', INSTALLATION);
  const rows = await db
    .selectFrom('join_offers')
    .innerJoin('join_rules', 'join_rules.id', 'join_offers.rule_id')
    .innerJoin('accounts', 'accounts.id', 'join_rules.account_id')
    .leftJoin('memberships', (join) =>
      join.onRef('memberships.account_id', '=', 'accounts.id').onRef('memberships.user_id', '=', 'join_offers.user_id'),
    )
    .leftJoin('users as makers', 'makers.id', 'join_rules.created_by')
    .distinctOn('accounts.id')
    .select(['rule_id', 'accounts.name as organization', 'join_rules.kind', 'join_rules.value', 'join_rules.issuer'])
    .select(['makers.email as made_by', 'offered_at'])
    .where('join_offers.user_id', '=', actor.userId)
    .where('memberships.id', 'is', null)
    .$if(which === 'asked', (query) => query.where('declined_at', 'is', null))
    .orderBy('accounts.id')
    .orderBy('offered_at')
    .execute();
  return rows.map(camelRow);
}

/** Returns the organization's id. Throws `not_found` for what is not offered to the person. */
export async function acceptJoinOffer(
  catalogue: Catalogue,
  context: OwnContext,
  { ruleId }: { readonly ruleId: JoinRuleId },
): Promise<AccountId> {
  const { actor } = context;
  requireMay(actor, 'self.change', INSTALLATION);
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'self.change', resource: INSTALLATION });
    const offer = await tx
      .selectFrom('join_offers')
      .innerJoin('join_rules', 'join_rules.id', 'join_offers.rule_id')
      .select(['rule_id', 'account_id', 'scim_user_id'])
      .where('join_offers.rule_id', '=', ruleId)
      .where('join_offers.user_id', '=', actor.userId)
      .executeTakeFirst();
    if (offer === undefined) throw missing('offer to join');
    const { account_id: accountId, scim_user_id: scimUserId } = offer;
    // Deactivating locks the account as well: nobody joins by a user who is active no more.
    await lockAccount(tx, accountId);
    if (scimUserId !== null) await takeScimUser(tx, { scimUserId, userId: actor.userId });
    const user = { id: actor.userId, email: actor.email };
    const joined = await insertMembership(tx, { catalogue, context, accountId, user, memberRole: 'member' });
    if (joined === null) throw new PosternError('already_member', { params: { email: actor.email } });
    await tx
      .insertInto('memberships_by_rule')
      .values({ account_id: accountId, user_id: actor.userId, rule_id: ruleId })
      .execute();
    await tx.deleteFrom('join_offers').where('user_id', '=', actor.userId).where('rule_id', '=', ruleId).execute();
    await fillTeams(tx, { catalogue, context, person: user });
    await fillScimTeams(tx, { catalogue, context, accountId, person: user });
    return accountId;
  });
}

/** It stays on the page of invitations, and is not asked again. */
export async function declineJoinOffers({ db, clock }: Catalogue, { actor }: OwnContext): Promise<void> {
  requireMay(actor, 'self.change', INSTALLATION);
  const open = db.updateTable('join_offers').set({ declined_at: clock.now() }).where('user_id', '=', actor.userId);
  await open.where('declined_at', 'is', null).execute();
}
