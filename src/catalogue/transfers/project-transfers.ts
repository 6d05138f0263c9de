// Moves projects from one account to another, all of the named ones or none. Keys of a project are
// revoked when it leaves its account; guests remain guests unless they belong to the destination.

import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { AccountId, ProjectId, UserId } from '../../ids.ts';
import { type Account, countProjects, listPeopleOfAccount, lockAccount } from '../accounts/accounts.ts';
import { endRequestsOfProjects } from '../asking/end-requests-of-projects.ts';
import { type EndedAccess, recordEndedAccess } from '../endings/ended-access.ts';
import { auditedProject, type Project, projectFrom, projectResource } from '../projects/projects.ts';
import { accountResource, notFound, requireMay } from '../rights/permissions.ts';
import { PLAN_TERMS } from '../rights/plans.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { type AuditEventInput, recordAuditEvents } from '../trail/audit-events.ts';

/** Neon API 2.7.3: at most 400 projects at once. */
export const MAX_PROJECTS_PER_TRANSFER = 400;

/** Beyond this many pairs of person and project, access is ended for everybody. */
const MAX_PAIRS = 1_000;

export interface TransferRequest {
  readonly sourceAccountId: AccountId;
  readonly destinationAccountId: AccountId;
  readonly projectIds: readonly ProjectId[];
}

/** A limit of the destination that the transfer would break. */
export interface BrokenLimit {
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
}

export type TransferOutcome =
  | { readonly kind: 'transferred'; readonly projects: readonly Project[] }
  | { readonly kind: 'over_limits'; readonly limits: readonly BrokenLimit[] };

/** Ends the access through the source account. Throws `not_found` when it does not own one. */
export async function transferProjects(
  catalogue: Catalogue,
  context: AuditContext,
  request: TransferRequest,
): Promise<TransferOutcome> {
  const { sourceAccountId, destinationAccountId } = request;
  const projectIds = [...new Set(request.projectIds)];
  if (projectIds.length === 0 || projectIds.length > MAX_PROJECTS_PER_TRANSFER) {
    throw new PosternError('transfer_size', { params: { limit: String(MAX_PROJECTS_PER_TRANSFER) } });
  }
  requireMay(context.actor, 'projects.receive', accountResource(destinationAccountId));
  if (sourceAccountId === destinationAccountId) throw new PosternError('transfer_to_owner');
  return catalogue.transaction(async (tx) => {
    const accounts = await lockBoth(tx, request);
    const into = accountResource(destinationAccountId);
    await requireStillMay(tx, { catalogue, context }, { action: 'projects.receive', resource: into });
    const projects = await ownedProjects(tx, sourceAccountId, projectIds);
    for (const project of projects) {
      const resource = projectResource(catalogue, project);
      await requireStillMay(tx, { catalogue, context }, { action: 'project.transfer', resource });
    }
    const limits = await brokenLimits(tx, accounts.destination, projects.length);
    if (limits.length > 0) return { kind: 'over_limits', limits };
    return { kind: 'transferred', projects: await moveProjects(tx, { catalogue, context, projects, ...request }) };
  });
}

type ProjectMove = Omit<TransferRequest, 'projectIds'> & {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly projects: readonly Project[];
};

/** The caller has checked everything and locked both accounts. */
export async function moveProjects(tx: Transaction<Schema>, move: ProjectMove): Promise<Project[]> {
  const { catalogue, context, projects, sourceAccountId, destinationAccountId } = move;
  const ids = projects.map((project) => project.id);
  if (ids.length === 0) return [];
  const updatedAt = catalogue.clock.now();
  await endRequestsOfProjects(tx, { catalogue, context, projectIds: ids });
  await tx
    .updateTable('projects')
    .set({ account_id: destinationAccountId, updated_at: updatedAt })
    .where('id', 'in', ids)
    .execute();
  await tx.deleteFrom('api_keys').where('project_id', 'in', ids).execute();
  const tokenIds = await deleteTokensOfAccount(tx, sourceAccountId, ids);
  await recordEndedAccess(tx, [
    ...tokenIds.map((accessTokenId) => ({ kind: 'end', owners: { accessTokenId } }) as const),
    ...lostProjects(await peopleWhoLoseAccess(tx, move), ids),
    // People of both accounts are let in by other rules now.
    ...ids.map((projectId) => ({ kind: 'rules', owners: { projectId } }) as const),
  ]);
  await tx
    .deleteFrom('project_shares')
    .where('project_id', 'in', ids)
    .where(
      'user_id',
      'in',
      tx.selectFrom('memberships').select('user_id').where('account_id', '=', destinationAccountId),
    )
    .execute();
  await recordAuditEvents(tx, transferEvents(move));
  return projects.map((project) => ({ ...project, accountId: destinationAccountId, updatedAt }));
}

/** Two for each project, so that both accounts find one in their part of the trail. */
function transferEvents(move: ProjectMove): AuditEventInput[] {
  const { catalogue, context, projects, sourceAccountId, destinationAccountId } = move;
  const reason = `from ${sourceAccountId} to ${destinationAccountId}`;
  return projects.flatMap((project) =>
    [sourceAccountId, destinationAccountId].map((accountId) => {
      const event = { event: 'project.transferred', ...auditedProject({ ...project, accountId }), reason } as const;
      return changeEvent(catalogue, context, event);
    }),
  );
}

// Always in the same order, so that two transfers in opposite directions cannot deadlock.
async function lockBoth(tx: Transaction<Schema>, { sourceAccountId, destinationAccountId }: TransferRequest) {
  const [low, high] = [sourceAccountId, destinationAccountId].sort();
  const locked = [await lockAccount(tx, low ?? sourceAccountId), await lockAccount(tx, high ?? destinationAccountId)];
  const destination = locked.find((account) => account.id === destinationAccountId);
  if (destination === undefined) throw notFound(accountResource(destinationAccountId));
  return { destination };
}

async function ownedProjects(tx: Transaction<Schema>, accountId: AccountId, projectIds: readonly ProjectId[]) {
  const rows = await tx
    .selectFrom('projects')
    .selectAll()
    .where('id', 'in', projectIds)
    .where('account_id', '=', accountId)
    .orderBy('id')
    .forUpdate()
    .execute();
  const missing = projectIds.find((id) => !rows.some((row) => row.id === id));
  if (missing !== undefined) throw notFound({ kind: 'project', projectId: missing });
  return rows.map(projectFrom);
}

async function brokenLimits(tx: Transaction<Schema>, destination: Account, added: number): Promise<BrokenLimit[]> {
  const limit = PLAN_TERMS[destination.plan].projectsLimit;
  const count = added + (await countProjects(tx, destination.id));
  if (limit === null || count <= limit) return [];
  return [{ name: 'projects_limit', expected: String(limit), actual: String(count) }];
}

async function deleteTokensOfAccount(tx: Transaction<Schema>, accountId: AccountId, projectIds: readonly ProjectId[]) {
  const rows = await tx
    .deleteFrom('access_tokens')
    .where('owner_account_id', '=', accountId)
    .where('compute_id', 'in', tx.selectFrom('computes').select('id').where('project_id', 'in', projectIds))
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** The source account's people, except those who also belong to the destination. */
async function peopleWhoLoseAccess(
  tx: Transaction<Schema>,
  { sourceAccountId, destinationAccountId }: Omit<TransferRequest, 'projectIds'>,
): Promise<UserId[]> {
  const before = await listPeopleOfAccount(tx, sourceAccountId);
  const remaining = new Set(await listPeopleOfAccount(tx, destinationAccountId));
  return before.filter((userId) => !remaining.has(userId));
}

function lostProjects(people: readonly UserId[], projectIds: readonly ProjectId[]): EndedAccess[] {
  const isTooMany = people.length * projectIds.length > MAX_PAIRS;
  const owners = isTooMany
    ? projectIds.map((projectId) => ({ projectId }))
    : projectIds.flatMap((projectId) => people.map((userId) => ({ projectId, userId })));
  return owners.map((of) => ({ kind: 'end', owners: of }));
}
