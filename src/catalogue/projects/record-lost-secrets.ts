// Audits the access tokens and API keys that end with their compute or project.

import type { Transaction } from 'kysely';
import type { AccountId, ComputeId, ProjectId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvents } from '../trail/audit-events.ts';

interface Removal {
  readonly catalogue: Catalogue;
  readonly context: AuditContext;
  readonly project: { readonly id: ProjectId; readonly accountId: AccountId };
  /** Only the tokens of that compute; absent: the tokens of the whole project, and its keys. */
  readonly computeId?: ComputeId;
}

/** Call it before the rows are deleted, in the same transaction. */
export async function recordLostSecrets(
  tx: Transaction<Schema>,
  { catalogue, context, project, computeId }: Removal,
): Promise<void> {
  const tokens = await tx
    .selectFrom('access_tokens')
    .innerJoin('computes', 'computes.id', 'access_tokens.compute_id')
    .select(['access_tokens.id', 'access_tokens.name', 'compute_id'])
    .where('project_id', '=', project.id)
    .where((where) => (computeId === undefined ? where.lit(true) : where('compute_id', '=', computeId)))
    .orderBy('access_tokens.id')
    .execute();
  const keys = computeId === undefined ? await keysOf(tx, project.id) : [];
  const place = { accountId: project.accountId, projectId: project.id };
  const lost = [
    ...tokens.map(({ id, name, compute_id }) => ({ computeId: compute_id, subject: `access token ${id} "${name}"` })),
    ...keys.map(({ id, name }) => ({ subject: `API key ${id} "${name}"` })),
  ];
  const reason = computeId === undefined ? 'its project was removed' : 'its compute was removed';
  await recordAuditEvents(
    tx,
    lost.map((what) => changeEvent(catalogue, context, { event: 'secret.revoked', ...place, ...what, reason })),
  );
}

async function keysOf(tx: Transaction<Schema>, projectId: ProjectId) {
  return await tx
    .selectFrom('api_keys')
    .select(['id', 'name'])
    .where('project_id', '=', projectId)
    .orderBy('id')
    .execute();
}
