// Which people were shown the password that a database role has now, removed people included. Keys
// of organizations and projects are nobody's: what they are shown is in the audit trail only.

import { type Kysely, sql, type Transaction } from 'kysely';
import type { AccountId, BranchId, ProjectId, UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { AuditContext } from '../trail/audit-context.ts';

/** Nothing is noted when nobody in person acts. */
export async function noteReveal(
  tx: Transaction<Schema>,
  { catalogue, context, roleId }: { catalogue: Catalogue; context: AuditContext; roleId: string },
): Promise<void> {
  if (context.actor.kind !== 'person') return;
  const revealedAt = catalogue.clock.now();
  await tx
    .insertInto('role_password_reveals')
    .values({ role_id: roleId, user_id: context.actor.userId, revealed_at: revealedAt })
    .onConflict((conflict) => conflict.columns(['role_id', 'user_id']).doUpdateSet({ revealed_at: revealedAt }))
    .execute();
}

/** The answer to making a project shows the password of its own role. */
export async function noteRevealOfNewProject(
  catalogue: Catalogue,
  context: AuditContext,
  roles: ReadonlyArray<{ readonly id: string }>,
): Promise<void> {
  await catalogue.transaction(async (tx) => {
    for (const { id } of roles) await noteReveal(tx, { catalogue, context, roleId: id });
  });
}

/** For a role with a new password. */
export async function forgetReveals(tx: Transaction<Schema>, roleId: string): Promise<void> {
  await tx.deleteFrom('role_password_reveals').where('role_id', '=', roleId).execute();
}

export interface KnownPassword {
  readonly projectId: ProjectId;
  readonly projectName: string;
  readonly branchId: BranchId;
  readonly roleName: string;
}

/** One of the two places, and the person unless everybody is meant. */
export interface KnownPasswordsAsked {
  readonly accountId?: AccountId;
  readonly projectIds?: readonly ProjectId[];
  readonly userId?: UserId;
}

/** Roles of which a person, or anybody, was shown the password. */
export async function listKnownPasswords(db: Kysely<Schema>, asked: KnownPasswordsAsked): Promise<KnownPassword[]> {
  const rows = await knownPasswords(db, asked).execute();
  return rows.map(knownPasswordFrom);
}

/** Likewise, of people who have no access to the project now: removed and disabled ones, too. */
export async function listPasswordsKnownOutside(
  db: Kysely<Schema>,
  asked: KnownPasswordsAsked,
): Promise<KnownPassword[]> {
  const rows = await knownPasswords(db, asked)
    .where(
      sql<boolean>`(not exists (select 1 from users where id = role_password_reveals.user_id and disabled_at is null)
        or projects.account_id <> role_password_reveals.user_id
        and not exists (select 1 from memberships
          where account_id = projects.account_id and user_id = role_password_reveals.user_id)
        and not exists (select 1 from project_shares
          where project_id = projects.id and user_id = role_password_reveals.user_id))`,
    )
    .execute();
  return rows.map(knownPasswordFrom);
}

function knownPasswords(db: Kysely<Schema>, { accountId, projectIds, userId }: KnownPasswordsAsked) {
  return db
    .selectFrom('role_password_reveals')
    .innerJoin('database_roles', 'database_roles.id', 'role_password_reveals.role_id')
    .innerJoin('branches', 'branches.id', 'database_roles.branch_id')
    .innerJoin('projects', 'projects.id', 'branches.project_id')
    .select(['projects.id', 'projects.name as project_name', 'branches.id as branch_id'])
    .select('database_roles.name as role_name')
    .distinct()
    .$if(accountId !== undefined, (query) => query.where('projects.account_id', '=', accountId ?? null))
    .$if(projectIds !== undefined, (query) => query.where('projects.id', 'in', projectIds ?? []))
    .$if(userId !== undefined, (query) => query.where('role_password_reveals.user_id', '=', userId ?? null))
    .orderBy('projects.name')
    .orderBy('projects.id')
    .orderBy('database_roles.name');
}

function knownPasswordFrom(row: { id: ProjectId; project_name: string; branch_id: BranchId; role_name: string }) {
  return { projectId: row.id, projectName: row.project_name, branchId: row.branch_id, roleName: row.role_name };
}
