// How many people an organization has, for the numbers beside its lists.

import { sql } from 'kysely';
import type { AccountId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';

export interface PeopleCounts {
  readonly members: number;
  readonly invitations: number;
  readonly teams: number;
  /** Shares: a guest of two projects is two rows of the list. */
  readonly guests: number;
}

/** Does not check permissions. */
export async function countPeople({ db }: Catalogue, accountId: AccountId): Promise<PeopleCounts> {
  const { rows } = await sql<PeopleCounts>`
    select
      (select count(*) from memberships where account_id = ${accountId})::int as members,
      (select count(*) from invitations where account_id = ${accountId})::int as invitations,
      (select count(*) from teams where account_id = ${accountId})::int as teams,
      (select count(*) from project_shares join projects on projects.id = project_shares.project_id
        where projects.account_id = ${accountId})::int as guests`.execute(db);
  return rows[0] ?? { members: 0, invitations: 0, teams: 0, guests: 0 };
}
