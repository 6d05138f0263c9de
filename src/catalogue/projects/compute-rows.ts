// A compute as the program sees it, and how its row is read and written.

import { type Kysely, type Selectable, sql } from 'kysely';
import type { BranchId, ComputeId, ProjectId } from '../../ids.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import { type PolicySettings, parsePolicySettings } from '../rights/policy.ts';
import type { Schema } from '../store/schema.ts';
import type { SealedPlace, Sealer } from '../store/sealing.ts';
import type { ComputesTable } from '../tables/projects-and-computes.ts';

/** A row without its position in lists, which the database generates. */
export type ComputeRow = Omit<Selectable<ComputesTable>, 'ordinal'>;

export interface Compute {
  readonly id: ComputeId;
  readonly projectId: ProjectId;
  readonly branchId: BranchId;
  readonly name: string | null;
  readonly type: 'read_write' | 'read_only';
  readonly state: 'init' | 'active' | 'idle';
  readonly regionId: string;
  /** The configured host that it runs on; null for an attached one. */
  readonly hostId: string | null;
  readonly host: string;
  readonly port: number;
  /** Attached by an operator, so it may be dialled in a private network (docs/security.md). */
  readonly isListed: boolean;
  readonly tlsMode: UpstreamTls['mode'];
  readonly allowMd5: boolean;
  readonly allowCleartext: boolean;
  readonly passwordlessAccess: boolean;
  readonly isDisabled: boolean;
  readonly policy: PolicySettings;
  readonly autoscalingMinCu: number;
  readonly autoscalingMaxCu: number;
  /** Neon API 2.7.3: -1 never, 0 the default. */
  readonly suspendTimeoutSeconds: number;
  readonly lastActiveAt: Date | null;
  readonly startedAt: Date | null;
  readonly suspendedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Null when there is no such compute. Does not check permissions. */
export async function findCompute(db: Kysely<Schema>, computeId: ComputeId): Promise<Compute | null> {
  const row = await db.selectFrom('computes').selectAll().where('id', '=', computeId).executeTakeFirst();
  return row === undefined ? null : computeFrom(row);
}

/** Those of the computes that are there. */
export async function findComputes(
  db: Kysely<Schema>,
  ids: readonly ComputeId[],
): Promise<ReadonlyMap<ComputeId, Compute>> {
  const rows = await db.selectFrom('computes').selectAll().where(sql<boolean>`id = any(${ids})`).execute();
  return new Map(rows.map((row) => [row.id, computeFrom(row)]));
}

/** The computes of several projects, each project's in the order in which they were made. */
export async function listComputesOfProjects(
  db: Kysely<Schema>,
  projectIds: readonly ProjectId[],
): Promise<ReadonlyMap<ProjectId, readonly Compute[]>> {
  const ofAny = sql<boolean>`project_id = any(${projectIds})`;
  const rows = await db.selectFrom('computes').selectAll().where(ofAny).orderBy('ordinal').execute();
  const computes = new Map<ProjectId, Compute[]>(projectIds.map((id) => [id, []]));
  for (const row of rows) computes.get(row.project_id)?.push(computeFrom(row));
  return computes;
}

/** The compute's name in messages: its name, else its id. */
export function shownName(compute: Pick<Compute, 'id' | 'name'>): string {
  return compute.name ?? compute.id;
}

export function clientKeyPlace(computeId: ComputeId): SealedPlace {
  return { table: 'computes', rowId: computeId, column: 'sealed_tls_client_key' };
}

/** The TLS settings with the client's key unsealed: for the connector, just before use. */
export function tlsSettingsFrom(row: Selectable<ComputesTable>, sealer: Sealer): UpstreamTls {
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

/** The columns that store TLS settings. */
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

export function computeFrom(row: ComputeRow): Compute {
  return {
    id: row.id,
    projectId: row.project_id,
    branchId: row.branch_id,
    name: row.name,
    type: row.type,
    state: row.state,
    regionId: row.region_id,
    hostId: row.host_id,
    host: row.host,
    port: row.port,
    isListed: row.is_listed,
    tlsMode: row.tls_mode,
    allowMd5: row.allow_md5,
    allowCleartext: row.allow_cleartext,
    passwordlessAccess: row.passwordless_access,
    isDisabled: row.is_disabled,
    policy: parsePolicySettings(row.policy),
    autoscalingMinCu: row.autoscaling_limit_min_cu,
    autoscalingMaxCu: row.autoscaling_limit_max_cu,
    suspendTimeoutSeconds: row.suspend_timeout_seconds,
    lastActiveAt: row.last_active_at,
    startedAt: row.started_at,
    suspendedAt: row.suspended_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
