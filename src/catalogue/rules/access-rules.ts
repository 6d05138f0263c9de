// The access rules of an account: listed, made, changed and removed by its admins. What a change
// may have taken away is recorded with it. Deciding by them is in rights/decide-access.ts.

import type { Transaction } from 'kysely';
import type { z } from 'zod';
import { PosternError } from '../../errors.ts';
import { type AccessRuleId, type AccountId, newAccessRuleId } from '../../ids.ts';
import { findAccount, lockAccount } from '../accounts/accounts.ts';
import { type AccessOwners, recordEndedAccess } from '../endings/ended-access.ts';
import {
  type AccessRule,
  type RuleGrants,
  type RuleObject,
  type RuleSubject,
  ruleGrantsSchema,
} from '../rights/access-rule.ts';
import { accountResource, notFound, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { requireOwnThings } from './named-things.ts';
import { requireRoom } from './rule-room.ts';
import { rowOf, ruleFrom } from './rule-rows.ts';
import { STARTING_SETS, type StartingSet } from './starting-sets.ts';

export interface WhichRule {
  readonly accountId: AccountId;
  readonly ruleId: AccessRuleId;
}

export interface NewAccessRule {
  readonly accountId: AccountId;
  readonly subject: RuleSubject;
  readonly object: RuleObject;
  /** Checked here; absent parts limit nothing. */
  readonly grants: z.input<typeof ruleGrantsSchema>;
}

/** Throws `invalid_input` for grants that make no sense, `not_found` for things of others. */
export async function createAccessRule(
  catalogue: Catalogue,
  context: AuditContext,
  input: NewAccessRule,
): Promise<AccessRule> {
  const { accountId, subject, object } = input;
  const asked = { action: 'access_rules.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  const rule: AccessRule = { id: newAccessRuleId(), accountId, subject, object, grants: parseGrants(input.grants) };
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    await lockAccount(tx, accountId);
    if ((await findAccount(tx, accountId)) === null) throw notFound(accountResource(accountId));
    await requireRoom(tx, rule);
    await requireOwnThings(tx, rule);
    await insertRule(tx, { catalogue, context, rule });
    const reason = JSON.stringify(rule.grants);
    const event = { event: 'access_rule.created', accountId, subject: rule.id, reason } as const;
    await recordChange(tx, { catalogue, context }, event);
    return rule;
  });
}

/** Another grant for the same subject and object. Throws as `createAccessRule`. */
export async function changeAccessRule(
  catalogue: Catalogue,
  context: AuditContext,
  { grants: given, ...which }: WhichRule & { readonly grants: NewAccessRule['grants'] },
): Promise<AccessRule> {
  const { accountId } = which;
  const asked = { action: 'access_rules.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  const grants = parseGrants(given);
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    await lockAccount(tx, accountId);
    const changed = { ...(await lockRule(tx, which)), grants };
    await requireRoom(tx, changed);
    await requireOwnThings(tx, changed);
    const { grants: stored, doors } = rowOf(changed);
    await tx.updateTable('access_rules').set({ grants: stored, doors }).where('id', '=', changed.id).execute();
    await recordEndedAccess(tx, { kind: 'rules', owners: ownersOf(changed) });
    const event = { event: 'access_rule.changed', accountId, subject: changed.id, reason: stored } as const;
    await recordChange(tx, { catalogue, context }, event);
    return changed;
  });
}

export async function removeAccessRule(
  catalogue: Catalogue,
  context: AuditContext,
  which: WhichRule,
): Promise<AccessRule> {
  const { accountId } = which;
  const asked = { action: 'access_rules.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    const rule = await lockRule(tx, which);
    await tx.deleteFrom('access_rules').where('id', '=', rule.id).execute();
    await recordEndedAccess(tx, { kind: 'rules', owners: ownersOf(rule) });
    const event = { event: 'access_rule.removed', accountId, subject: rule.id } as const;
    await recordChange(tx, { catalogue, context }, event);
    return rule;
  });
}

/** A starting set in the place of all rules of the account. */
export async function replaceAccessRules(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, set }: { readonly accountId: AccountId; readonly set: StartingSet },
): Promise<AccessRule[]> {
  const asked = { action: 'access_rules.change', resource: accountResource(accountId) } as const;
  requireMay(context.actor, asked.action, asked.resource);
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, asked);
    await lockAccount(tx, accountId);
    await tx.deleteFrom('access_rules').where('account_id', '=', accountId).execute();
    const rules = STARTING_SETS[set].map(({ subject, grants }) => ({
      ...{ id: newAccessRuleId(), accountId, subject: { kind: subject }, object: { kind: 'account' as const } },
      grants: ruleGrantsSchema.parse(grants),
    }));
    for (const rule of rules) await insertRule(tx, { catalogue, context, rule });
    await recordEndedAccess(tx, { kind: 'rules', owners: { accountId } });
    const event = { event: 'access_rule.changed', accountId, subject: 'all rules', reason: set } as const;
    await recordChange(tx, { catalogue, context }, event);
    return rules;
  });
}

async function insertRule(
  tx: Transaction<Schema>,
  { catalogue, context, rule }: { catalogue: Catalogue; context: AuditContext; rule: AccessRule },
): Promise<void> {
  const { actor } = context;
  const made = { created_by: actor.kind === 'person' ? actor.userId : null, created_at: catalogue.clock.now() };
  await tx
    .insertInto('access_rules')
    .values({ ...rowOf(rule), ...made })
    .execute();
}

async function lockRule(tx: Transaction<Schema>, { accountId, ruleId }: WhichRule): Promise<AccessRule> {
  const row = await tx
    .selectFrom('access_rules')
    .selectAll()
    .where('id', '=', ruleId)
    .where('account_id', '=', accountId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => missing(`access rule "${ruleId}"`));
  return ruleFrom(row);
}

function parseGrants(given: NewAccessRule['grants']): RuleGrants {
  const parsed = ruleGrantsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new PosternError('rule_invalid', { params: { problem: problemOf(parsed.error) } });
}

/** Our own words where there are some; the schema's speak to programmers. */
function problemOf({ issues: [issue] }: z.ZodError): string {
  const field = String(issue?.path[0] ?? 'grants').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const message = issue?.message ?? '';
  return /^(Invalid|Too|Unrecognized|Expected)/.test(message) ? `${field} cannot be read` : `${field} ${message}`;
}

/** Those whose connections and grants the rule may have allowed. */
function ownersOf({ accountId, object }: AccessRule): AccessOwners {
  return {
    // Not by its person: connections by a role's password may rest on it, too, and belong to none.
    accountId,
    ...(object.kind === 'project' ? { projectId: object.projectId } : {}),
    ...(object.kind === 'compute' ? { computeId: object.computeId } : {}),
  };
}
