// Attaches an existing Postgres, checked by a login; also a further compute of a project.

import type { Kysely } from 'kysely';
import { computeTarget } from '../../catalogue/access/resolve-target.ts';
import { loadTargetRow } from '../../catalogue/access/target-row.ts';
import { getDefaultBranch } from '../../catalogue/projects/branches.ts';
import type { Compute } from '../../catalogue/projects/compute-rows.ts';
import { getCompute, listComputes } from '../../catalogue/projects/computes.ts';
import { createComputeWithin, type NewCompute } from '../../catalogue/projects/create-compute.ts';
import { type DatabaseRole, findDatabaseRole, listDatabaseRoles } from '../../catalogue/projects/database-role-rows.ts';
import { createDatabaseRole, replaceDatabaseRolePassword } from '../../catalogue/projects/database-roles.ts';
import { getProject, onProject } from '../../catalogue/projects/projects.ts';
import { type RegisteredProject, registerProject } from '../../catalogue/projects/register-project.ts';
import { accountResource, requireMay } from '../../catalogue/rights/permissions.ts';
import { requireStillMay } from '../../catalogue/rights/require-still-may.ts';
import type { Schema } from '../../catalogue/store/schema.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { AccountId, BranchId, ComputeId, ProjectId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { type ParsedUpstreamUrl, parseUpstreamUrl } from '../hosts/upstream-url.ts';
import type { WithOperation } from '../journal/run-operation.ts';
import { type CheckedUpstream, checkUpstream } from './check-upstream.ts';
import { requireEveryPassword } from './require-every-password.ts';

export interface AttachInput {
  readonly url: Secret;
  /** PEM certificates that replace the well-known authorities; null for those. */
  readonly ca: string | null;
  /** The same database by a role that cannot write; null: read-only access is not offered. */
  readonly readOnlyUrl: Secret | null;
  readonly allowMd5?: boolean;
  readonly allowCleartext?: boolean;
}

const REGION = 'attached';

/** Throws `attach_refused` with what went wrong, `plan_gate`. */
export async function attachProject(
  parts: ProvisioningParts,
  context: AuditContext,
  input: AttachInput & { readonly accountId: AccountId; readonly name: string },
): Promise<RegisteredProject> {
  // Before anything is dialled, so that nobody probes a network through Postern.
  requireMay(context.actor, 'projects.create', accountResource(input.accountId));
  const { upstream, checked, compute } = await examine(parts, context, input);
  const reader = await examineReader(parts, context, { input, upstream });
  const others = checked.databases.filter((name) => name !== upstream.database);
  return await registerProject(parts.catalogue, context, {
    project: {
      accountId: input.accountId,
      name: input.name,
      pgVersion: checked.pgVersion,
      regionId: REGION,
      creationSource: 'attached',
    },
    compute: { ...compute, type: 'read_write' },
    databases: [upstream.database, ...others].map((name) => ({ name, ownerName: upstream.user })),
    roles: [
      { name: upstream.user, password: upstream.password, isProtected: true },
      ...(reader === null
        ? []
        : [{ name: reader.user, password: reader.password, isReadOnly: true, isProtected: true }]),
    ],
  });
}

/**
 * NOTE: asked before anything is dialled, before a stored password goes to the address, and as the
 * compute is written. Throws `attach_refused`, `plan_gate`, `forbidden`.
 */
export async function addCompute(
  parts: ProvisioningParts,
  context: AuditContext,
  input: AttachInput & {
    readonly projectId: ProjectId;
    readonly type: 'read_write' | 'read_only';
    readonly name: string | null;
  },
): Promise<WithOperation<Compute>> {
  const project = await getProject(parts.catalogue, context, { projectId: input.projectId, action: 'compute.create' });
  const { catalogue } = parts;
  await requireEveryPassword(catalogue, context.actor, project);
  const { compute, upstream } = await examine(parts, context, input);
  await requireEveryPassword(catalogue, context.actor, project);
  await checkProjectRole(parts, context, { input, upstream, projectId: project.id });
  const branch = await getDefaultBranch(catalogue.db, project.id);
  const { type, name } = input;
  return await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, onProject(catalogue, project, 'compute.create'));
    await requireEveryPassword({ ...catalogue, db: tx }, context.actor, project);
    const reads = type === 'read_only' && (await hasReader(tx, branch.id));
    const policy = reads ? { policy: { readOnlyOnly: true } } : {};
    const further = { ...compute, project, branchId: branch.id, type, name, ...policy };
    return await createComputeWithin(tx, { catalogue, context, input: further });
  });
}

/** With no role that is known to only read, a replica for such roles would admit nobody. */
async function hasReader(db: Kysely<Schema>, branchId: BranchId): Promise<boolean> {
  const roles = await listDatabaseRoles(db, branchId);
  return roles.some(({ isReadOnly, mayLogin }) => isReadOnly && mayLogin);
}

/** Logins use the project's own role and database, whatever the URL of a further compute names. */
async function checkProjectRole(
  parts: ProvisioningParts,
  context: AuditContext,
  { input, upstream, projectId }: { input: AttachInput; upstream: ParsedUpstreamUrl; projectId: ProjectId },
): Promise<void> {
  const { catalogue } = parts;
  const [first] = await listComputes(catalogue, projectId);
  if (first === undefined || first.hostId !== null) return;
  const row = await loadTargetRow(catalogue.db, first.id);
  const choice = { database: null, databaseRole: null, access: 'read_write' } as const;
  const { databaseRole, database, upstream: own } = computeTarget(catalogue, row, choice);
  const { allowMd5 = false, allowCleartext = false } = input;
  const asProject = { ...upstream, user: databaseRole, password: own.password, database };
  await checkUpstream(parts, context, { upstream: asProject, allowMd5, allowCleartext }).catch((cause: unknown) => {
    throw new PosternError('attach_project_role', { params: { role: databaseRole, database }, cause });
  });
}

type ExaminedCompute = Omit<NewCompute, 'project' | 'branchId' | 'type'>;

async function examine(
  parts: ProvisioningParts,
  context: AuditContext,
  input: AttachInput,
): Promise<{ upstream: ParsedUpstreamUrl; checked: CheckedUpstream; compute: ExaminedCompute }> {
  const { allowMd5 = false, allowCleartext = false } = input;
  const upstream = parseUpstreamUrl(input.url, { ca: input.ca, author: 'anybody' });
  const checked = await checkUpstream(parts, context, { upstream, allowMd5, allowCleartext });
  const { host, port, tls } = upstream;
  const { isListed } = checked;
  return {
    upstream,
    checked,
    compute: { state: 'active', hostId: null, host, port, tls, isListed, allowMd5, allowCleartext },
  };
}

async function examineReader(
  parts: ProvisioningParts,
  context: AuditContext,
  { input, upstream }: { input: AttachInput; upstream: ParsedUpstreamUrl },
): Promise<ParsedUpstreamUrl | null> {
  if (input.readOnlyUrl === null) return null;
  const given = parseUpstreamUrl(input.readOnlyUrl, { ca: input.ca, author: 'anybody' });
  const reader = { ...upstream, user: given.user, password: given.password };
  const { allowMd5 = false, allowCleartext = false } = input;
  await checkUpstream(parts, context, { upstream: reader, allowMd5, allowCleartext });
  return reader;
}

/** Of a known role or a new one, after a login with it. `attach_refused`, `not_offered`. */
export async function renewRolePassword(
  parts: ProvisioningParts,
  context: AuditContext,
  input: { readonly computeId: ComputeId; readonly databaseRole: string; readonly password: Secret },
): Promise<DatabaseRole> {
  const { catalogue } = parts;
  const { computeId, databaseRole: name, password } = input;
  const { compute } = await getCompute(catalogue, context, { computeId, action: 'database_role.reset_password' });
  if (compute.hostId !== null) throw new PosternError('hosted_role_password');
  const { host, port, projectId, branchId, allowMd5, allowCleartext } = compute;
  const row = await findDatabaseRole(catalogue.db, { branchId, name });
  const { databases, tlsSettings } = await loadTargetRow(catalogue.db, computeId);
  const upstream = {
    host,
    port,
    user: name,
    password,
    database: databases[0] ?? name,
    tls: tlsSettings(catalogue.sealer),
  };
  await checkUpstream(parts, context, { upstream, allowMd5, allowCleartext });
  const kept = { projectId, branchId, name, password };
  return row === null
    ? await createDatabaseRole(catalogue, context, kept)
    : await replaceDatabaseRolePassword(catalogue, context, kept);
}
