// Attaches an existing Postgres, checked by a login; also a further compute of a project.

import { loadTargetRow } from '../../catalogue/access/target-row.ts';
import { getDefaultBranch } from '../../catalogue/projects/branches.ts';
import type { Compute } from '../../catalogue/projects/compute-rows.ts';
import { getCompute } from '../../catalogue/projects/computes.ts';
import { createCompute, type NewCompute } from '../../catalogue/projects/create-compute.ts';
import type { DatabaseRole } from '../../catalogue/projects/database-role-rows.ts';
import { getDatabaseRole, replaceDatabaseRolePassword } from '../../catalogue/projects/database-roles.ts';
import { getProject } from '../../catalogue/projects/projects.ts';
import { type RegisteredProject, registerProject } from '../../catalogue/projects/register-project.ts';
import { accountResource, requireMay } from '../../catalogue/rights/permissions.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import type { AccountId, ComputeId, ProjectId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import type { ProvisioningParts } from '../hosts/provisioning-parts.ts';
import { type ParsedUpstreamUrl, parseUpstreamUrl } from '../hosts/upstream-url.ts';
import type { WithOperation } from '../journal/run-operation.ts';
import { type CheckedUpstream, checkUpstream } from './check-upstream.ts';

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
  const { compute } = await examine(parts, context, input);
  const branch = await getDefaultBranch(parts.catalogue.db, project.id);
  return await createCompute(parts.catalogue, context, {
    ...compute,
    project,
    branchId: branch.id,
    type: input.type,
    name: input.name,
  });
}

type ExaminedCompute = Omit<NewCompute, 'project' | 'branchId' | 'type'>;

async function examine(
  parts: ProvisioningParts,
  context: AuditContext,
  input: AttachInput,
): Promise<{ upstream: ParsedUpstreamUrl; checked: CheckedUpstream; compute: ExaminedCompute }> {
  const { allowMd5 = false, allowCleartext = false } = input;
  const upstream = parseUpstreamUrl(input.url, input.ca);
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
  const given = parseUpstreamUrl(input.readOnlyUrl, input.ca);
  const reader = { ...upstream, user: given.user, password: given.password };
  const { allowMd5 = false, allowCleartext = false } = input;
  await checkUpstream(parts, context, { upstream: reader, allowMd5, allowCleartext });
  return reader;
}

/** Checks it by login, then stores it for all computes. Throws `attach_refused`, `not_offered`. */
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
  const role = await getDatabaseRole(catalogue, { branchId, name });
  const { databases, tlsSettings } = await loadTargetRow(catalogue.db, computeId);
  const upstream = {
    host,
    port,
    user: role.name,
    password,
    database: databases[0] ?? role.name,
    tls: tlsSettings(catalogue.sealer),
  };
  await checkUpstream(parts, context, { upstream, allowMd5, allowCleartext });
  return await replaceDatabaseRolePassword(catalogue, context, { projectId, branchId, name, password });
}
