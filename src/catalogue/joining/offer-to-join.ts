// Which organizations a sign-in at an identity provider lets a person join: offered, to be asked.

import { sql, type Transaction } from 'kysely';
import { domainOf } from '../../config/issuer-config.ts';
import type { AccountId, UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey } from '../store/email-address.ts';
import type { Schema } from '../store/schema.ts';
import type { JoinRulesTable } from '../tables/issuers.ts';

export interface SignedInIdentity {
  readonly person: { readonly id: UserId; readonly email: string };
  readonly issuer: string;
  readonly subject: string;
  /** `unknown`: the issuer did not say all of them, so none counts as lost. */
  readonly groups: readonly string[] | 'unknown';
  /** Null: none, or not verified by this issuer. */
  readonly verifiedEmail: string | null;
}

export interface SignIn {
  readonly tx: Transaction<Schema>;
  readonly catalogue: Catalogue;
  /** Its issuer without a slash at the end. */
  readonly signedIn: SignedInIdentity;
  /** Of all the person's identities there; null: unknown. */
  readonly groups: ReadonlySet<string> | null;
}

interface RuleOfIssuer {
  readonly kind: JoinRulesTable['kind'];
  readonly value: string;
}

export function speaksFor({ signedIn, groups }: Pick<SignIn, 'signedIn' | 'groups'>, rule: RuleOfIssuer) {
  // Its membership ends when SCIM says so.
  if (rule.kind === 'provisioned') return 'unknown';
  if (rule.kind === 'domain') return domainOf(signedIn.verifiedEmail ?? '') === rule.value ? 'yes' : 'no';
  if (groups === null) return 'unknown';
  return groups.has(rule.value) ? 'yes' : 'no';
}

/** An offer that was declined stays so. */
export async function offerToJoin({ tx, catalogue, ...how }: SignIn): Promise<void> {
  const { person, issuer } = how.signedIn;
  const rules = await rulesFor(tx, how);
  const offered = rules.map(({ id }) => id);
  const stale = tx.deleteFrom('join_offers').where('user_id', '=', person.id);
  const ofIssuer = tx.selectFrom('join_rules').select('id').where('issuer', '=', issuer);
  await stale
    .where('rule_id', 'in', how.groups === null ? ofIssuer.where('kind', '<>', 'group') : ofIssuer)
    .where(sql<boolean>`not rule_id = any(${offered})`)
    .execute();
  const own = await membershipsOf(tx, person.id);
  const rows = rules.filter(({ account_id }) => !own.has(account_id));
  if (rows.length === 0) return;
  const offered_at = catalogue.clock.now();
  await tx
    .insertInto('join_offers')
    .values(
      rows.map(({ id, scim_user_id }) => ({
        rule_id: id,
        user_id: person.id,
        scim_user_id,
        offered_at,
        declined_at: null,
      })),
    )
    // The user may be another one by now: the person's address or the pushed one was corrected.
    .onConflict((conflict) =>
      conflict
        .columns(['rule_id', 'user_id'])
        .doUpdateSet((set) => ({ scim_user_id: set.ref('excluded.scim_user_id') })),
    )
    .execute();
}

/** Those that speak for the person, with the user by whom a rule for provisioned ones does. */
async function rulesFor(tx: Transaction<Schema>, { signedIn, groups }: Pick<SignIn, 'signedIn' | 'groups'>) {
  const email = signedIn.verifiedEmail ?? '';
  const rules = await tx
    .selectFrom('join_rules')
    .leftJoin('scim_users', (join) =>
      join
        .onRef('scim_users.account_id', '=', 'join_rules.account_id')
        .on('join_rules.kind', '=', 'provisioned')
        .on('scim_users.email_key', '=', emailKey(email))
        .on('scim_users.is_active', '=', true),
    )
    .select(['join_rules.id', 'join_rules.account_id', 'kind', 'scim_users.id as scim_user_id'])
    .where('issuer', '=', signedIn.issuer)
    .where((where) =>
      where.or([
        where.and([where('kind', '<>', 'group'), where('value', '=', domainOf(email) ?? '')]),
        where.and([where('kind', '=', 'group'), sql<boolean>`value = any(${[...(groups ?? [])]})`]),
      ]),
    )
    .execute();
  return rules.filter(({ kind, scim_user_id }) => kind !== 'provisioned' || scim_user_id !== null);
}

async function membershipsOf(tx: Transaction<Schema>, userId: UserId): Promise<ReadonlySet<AccountId>> {
  const rows = await tx.selectFrom('memberships').select('account_id').where('user_id', '=', userId).execute();
  return new Set(rows.map(({ account_id }) => account_id));
}
