// Resolves the target of one connection: from ids, after checking permissions again, to an address
// with credentials, which only the connector receives.

import { isPosternError, PosternError } from '../../errors.ts';
import type { AccountId, ComputeId, ProjectId, UserId } from '../../ids.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import type { Secret } from '../../secret.ts';
import { shownName } from '../projects/compute-rows.ts';
import { passwordPlace } from '../projects/database-role-rows.ts';
import { projectResource } from '../projects/projects.ts';
import { loadPersonActor, type PersonActor } from '../rights/actors.ts';
import { may, requireMay } from '../rights/permissions.ts';
import type { Policy } from '../rights/policy.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { chooseDatabase, chooseDatabaseRole } from './choose-database-and-role.ts';
import { type RightsReader, readRights } from './rights-reader.ts';
import { loadTargetRow, type TargetRow } from './target-row.ts';

export interface TargetChoice {
  readonly userId: UserId;
  readonly computeId: ComputeId;
  /** Null: the compute's own. */
  readonly database: string | null;
  /** Null: the first role that fits the access. */
  readonly databaseRole: string | null;
  readonly access: 'read_write' | 'read_only';
}

export interface TargetPerson {
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly isGuest: boolean;
}

/** The target of a person's connection and its policy, without credentials. */
export interface JudgedTarget {
  readonly person: TargetPerson;
  readonly account: { readonly id: AccountId; readonly name: string };
  readonly project: { readonly id: ProjectId; readonly name: string };
  readonly compute: {
    readonly id: ComputeId;
    readonly name: string;
    readonly state: 'init' | 'active' | 'idle';
    readonly hostId: string | null;
  };
  readonly database: string;
  readonly databaseRole: string;
  readonly access: 'read_write' | 'read_only';
  /** All databases of the compute, its own first. */
  readonly databases: readonly string[];
  readonly policy: Policy;
}

/** With the credentials for connecting. */
export interface ConnectTarget extends JudgedTarget {
  readonly upstream: {
    readonly host: string;
    readonly port: number;
    /** See `Compute`. */
    readonly isListed: boolean;
    readonly tls: UpstreamTls;
    readonly password: Secret | null;
    readonly allowMd5: boolean;
    readonly allowCleartext: boolean;
  };
}

/** The target of any connection. */
export type ComputeTarget = Omit<ConnectTarget, 'person'>;

/**
 * The target of a person's connection by link or grant. Throws `permission_lost`, `not_found`,
 * `link_login_disabled`, and `forbidden` or `precondition` without the requested access.
 */
export async function resolveTarget(catalogue: Catalogue, choice: TargetChoice, rights = readRights(catalogue)) {
  const { row, person } = await judge(catalogue, choice, rights);
  return { ...computeTarget(catalogue, row, choice), person };
}

/** `resolveTarget` without unsealing the credentials. Throws as that does. */
export async function judgeTarget(catalogue: Catalogue, choice: TargetChoice): Promise<JudgedTarget> {
  const { row, person } = await judge(catalogue, choice, readRights(catalogue));
  return { ...placeOf(row, choice), person };
}

async function judge(catalogue: Catalogue, choice: TargetChoice, rights: RightsReader) {
  const [row, actor] = await Promise.all([rights.targetRow(choice.computeId), rights.person(choice.userId)]);
  requireConnect(catalogue, actor, row);
  if (!row.policy.linkLogin) {
    throw new PosternError('link_login_disabled', { params: { compute: shownName(row.compute) } });
  }
  return { row, person: targetPerson(actor, row) };
}

/**
 * Whether the choosing person could connect: as `resolveTarget`, but a compute that the person
 * cannot see is `not_found`, so that forged ids reveal nothing. Unseals no credentials.
 */
export async function checkChoice(catalogue: Catalogue, choice: TargetChoice): Promise<void> {
  const actor = await loadPersonActor(catalogue, choice.userId);
  const row = await loadTargetRow(catalogue.db, choice.computeId);
  const unseen = new PosternError('not_found', { params: { thing: `compute "${choice.computeId}"` } });
  if (actor === null) throw unseen;
  try {
    requireMay(actor, 'project.connect', projectResource(catalogue, row.project));
  } catch (error) {
    throw isPosternError(error, 'not_found') ? unseen : error;
  }
  if (!row.policy.linkLogin) {
    throw new PosternError('link_login_disabled', { params: { compute: shownName(row.compute) } });
  }
  chooseDatabase(row, choice);
  chooseDatabaseRole(row, choice);
}

/** Throws `permission_lost` unless the person may connect to the compute's project now. */
export function requireConnect(
  catalogue: Catalogue,
  actor: PersonActor | null,
  row: TargetRow,
): asserts actor is PersonActor {
  const isAllowed = actor !== null && may(actor, 'project.connect', projectResource(catalogue, row.project));
  if (!isAllowed) throw new PosternError('permission_lost', { params: { project: row.project.name } });
}

export function targetPerson(actor: PersonActor, row: TargetRow): TargetPerson {
  const { accountId } = row.project;
  const isGuest = (accountId as string) !== actor.userId && !actor.memberships.has(accountId);
  return { userId: actor.userId, email: actor.email, name: actor.name, isGuest };
}

/** The target without checking a person. Throws `not_found`, `forbidden`, `precondition`. */
export function computeTarget(
  catalogue: Catalogue,
  row: TargetRow,
  choice: Pick<TargetChoice, 'database' | 'databaseRole' | 'access'>,
): ComputeTarget {
  const { compute } = row;
  const role = chooseDatabaseRole(row, choice);
  return {
    ...placeOf(row, choice),
    upstream: {
      host: compute.host,
      port: compute.port,
      isListed: compute.isListed,
      tls: row.tlsSettings(catalogue.sealer),
      password:
        role.sealed_password === null ? null : catalogue.sealer.open(role.sealed_password, passwordPlace(role.id)),
      allowMd5: compute.allowMd5,
      allowCleartext: compute.allowCleartext,
    },
  };
}

function placeOf(row: TargetRow, choice: Pick<TargetChoice, 'database' | 'databaseRole' | 'access'>) {
  const { account, project, compute } = row;
  return {
    account: { id: account.id, name: account.name },
    project: { id: project.id, name: project.name },
    compute: { id: compute.id, name: shownName(compute), state: compute.state, hostId: compute.hostId },
    database: chooseDatabase(row, choice),
    databaseRole: chooseDatabaseRole(row, choice).name,
    access: choice.access,
    databases: row.databases,
    policy: row.policy,
  };
}
