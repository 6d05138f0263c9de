// Lists of an account's access rules, for those who may read them.

import type { AccountId, ComputeId, ProjectId } from '../../ids.ts';
import type { AccessRule } from '../rights/access-rule.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { missing } from '../store/store-errors.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import type { WhichRule } from './access-rules.ts';
import { MOST_RULES } from './rule-room.ts';
import { ruleFrom, rulesFrom } from './rule-rows.ts';

/** In the order in which they were made; with a project, those that are about it or all of them. */
export async function listAccessRules(
  catalogue: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  { accountId, about }: { readonly accountId: AccountId; readonly about?: AboutProject | undefined },
): Promise<AccessRule[]> {
  requireMay(actor, 'access_rules.read', accountResource(accountId));
  let rows = catalogue.db.selectFrom('access_rules').selectAll().where('account_id', '=', accountId).orderBy('made');
  if (about !== undefined) rows = rows.where('object_key', 'in', await objectKeys(catalogue, about));
  return await rulesFrom(await rows.limit(MOST_RULES).execute());
}

interface AboutProject {
  readonly projectId: ProjectId;
  readonly computeIds: readonly ComputeId[];
}

async function objectKeys({ db }: Catalogue, { projectId, computeIds }: AboutProject): Promise<string[]> {
  const row = db.selectFrom('projects').select('label').where('id', '=', projectId);
  const { label } = await row.executeTakeFirstOrThrow(() => missing('project'));
  return ['', projectId, ...computeIds, label];
}

export async function getAccessRule(
  catalogue: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  { accountId, ruleId }: WhichRule,
): Promise<AccessRule> {
  requireMay(actor, 'access_rules.read', accountResource(accountId));
  const row = await catalogue.db
    .selectFrom('access_rules')
    .selectAll()
    .where('id', '=', ruleId)
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow(() => missing(`access rule "${ruleId}"`));
  return ruleFrom(row);
}
