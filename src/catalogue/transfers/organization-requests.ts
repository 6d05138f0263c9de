// Requests for an organization, where organizations are created on request (docs/api.md,
// "Organizations"). Approving converts the personal account in one transaction.

import { randomUUID } from 'node:crypto';
import type { Selectable, Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { personalAccountId, type UserId } from '../../ids.ts';
import { type Account, lockAccount, movePlan } from '../accounts/accounts.ts';
import { type InvitationOutcome, inviteOne } from '../accounts/invite-members.ts';
import { insertOrganization } from '../accounts/organizations.ts';
import { projectFrom } from '../projects/projects.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import { PLAN_TERMS } from '../rights/plans.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey, parseEmail } from '../store/email-address.ts';
import { requireName } from '../store/names.ts';
import type { Schema } from '../store/schema.ts';
import { isUniqueViolation, missing } from '../store/store-errors.ts';
import type { OrganizationRequestsTable } from '../tables/people-and-accounts.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';
import { moveProjects } from './project-transfers.ts';

export type OrganizationRequest = ReturnType<typeof requestFrom>;

/** Throws `plan_gate` for an unpaid account, `conflict` while the person has an open request. */
export async function requestOrganization(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly adminEmail: string; readonly name: string; readonly consent: 'given' },
): Promise<OrganizationRequest> {
  const { actor } = context;
  requireMay(actor, 'organization.request', INSTALLATION);
  if (actor.kind !== 'person')
    throw new PosternError('action_forbidden', { params: { who: 'people', action: 'ask for an organization' } });
  const now = catalogue.clock.now();
  const row: Selectable<OrganizationRequestsTable> = {
    id: randomUUID(),
    requested_by: actor.userId,
    admin_email: parseEmail(input.adminEmail).text,
    name: requireName(input.name, 'organization name'),
    consented_at: now,
    status: 'requested',
    reason: null,
    decided_by: null,
    decided_at: null,
    organization_id: null,
    created_at: now,
  };
  const accountId = personalAccountId(actor.userId);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'organization.request', resource: INSTALLATION });
    const personal = await lockAccount(tx, accountId);
    if (!PLAN_TERMS[personal.plan].isPaid) throw new PosternError('organizations_gated');
    await tx.insertInto('organization_requests').values(row).execute().catch(refuseSecondRequest);
    const event = { event: 'account.changed', accountId, subject: row.name, reason: 'organization requested' } as const;
    await recordChange(tx, { catalogue, context }, event);
  });
  return requestFrom(row);
}

/** All requests, oldest first, or those of one person. */
export async function listOrganizationRequests(
  catalogue: Catalogue,
  context: AuditContext,
  filter: { readonly status?: OrganizationRequest['status']; readonly requestedBy?: UserId } = {},
): Promise<OrganizationRequest[]> {
  const { actor } = context;
  const isOwn = actor.kind === 'person' && filter.requestedBy === actor.userId;
  if (!isOwn) requireMay(actor, 'ops.decide_organization', INSTALLATION);
  const all = catalogue.db.selectFrom('organization_requests').selectAll();
  const ofPerson = filter.requestedBy === undefined ? all : all.where('requested_by', '=', filter.requestedBy);
  const rows = await (filter.status === undefined ? ofPerson : ofPerson.where('status', '=', filter.status))
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(requestFrom);
}

/** Those that nobody has decided, for whoever may. */
export async function countOpenRequests({ db }: Catalogue, { actor }: AuditContext): Promise<number> {
  requireMay(actor, 'ops.decide_organization', INSTALLATION);
  const { count } = await db
    .selectFrom('organization_requests')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('status', '=', 'requested')
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Another admin than the requester is invited. Throws `conflict` when it was decided already. */
export async function decideOrganizationRequest(
  catalogue: Catalogue,
  context: AuditContext,
  decision: { readonly requestId: string; readonly verdict: 'approve' | 'decline'; readonly reason?: string },
): Promise<{ readonly request: OrganizationRequest; readonly invitation: InvitationOutcome | null }> {
  requireMay(context.actor, 'ops.decide_organization', INSTALLATION);
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'ops.decide_organization', resource: INSTALLATION });
    const row = await lockRequest(tx, decision.requestId);
    const isApproved = decision.verdict === 'approve';
    const converted = isApproved ? await convertPersonalAccount(tx, { catalogue, context, ...requestFrom(row) }) : null;
    const decided: Selectable<OrganizationRequestsTable> = {
      ...row,
      status: isApproved ? 'approved' : 'declined',
      reason: decision.reason ?? null,
      decided_by: context.actor.kind === 'person' ? context.actor.userId : null,
      decided_at: catalogue.clock.now(),
      organization_id: converted?.organization.id ?? null,
    };
    await tx.updateTable('organization_requests').set(decided).where('id', '=', row.id).execute();
    const event = {
      event: 'ops.organization_decided',
      outcome: isApproved ? 'success' : 'refused',
      accountId: decided.organization_id ?? personalAccountId(row.requested_by),
      subject: row.name,
      reason: decided.reason,
    } as const;
    await recordChange(tx, { catalogue, context }, event);
    return { request: requestFrom(decided), invitation: converted?.invitation ?? null };
  });
}

async function lockRequest(tx: Transaction<Schema>, id: string): Promise<Selectable<OrganizationRequestsTable>> {
  const row = await tx
    .selectFrom('organization_requests')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => missing(`request "${id}"`));
  if (row.status !== 'requested') throw new PosternError('request_decided', { params: { status: row.status } });
  return row;
}

function refuseSecondRequest(error: unknown): never {
  if (!isUniqueViolation(error, 'organization_requests_one_open')) throw error;
  throw new PosternError('request_open');
}

function requestFrom({ decided_by, ...row }: Selectable<OrganizationRequestsTable>) {
  return camelRow(row);
}

interface Conversion {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly requestedBy: UserId;
  readonly adminEmail: string;
  readonly name: string;
}

async function convertPersonalAccount(
  tx: Transaction<Schema>,
  conversion: Conversion,
): Promise<{ readonly organization: Account; readonly invitation: InvitationOutcome | null }> {
  const { catalogue, context, requestedBy, name } = conversion;
  const sourceAccountId = personalAccountId(requestedBy);
  const personal = await lockAccount(tx, sourceAccountId);
  const owner = await tx
    .selectFrom('users')
    .select(['id', 'email'])
    .where('id', '=', requestedBy)
    .executeTakeFirstOrThrow();
  const admin = { ...owner, joinedBy: 'themselves' } as const;
  const organization = await insertOrganization(tx, {
    catalogue,
    context,
    input: { name, admin, plan: personal.plan },
  });
  const accountId = organization.id;
  const projects = await tx.selectFrom('projects').selectAll().where('account_id', '=', sourceAccountId).execute();
  await moveProjects(tx, {
    catalogue,
    context,
    sourceAccountId,
    destinationAccountId: accountId,
    projects: projects.map(projectFrom),
  });
  await movePlan(tx, { accountId: sourceAccountId, plan: 'free', now: catalogue.clock.now() });
  await recordChange(tx, { catalogue, context }, { event: 'plan.changed', accountId: sourceAccountId, reason: 'free' });
  const email = parseEmail(conversion.adminEmail);
  const isAnother = email.key !== emailKey(owner.email);
  const invitation = isAnother
    ? await inviteOne(tx, { catalogue, context, accountId, email, memberRole: 'admin' })
    : null;
  return { organization, invitation };
}
