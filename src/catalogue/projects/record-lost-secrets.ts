// What goes with a compute or a project that is removed: the access tokens and keys that led there are revoked by it, and
// the audit trail says so of each.

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
  /** Of that compute alone; absent: of the whole project, with its keys. */
  readonly computeId?: ComputeId;
}

/** Before the rows go, in the same transaction. */
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
