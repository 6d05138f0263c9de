// The rules by which people may join an organization: the identity provider puts them into a
// group, or vouches for an address of a domain, of everybody or of those whom SCIM pushed. No rule
// makes a member by itself: see docs/decisions/031-joining.md.

import type { Selectable } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, type JoinRuleId, newJoinRuleId } from '../../ids.ts';
import { asciiDomain } from '../../network-address.ts';
import { quoted } from '../../untrusted-text.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { type CamelRow, camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { missing, refuseTaken } from '../store/store-errors.ts';
import type { JoinRulesTable } from '../tables/issuers.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { type KnownIssuer, normalIssuer, requireOwnIssuer } from './known-issuers.ts';

export type JoinRule = CamelRow<Selectable<JoinRulesTable>>;

const MOST_RULES = 100;
const MAX_VALUE_CHARACTERS = 512;

export async function listJoinRules(catalogue: Catalogue, context: AuditContext, accountId: AccountId) {
  requireMay(context.actor, 'joining.change', accountResource(accountId));
  const rules = catalogue.db.selectFrom('join_rules').selectAll().where('account_id', '=', accountId);
  return (await rules.orderBy('issuer').orderBy('kind').orderBy('value').execute()).map(camelRow);
}

export interface NewJoinRule {
  readonly accountId: AccountId;
  readonly issuer: KnownIssuer;
  readonly kind: JoinRule['kind'];
  readonly value: string;
}

/** Throws `forbidden` for somebody without an identity there, `conflict` for one that exists. */
export async function addJoinRule(catalogue: Catalogue, context: AuditContext, input: NewJoinRule): Promise<JoinRule> {
  const { accountId, issuer, kind } = input;
  const asked = { action: 'joining.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  const value = ruleValue(input);
  await requireOwnIssuer(catalogue, context, { issuer, domain: kind === 'group' ? null : value });
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const existing = tx.selectFrom('join_rules').select('id').where('account_id', '=', accountId).limit(MOST_RULES);
    if ((await existing.execute()).length === MOST_RULES) {
      throw new PosternError('too_many_join_rules', { params: { limit: String(MOST_RULES) } });
    }
    const { actor } = context;
    const row = await tx
      .insertInto('join_rules')
      .values({
        ...{ id: newJoinRuleId(), account_id: accountId, issuer: normalIssuer(issuer.issuer), kind, value },
        created_by: actor.kind === 'person' ? actor.userId : null,
        created_at: catalogue.clock.now(),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
      .catch(refuseTaken('such a rule'));
    await recordRuleChange({ catalogue, context, tx }, row, 'may join');
    return camelRow(row);
  });
}

/** Members who joined by it stay. */
export async function removeJoinRule(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, ruleId }: { readonly accountId: AccountId; readonly ruleId: JoinRuleId },
): Promise<void> {
  const asked = { action: 'joining.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const rules = tx.deleteFrom('join_rules').where('id', '=', ruleId).where('account_id', '=', accountId);
    const row = await rules.returningAll().executeTakeFirst();
    if (row === undefined) throw missing('rule');
    await recordRuleChange({ catalogue, context, tx }, row, 'may no longer join');
  });
}

async function recordRuleChange(
  { catalogue, context, tx }: Parameters<typeof recordChange>[1] & { readonly tx: Parameters<typeof recordChange>[0] },
  rule: Selectable<JoinRulesTable>,
  change: string,
): Promise<void> {
  const who = rule.kind === 'provisioned' ? 'provisioned people of domain' : `people of ${rule.kind}`;
  const reason = `${who} ${quoted(rule.value)} at ${rule.issuer} ${change}`;
  await recordChange(tx, { catalogue, context }, { event: 'policy.changed', accountId: rule.account_id, reason });
}

/** Throws `invalid_input`. A domain must be one for which the operator trusts the issuer. */
function ruleValue({ issuer, kind, value }: NewJoinRule): string {
  const typed = value.trim().normalize('NFC');
  if (typed === '' || typed.length > MAX_VALUE_CHARACTERS) throw new PosternError('join_value_missing');
  if (kind === 'group') {
    if (issuer.groupsClaim === null) throw new PosternError('issuer_without_groups', { params: { name: issuer.name } });
    return typed;
  }
  const domain = asciiDomain(typed.replace(/^@/, ''));
  if (domain === null || !issuer.domains.includes(domain)) {
    throw new PosternError('domain_not_of_issuer', { params: { domain: typed.slice(0, 64), name: issuer.name } });
  }
  return domain;
}
