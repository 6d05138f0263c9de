// Lists of an account's access rules, for those who may read them.

import { sql } from 'kysely';
import type { AccountId, ComputeId, ProjectId } from '../../ids.ts';
import type { AccessRule } from '../rights/access-rule.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { decodePosition, encodeCursor, foreignCursor, type Page, type PageRequest } from '../store/keyset-pages.ts';
import { missing } from '../store/store-errors.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import type { WhichRule } from './access-rules.ts';
import { MOST_RULES } from './rule-room.ts';
import { ruleFrom, rulesFrom } from './rule-rows.ts';

interface WhichRules {
  readonly accountId: AccountId;
  /** Those about it, or about everything. */
  readonly about?: AboutProject | undefined;
}

/** All of an account, in the order in which they were made. */
export async function listAccessRules(
  catalogue: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  accountId: AccountId,
): Promise<AccessRule[]> {
  requireMay(actor, 'access_rules.read', accountResource(accountId));
  const rows = await ruleRows(catalogue, { accountId });
  return await rulesFrom(await rows.limit(MOST_RULES).execute());
}

/** In the same order. Throws `invalid_input` for a cursor of another list. */
export async function pageAccessRules(
  catalogue: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  { limit, cursor, ...which }: WhichRules & PageRequest,
): Promise<Page<AccessRule>> {
  requireMay(actor, 'access_rules.read', accountResource(which.accountId));
  const list = `access rules ${which.about?.projectId ?? which.accountId}`;
  const after = decodePosition(list, cursor);
  if (after !== null && !/^\d{1,18}$/.test(after.sortKey)) throw foreignCursor();
  const rows = await (await ruleRows(catalogue, which))
    .$if(after !== null, (query) => query.where(sql<boolean>`made > ${after?.sortKey}::bigint`))
    .limit(limit)
    .execute();
  const last = rows.at(-1);
  const isFull = last !== undefined && rows.length === limit;
  const next = isFull ? encodeCursor(list, { at: String(last.made), id: last.id }) : null;
  return { items: await rulesFrom(rows), cursor: next };
}

async function ruleRows(catalogue: Catalogue, { accountId, about }: WhichRules) {
  const rows = catalogue.db.selectFrom('access_rules').selectAll().where('account_id', '=', accountId).orderBy('made');
  return about === undefined ? rows : rows.where('object_key', 'in', await objectKeys(catalogue, about));
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
