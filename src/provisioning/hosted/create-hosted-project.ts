// A new project on a host: roles and database for real, then written in one transaction. What fails half way is undone.

import { countProjects, findAccount } from '../../catalogue/accounts/accounts.ts';
import { requireNewIdentifier } from '../../catalogue/projects/databases.ts';
import type { NewProject } from '../../catalogue/projects/new-projects.ts';
import { type RegisteredProject, registerProject } from '../../catalogue/projects/register-project.ts';
import { accountResource, notFound, requireMay } from '../../catalogue/rights/permissions.ts';
import { requireRoomForProjects } from '../../catalogue/rights/plans.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import { type AccountId, newProjectId, type ProjectId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { closeCatalogueOn } from '../hosts/close-catalogue.ts';
import { HostNameTaken, type HostServer } from '../hosts/host-server.ts';
import { newDatabasePassword, type ProvisioningParts } from '../hosts/provisioning-parts.ts';

export interface HostedProjectInput extends Omit<NewProject, 'id' | 'pgVersion' | 'regionId' | 'creationSource'> {
  readonly pgVersion?: number;
  readonly regionId?: string;
  /** Absent: made from the project's id, so that they exist once on the server. */
  readonly databaseName?: string;
  readonly roleName?: string;
  readonly autoscalingMinCu?: number;
  readonly autoscalingMaxCu?: number;
  readonly suspendTimeoutSeconds?: number;
  /** Called as each step begins. */
  readonly onStep?: (step: CreationStep) => void;
}

export type CreationStep = 'roles' | 'database' | 'catalogue';

export interface HostedProject extends RegisteredProject {
  /** Of the project's own role; also kept sealed. */
  readonly password: Secret;
}

interface HostedNames {
  readonly projectId: ProjectId;
  readonly owner: string;
  readonly reader: string;
  readonly database: string;
}

/**
 * Makes a project with one read-write compute, one database, its owner role and a read-only role.
 * Throws `not_offered` (no such version or region), `conflict` (a chosen name is taken on the host), `plan_gate`,
 * `invalid_input`, `forbidden`, `not_found`.
 */
export async function createHostedProject(
  parts: ProvisioningParts,
  context: AuditContext,
  { onStep = () => {}, ...input }: HostedProjectInput,
): Promise<HostedProject> {
  await requireRoom(parts, context, input.accountId);
  const host = await parts.hosts.choose(input);
  await closeCatalogueOn(host, parts.catalogue, parts.log);
  const names = namesFor(input);
  const undoing: Array<() => Promise<void>> = [];
  try {
    const passwords = await makeReal({ host, names, undoing, onStep });
    onStep('catalogue');
    const registered = await register(parts, context, { input, host, names, passwords });
    return { ...registered, password: passwords.owner };
  } catch (error) {
    for (const undo of undoing.reverse()) {
      await undo().catch((cause: unknown) =>
        parts.log.error({ err: cause, ...names }, 'could not undo half a project'),
      );
    }
    if (!(error instanceof HostNameTaken)) throw error;
    const thing = `role "${names.owner}" or database "${names.database}"`;
    throw new PosternError('taken_on_host', { params: { thing }, cause: error });
  }
}

/** Asked before anything is made; the registering transaction asks again, under a lock. */
async function requireRoom(
  { catalogue }: ProvisioningParts,
  context: AuditContext,
  accountId: AccountId,
): Promise<void> {
  requireMay(context.actor, 'projects.create', accountResource(accountId));
  const account = await findAccount(catalogue.db, accountId);
  if (account === null) throw notFound(accountResource(accountId));
  requireRoomForProjects(account.plan, 1 + (await countProjects(catalogue.db, accountId)));
}

function namesFor(input: HostedProjectInput): HostedNames {
  const projectId = newProjectId();
  const stem = projectId.replaceAll('-', '_');
  return {
    projectId,
    owner: requireNewIdentifier(input.roleName ?? `${stem}_owner`, 'role name'),
    reader: `${stem}_reader`,
    database: requireNewIdentifier(input.databaseName ?? stem, 'database name'),
  };
}

/** Notes how to undo each thing as soon as it is there, and so never undoes what somebody else made. */
async function makeReal(making: {
  host: HostServer;
  names: HostedNames;
  undoing: Array<() => Promise<void>>;
  onStep: (step: CreationStep) => void;
}): Promise<{ owner: Secret; reader: Secret }> {
  const { host, names, undoing, onStep } = making;
  const passwords = { owner: newDatabasePassword(), reader: newDatabasePassword() };
  const own = { name: names.owner, password: passwords.owner, memberOf: null, access: 'read_write' } as const;
  onStep('roles');
  await host.createRole(own);
  undoing.push(() => host.dropRole(names.owner, null));
  await host.createRole({ ...own, name: names.reader, password: passwords.reader, access: 'read_only' });
  undoing.push(() => host.dropRole(names.reader, null));
  const roles = { own: names.owner, writers: [], readers: [names.reader] };
  onStep('database');
  await host.createDatabase(names.database, { owner: names.owner, roles });
  undoing.push(() => host.dropDatabase(names.database));
  return passwords;
}

function register(
  { catalogue }: ProvisioningParts,
  context: AuditContext,
  made: {
    input: HostedProjectInput;
    host: HostServer;
    names: HostedNames;
    passwords: { owner: Secret; reader: Secret };
  },
): Promise<RegisteredProject> {
  const { input, host, names, passwords } = made;
  return registerProject(catalogue, context, {
    project: {
      ...input,
      id: names.projectId,
      pgVersion: host.pgVersion,
      regionId: host.regionId,
      creationSource: 'hosted',
    },
    compute: {
      type: 'read_write',
      state: 'active',
      hostId: host.id,
      host: host.address.host,
      port: host.address.port,
      isListed: true,
      tls: host.address.tls,
      autoscalingMinCu: input.autoscalingMinCu,
      autoscalingMaxCu: input.autoscalingMaxCu,
      suspendTimeoutSeconds: input.suspendTimeoutSeconds,
    },
    databases: [{ name: names.database, ownerName: names.owner }],
    roles: [
      { name: names.owner, password: passwords.owner, isProtected: true },
      { name: names.reader, password: passwords.reader, isReadOnly: true, isProtected: true },
    ],
  });
}
