// The names of what events of the audit trail refer to by id.

import { sql } from 'kysely';
import type { AccountId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { AuditEventBody } from './audit-events.ts';

/** Of those that still exist. */
export interface TrailNames {
  readonly projects: ReadonlyMap<string, string>;
  readonly accounts: ReadonlyMap<string, string>;
}

/** Within one account only of its own projects: one that has moved may have another name now. */
export async function findTrailNames(
  { db }: Catalogue,
  { events, accountId }: { readonly events: readonly AuditEventBody[]; readonly accountId: AccountId | null },
): Promise<TrailNames> {
  const idsOf = (field: string) => [
    ...new Set(events.flatMap((event) => (event[field] === undefined ? [] : [String(event[field])]))),
  ];
  const isReadable = accountId === null ? sql<boolean>`true` : sql<boolean>`account_id = ${accountId}`;
  const [projects, accounts] = await Promise.all([
    db
      .selectFrom('projects')
      .select(['id', 'name'])
      .where(sql<boolean>`id = any(${idsOf('project_id')})`)
      .where(isReadable)
      .execute(),
    db
      .selectFrom('accounts')
      .select(['id', 'name'])
      .where(sql<boolean>`id = any(${idsOf('account_id')})`)
      .execute(),
  ]);
  return {
    projects: new Map(projects.map(({ id, name }) => [id, name])),
    accounts: new Map(accounts.map(({ id, name }) => [id, name])),
  };
}
