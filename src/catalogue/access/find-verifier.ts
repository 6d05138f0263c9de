// The password door's questions to the catalogue: the SCRAM verifier of a user name, and after a
// successful exchange the target. A name is an access token or a database role of a project.

import { type Kysely, sql } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccessTokenId, type BranchId, type ComputeId, idFrom } from '../../ids.ts';
import { parseVerifier } from '../../protocol/scram-verifier.ts';
import { type CatalogueSnapshot, currentSnapshot } from '../endings/catalogue-snapshot.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { changeEvent, SYSTEM_CONTEXT } from '../trail/audit-context.ts';
import { type AccessToken, accessTokenFrom } from './access-token-rows.ts';
import { noteSecretUse } from './note-secret-use.ts';
import {
  type ComputeTarget,
  computeTarget,
  requireConnect,
  type TargetPerson,
  targetPerson,
} from './resolve-target.ts';
import { readRights } from './rights-reader.ts';

/** A target reached by password: the account's tokens and database roles act for no person. */
export interface PasswordTarget extends ComputeTarget {
  readonly person: TargetPerson | null;
}

const TOUCH_EVERY_MS = 10_000;

export type ProvableToken = NonNullable<Awaited<ReturnType<typeof findAccessToken>>>;

/** The token and the verifier of its secret; null for an unknown, revoked or expired one. */
export async function findAccessToken(catalogue: Catalogue, tokenId: string) {
  const row = await catalogue.db
    .selectFrom('access_tokens')
    .selectAll()
    .select(currentSnapshot.as('as_of'))
    .where('id', '=', idFrom<AccessTokenId>(tokenId))
    .where('expires_at', '>', catalogue.clock.now())
    .executeTakeFirst();
  const verifier = row === undefined ? null : parseVerifier(row.scram_verifier);
  return row === undefined || verifier === null ? null : { token: accessTokenFrom(row), verifier, asOf: row.as_of };
}

/**
 * The target of an authenticated token, resolved again before each dial. Throws `permission_lost`
 * when it was revoked, its person may not connect or its account no longer owns the project, and as
 * `resolveTarget` otherwise.
 */
export async function resolveAccessToken(catalogue: Catalogue, token: AccessToken, rights = readRights(catalogue)) {
  const [row, isKept] = await Promise.all([rights.targetRow(token.computeId), rights.hasAccessToken(token.id)]);
  const target = () => computeTarget(catalogue, row, token);
  if (!isKept) throw new PosternError('permission_lost', { params: { project: row.project.name } });
  if (token.owner.kind === 'person') {
    const actor = await rights.person(token.owner.userId);
    requireConnect(catalogue, actor, row);
    return { ...target(), person: targetPerson(actor, row) };
  }
  if (token.owner.accountId !== row.account.id) {
    throw new PosternError('permission_lost', { params: { project: row.project.name } });
  }
  return { ...target(), person: null };
}

/** Records the use of the token; the first per hour goes into the audit trail. */
export async function noteAccessTokenUse(catalogue: Catalogue, token: AccessToken, from: string): Promise<void> {
  const event = changeEvent(catalogue, SYSTEM_CONTEXT, {
    event: 'secret.used',
    actorType: 'access_token',
    actorId: token.id,
    computeId: token.computeId,
    terminalIp: from,
    subject: `access token ${token.id} "${token.name}"`,
  });
  const secret = { table: 'access_tokens', ...token } as const;
  await noteSecretUse(catalogue, secret, { from, touchEveryMs: TOUCH_EVERY_MS, event });
}

/** How a client names its project when its user name is a database role. */
export interface RoleRoute {
  readonly databaseRole: string;
  /** From the SNI label or `options`; null when the client sent neither. */
  readonly computeId: string | null;
  readonly projectId: string | null;
}

export type RoutedRole = NonNullable<Awaited<ReturnType<typeof findRoutedRole>>>;

/** Null without a role that may log in by password, and when the name alone is ambiguous. */
export async function findRoutedRole(catalogue: Catalogue, route: RoleRoute) {
  const [row, ...others] = await routedRows(catalogue.db, route);
  const isUnique = others.every((other) => other.branch_id === row?.branch_id);
  const verifier = parseVerifier(row?.scram_verifier ?? '');
  if (row === undefined || verifier === null || !isUnique) return null;
  return {
    id: row.id,
    computeId: row.compute_id,
    databaseRole: row.name,
    isReadOnly: row.is_read_only,
    verifier,
    /** When the verifier was read. */
    asOf: row.as_of,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}

/** The target of a database role. Throws as `resolveTarget` does; checks no person. */
export async function resolveRoutedRole(catalogue: Catalogue, role: RoutedRole, rights = readRights(catalogue)) {
  const row = await rights.targetRow(role.computeId);
  const access = role.isReadOnly ? 'read_only' : 'read_write';
  const target = computeTarget(catalogue, row, { database: null, databaseRole: role.databaseRole, access });
  return { ...target, person: null };
}

/** Records the use of the role's password; the first per hour goes into the audit trail. */
export async function noteRolePasswordUse(
  catalogue: Catalogue,
  role: RoutedRole,
  use: { readonly target: PasswordTarget; readonly from: string },
): Promise<void> {
  const { account, project } = use.target;
  const event = changeEvent(catalogue, SYSTEM_CONTEXT, {
    event: 'secret.used',
    accountId: account.id,
    projectId: project.id,
    computeId: role.computeId,
    databaseRole: role.databaseRole,
    terminalIp: use.from,
    subject: `password of role "${role.databaseRole}"`,
  });
  const secret = { table: 'database_roles', ...role } as const;
  await noteSecretUse(catalogue, secret, { from: use.from, touchEveryMs: TOUCH_EVERY_MS, event });
}

// A few rows show whether a name is ambiguous; of a branch's computes the read-write one is first.
const MAX_CANDIDATES = 50;

interface RoutedRow {
  readonly id: string;
  readonly last_used_at: Date | null;
  readonly last_used_from: string | null;
  readonly branch_id: BranchId;
  readonly name: string;
  readonly is_read_only: boolean;
  readonly scram_verifier: string | null;
  readonly compute_id: ComputeId;
  readonly as_of: CatalogueSnapshot;
}

// As text: every password login runs it, and the query builder takes longer than Postgres.
async function routedRows(db: Kysely<Schema>, { databaseRole, computeId, projectId }: RoleRoute): Promise<RoutedRow[]> {
  const { rows } = await sql<RoutedRow>`
    select role.id, role.last_used_at, role.last_used_from, role.branch_id, role.name, role.is_read_only,
      role.scram_verifier, compute.id as compute_id, ${currentSnapshot} as as_of
    from database_roles role join computes compute on compute.branch_id = role.branch_id
    where role.name = ${databaseRole} and role.may_login and not compute.is_disabled
      and (${computeId}::text is null or compute.id = ${computeId})
      and (${projectId}::text is null or compute.project_id = ${projectId})
    order by compute.type desc, compute.ordinal
    limit ${MAX_CANDIDATES}`.execute(db);
  return rows;
}
