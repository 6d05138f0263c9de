// A compute as the program sees it, how its row is read and written, and changes of its state. They
// are compare-and-set, so that only one of two nodes wakes or suspends it.

import { type Kysely, type Selectable, sql } from 'kysely';
import type { AccountId, ComputeId, ProjectId } from '../../ids.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import { parsePolicySettings } from '../rights/policy.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import type { SealedPlace, Sealer } from '../store/sealing.ts';
import type { ComputesTable } from '../tables/projects-and-computes.ts';

/** A row without its position in lists, which the database generates. */
export type ComputeRow = Omit<Selectable<ComputesTable>, 'ordinal'>;

export type Compute = ReturnType<typeof computeFrom>;

/** Null when there is no such compute. Does not check permissions. */
export async function findCompute(db: Kysely<Schema>, computeId: ComputeId): Promise<Compute | null> {
  const row = await db.selectFrom('computes').selectAll().where('id', '=', computeId).executeTakeFirst();
  return row === undefined ? null : computeFrom(row);
}

export async function findComputes(db: Kysely<Schema>, ids: readonly ComputeId[]) {
  const rows = await db.selectFrom('computes').selectAll().where(sql<boolean>`id = any(${ids})`).execute();
  return new Map(rows.map((row) => [row.id, computeFrom(row)]));
}

/** The computes of several projects, each project's in the order in which they were made. */
export async function listComputesOfProjects(db: Kysely<Schema>, projectIds: readonly ProjectId[]) {
  const ofAny = sql<boolean>`project_id = any(${projectIds})`;
  const rows = await db.selectFrom('computes').selectAll().where(ofAny).orderBy('ordinal').execute();
  const computes = new Map<ProjectId, Compute[]>(projectIds.map((id) => [id, []]));
  for (const row of rows) computes.get(row.project_id)?.push(computeFrom(row));
  return computes;
}

export function shownName(compute: Pick<Compute, 'id' | 'name'>): string {
  return compute.name ?? compute.id;
}

export function clientKeyPlace(computeId: ComputeId): SealedPlace {
  return { table: 'computes', rowId: computeId, column: 'sealed_tls_client_key' };
}

/** The TLS settings with the client's key unsealed: for the connector, just before use. */
export function tlsSettingsFrom(
  row: Pick<ComputeRow, 'id' | keyof ReturnType<typeof tlsColumns>>,
  sealer: Sealer,
): UpstreamTls {
  if (row.tls_mode === 'disable') return { mode: 'disable' };
  const { tls_client_certificate: cert, sealed_tls_client_key: sealedKey } = row;
  return {
    mode: row.tls_mode,
    ca: row.tls_ca,
    serverName: row.tls_server_name,
    clientCertificate:
      cert === null || sealedKey === null ? null : { cert, key: sealer.open(sealedKey, clientKeyPlace(row.id)) },
  };
}

export function tlsColumns(
  tls: UpstreamTls,
  { sealer, computeId }: { readonly sealer: Sealer; readonly computeId: ComputeId },
): Pick<
  Selectable<ComputesTable>,
  'tls_mode' | 'tls_ca' | 'tls_server_name' | 'tls_client_certificate' | 'sealed_tls_client_key'
> {
  const certificate = tls.mode === 'disable' ? null : tls.clientCertificate;
  return {
    tls_mode: tls.mode,
    tls_ca: tls.mode === 'disable' ? null : tls.ca,
    tls_server_name: tls.mode === 'disable' ? null : tls.serverName,
    tls_client_certificate: certificate?.cert ?? null,
    sealed_tls_client_key:
      certificate === null ? null : sealer.seal(certificate.key.reveal(), clientKeyPlace(computeId)),
  };
}

export function computeFrom(row: ComputeRow & { readonly ordinal?: number }) {
  const { ordinal, tls_ca, tls_server_name, tls_client_certificate, sealed_tls_client_key, ...shown } = row;
  const { autoscaling_limit_min_cu: autoscalingMinCu, autoscaling_limit_max_cu: autoscalingMaxCu, ...rest } = shown;
  return { ...camelRow(rest), policy: parsePolicySettings(row.policy), autoscalingMinCu, autoscalingMaxCu };
}

export type ComputeState = Compute['state'];

/** Null when the state is not `from` any more or the compute is gone. */
export async function moveComputeState(
  catalogue: Pick<Catalogue, 'db' | 'clock'>,
  move: { readonly computeId: ComputeId; readonly from: readonly ComputeState[]; readonly to: ComputeState },
): Promise<Compute | null> {
  const now = catalogue.clock.now();
  const row = await catalogue.db
    .updateTable('computes')
    .set({
      state: move.to,
      updated_at: now,
      ...(move.to === 'active' ? { started_at: now, last_active_at: now } : {}),
      ...(move.to === 'idle' ? { suspended_at: now } : {}),
    })
    .where('id', '=', move.computeId)
    .where('state', 'in', move.from)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : computeFrom(row);
}

export async function touchComputes(catalogue: Catalogue, computeIds: readonly ComputeId[]): Promise<void> {
  if (computeIds.length === 0) return;
  const now = catalogue.clock.now();
  await catalogue.db.updateTable('computes').set({ last_active_at: now }).where('id', 'in', computeIds).execute();
}

export async function moveHostedComputes(catalogue: Catalogue, host: { hostId: string; host: string; port: number }) {
  await catalogue.db
    .updateTable('computes')
    .set({ host: host.host, port: host.port })
    .where('host_id', '=', host.hostId)
    .where((expression) => expression.or([expression('host', '<>', host.host), expression('port', '<>', host.port)]))
    .execute();
}

/** By the names of their projects. Does not check permissions. */
export async function listComputesOfAccount(db: Kysely<Schema>, accountId: AccountId, limit: number) {
  const rows = await db
    .selectFrom('computes')
    .innerJoin('projects', 'projects.id', 'computes.project_id')
    .select(['computes.id', 'computes.name', 'computes.type', 'projects.name as project_name'])
    .where('projects.account_id', '=', accountId)
    .where('computes.is_disabled', '=', false)
    .orderBy('projects.name')
    .orderBy('computes.ordinal')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ id: row.id, shownName: shownName(row), projectName: row.project_name }));
}
