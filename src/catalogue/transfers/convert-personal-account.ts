// Turns a person's property into an organization's: all projects and the plan move, and the
// personal account becomes Free (docs/api.md, "Organizations"). Guests of the projects remain
// guests.

import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { personalAccountId, type UserId } from '../../ids.ts';
import { type Account, lockAccount, movePlan } from '../accounts/accounts.ts';
import { insertMembership } from '../accounts/memberships.ts';
import { insertOrganization } from '../accounts/organizations.ts';
import { projectFrom } from '../projects/projects.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { parseEmail } from '../store/email-address.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvent } from '../trail/audit-events.ts';
import { moveProjects } from './project-transfers.ts';

export interface Conversion {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly requestedBy: UserId;
  readonly adminEmail: string;
  readonly name: string;
}

/** Returns the organization. Throws `conflict` when nobody has the admin's e-mail. */
export async function convertPersonalAccount(tx: Transaction<Schema>, conversion: Conversion): Promise<Account> {
  const { catalogue, context, requestedBy, name } = conversion;
  const sourceAccountId = personalAccountId(requestedBy);
  const personal = await lockAccount(tx, sourceAccountId);
  const owner = await tx
    .selectFrom('users')
    .select(['id', 'email'])
    .where('id', '=', requestedBy)
    .executeTakeFirstOrThrow();
  const admin = await findAdmin(tx, conversion.adminEmail);
  const input = { name, admin: owner, plan: personal.plan };
  const organization = await insertOrganization(tx, { catalogue, context, input });
  const accountId = organization.id;
  if (admin.id !== owner.id) {
    await insertMembership(tx, { catalogue, context, accountId, user: admin, memberRole: 'admin' });
  }
  const projects = await tx.selectFrom('projects').selectAll().where('account_id', '=', sourceAccountId).execute();
  await moveProjects(tx, {
    catalogue,
    context,
    sourceAccountId,
    destinationAccountId: accountId,
    projects: projects.map(projectFrom),
  });
  await movePlan(tx, { accountId: sourceAccountId, plan: 'free', now: catalogue.clock.now() });
  const event = { event: 'plan.changed', accountId: sourceAccountId, reason: 'free' } as const;
  await recordAuditEvent(tx, changeEvent(catalogue, context, event));
  return organization;
}

async function findAdmin(tx: Transaction<Schema>, email: string): Promise<{ id: UserId; email: string }> {
  const admin = await tx
    .selectFrom('users')
    .select(['id', 'email'])
    .where('email_key', '=', parseEmail(email).key)
    .executeTakeFirst();
  if (admin !== undefined) return admin;
  throw new PosternError('admin_unknown', { params: { email } });
}
