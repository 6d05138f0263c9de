// A new project on a host, made for real and then as rows. What fails half way is undone.

import { countProjects, findAccount } from '../../catalogue/accounts/accounts.ts';
import type { NewJournaledOperation } from '../../catalogue/journal/operation-journal.ts';
import { requireNewIdentifier } from '../../catalogue/projects/databases.ts';
import type { NewProject } from '../../catalogue/projects/new-projects.ts';
import { type Operation, recordFirstCompute } from '../../catalogue/projects/operations.ts';
import { type RegisteredProject, registerProject } from '../../catalogue/projects/register-project.ts';
import { accountResource, notFound, requireMay } from '../../catalogue/rights/permissions.ts';
import { requireRoomFor } from '../../catalogue/rights/plans.ts';
import type { Catalogue } from '../../catalogue/store/catalogue.ts';
import type { AuditContext } from '../../catalogue/trail/audit-context.ts';
import { PosternError } from '../../errors.ts';
import { type AccountId, newProjectId, type ProjectId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import type { HostServer } from '../hosts/host-server.ts';
import { HostNameTaken } from '../hosts/host-session.ts';
import { newDatabasePassword, type ProvisioningParts, projectOnHost } from '../hosts/provisioning-parts.ts';
import { type OperationRun, workingName } from '../journal/operation-run.ts';
import { runOperation } from '../journal/run-operation.ts';
import { findFreeStem, hostedNames, numberedStem } from './default-names.ts';
import { UNDO_CREATION } from './drop-planned.ts';

export interface HostedProjectInput extends Omit<NewProject, 'id' | 'pgVersion' | 'regionId' | 'creationSource'> {
  readonly pgVersion?: number;
  readonly regionId?: string;
  /** Absent: made of the project's name, with a number where that is taken. */
  readonly databaseName?: string;
  readonly roleName?: string;
  readonly autoscalingMinCu?: number;
  readonly autoscalingMaxCu?: number;
  readonly suspendTimeoutSeconds?: number;
  readonly onStep?: (step: CreationStep) => void;
}

export type CreationStep = 'roles' | 'database' | 'catalogue';

export interface HostedProject extends RegisteredProject {
  /** Of the project's own role; also kept sealed. */
  readonly password: Secret;
  readonly operations: readonly Operation[];
}

interface HostedNames {
  readonly projectId: ProjectId;
  readonly owner: string;
  readonly reader: string;
  readonly database: string;
}

/** Throws `not_offered`, `conflict` when a chosen name is taken on the host, `plan_gate`. */
export async function createHostedProject(
  parts: ProvisioningParts,
  context: AuditContext,
  input: HostedProjectInput,
): Promise<HostedProject> {
  await requireRoom(parts, context, input.accountId);
  return await parts.inTurn(input.accountId, async () => {
    // Those before it may have taken the room.
    await requireRoom(parts, context, input.accountId);
    return await createInTurn(parts, context, input);
  });
}

async function createInTurn(
  parts: ProvisioningParts,
  context: AuditContext,
  { onStep = () => {}, ...input }: HostedProjectInput,
): Promise<HostedProject> {
  const host = await parts.hosts.choose(input);
  await parts.closeCatalogue(host);
  const projectId = newProjectId();
  const plain = await findFreeStem(parts, host, input.name);
  const names = namesFor(input, projectId, numberedStem(projectId, input.name));
  const wanted = plain === null ? names : namesFor(input, projectId, plain);
  return await host.alone(projectOnHost(projectId), async () => {
    const attempt = (names: HostedNames) => makeNamed(parts, context, { input, host, names, onStep });
    try {
      return await attempt(wanted).catch((error: unknown) => {
        // Somebody took the plain names at the same moment.
        const isOurs = plain !== null && input.roleName === undefined && input.databaseName === undefined;
        if (!(error instanceof HostNameTaken) || !isOurs) throw error;
        return attempt(names);
      });
    } catch (error) {
      if (!(error instanceof HostNameTaken)) throw error;
      throw nameTaken(names, error);
    }
  });
}

async function makeNamed(
  parts: ProvisioningParts,
  context: AuditContext,
  making: Omit<Making, 'run'>,
): Promise<HostedProject> {
  const { input, names, host } = making;
  const { operation, ...made } = await runOperation(parts, context, {
    host,
    order: orderFor(input, names, host),
    recovery: UNDO_CREATION,
    work: (run) => make(parts, context, { ...making, run }),
  });
  return { ...made, operations: [operation, ...made.operations] };
}

interface Making {
  readonly input: HostedProjectInput;
  readonly host: HostServer;
  readonly names: HostedNames;
  readonly run: OperationRun;
  readonly onStep: (step: CreationStep) => void;
}

async function make(parts: ProvisioningParts, context: AuditContext, making: Making): Promise<HostedProject> {
  const passwords = await makeReal(making);
  making.onStep('catalogue');
  const operations: Operation[] = [];
  const catalogue = making.run.finishing(async (tx) => {
    const creation = { operationId: making.run.operation.id, projectId: making.names.projectId };
    operations.push(await recordFirstCompute({ db: tx, clock: parts.catalogue.clock }, creation));
  });
  return { ...(await register(catalogue, context, { ...making, passwords })), password: passwords.owner, operations };
}

function orderFor(input: HostedProjectInput, { projectId }: HostedNames, host: HostServer): NewJournaledOperation {
  const place = { accountId: input.accountId, projectId, branchId: null, computeId: null, hostId: host.id };
  return { ...place, purpose: 'create_project', action: 'create_timeline', details: {} };
}

function nameTaken(names: HostedNames, cause: HostNameTaken): PosternError {
  const thing = `role "${names.owner}" or database "${names.database}"`;
  return new PosternError('taken_on_host', { params: { thing }, cause });
}

/** Asked before anything is made; the registering transaction asks again, under a lock. */
async function requireRoom({ catalogue }: ProvisioningParts, context: AuditContext, accountId: AccountId) {
  requireMay(context.actor, 'projects.create', accountResource(accountId));
  const account = await findAccount(catalogue.db, accountId);
  if (account === null) throw notFound(accountResource(accountId));
  requireRoomFor('projects', account.plan, 1 + (await countProjects(catalogue.db, accountId)));
}

function namesFor(input: HostedProjectInput, projectId: ProjectId, stem: string): HostedNames {
  const { owner, reader, database } = hostedNames(stem);
  return {
    projectId,
    owner: requireNewIdentifier(input.roleName ?? owner, 'role name'),
    reader,
    database: requireNewIdentifier(input.databaseName ?? database, 'database name'),
  };
}

async function makeReal({ names, run, onStep }: Making): Promise<{ owner: Secret; reader: Secret }> {
  const { host } = run;
  const passwords = { owner: newDatabasePassword(), reader: newDatabasePassword() };
  const own = { name: names.owner, password: passwords.owner, memberOf: null, access: 'read_write' } as const;
  const reader = { ...own, name: names.reader, password: passwords.reader, access: 'read_only' } as const;
  onStep('roles');
  for (const role of [own, reader]) {
    await run.step({ action: 'create_role', name: role.name }, (note) => host.createRole(role, note));
  }
  const roles = { own: names.owner, writers: [], readers: [names.reader] };
  onStep('database');
  const database = { name: names.database, owner: names.owner, roles, workingName: workingName(run.operation) };
  await run.step({ action: 'create_database', name: names.database }, (note) => host.createDatabase(database, note));
  return passwords;
}

function register(
  catalogue: Catalogue,
  context: AuditContext,
  made: Making & { readonly passwords: { readonly owner: Secret; readonly reader: Secret } },
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
      ...host.address,
      isListed: true,
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
