// The admins over a person: those of the person's organizations, and of a guest's.

import type { AccountId, UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';

export interface AnsweringOrganization {
  readonly id: AccountId;
  readonly name: string;
  /** At least one; includes the person if an admin there. */
  readonly adminEmails: readonly string[];
}

/** Sorted by name; empty for a person with a personal account only. */
export async function adminsOverPerson({ db }: Catalogue, userId: UserId): Promise<AnsweringOrganization[]> {
  const rows = await db
    .selectFrom('accounts')
    .innerJoin('memberships', 'memberships.account_id', 'accounts.id')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select(['accounts.id', 'accounts.name', 'users.email'])
    .where('memberships.member_role', '=', 'admin')
    .where((where) =>
      where.or([
        where('accounts.id', 'in', db.selectFrom('memberships').select('account_id').where('user_id', '=', userId)),
        where(
          'accounts.id',
          'in',
          db
            .selectFrom('project_shares')
            .innerJoin('projects', 'projects.id', 'project_shares.project_id')
            .select('projects.account_id')
            .where('project_shares.user_id', '=', userId),
        ),
      ]),
    )
    .orderBy('accounts.name')
    .orderBy('accounts.id')
    .orderBy('users.email')
    .execute();
  const organizations = new Map<AccountId, AnsweringOrganization & { adminEmails: string[] }>();
  for (const { id, name, email } of rows) {
    const organization = organizations.get(id) ?? { id, name, adminEmails: [] };
    organization.adminEmails.push(email);
    organizations.set(id, organization);
  }
  return [...organizations.values()];
}
