// Resolves the target of one connection: from ids, after checking permissions again, to an address
// with credentials, which only the connector receives.

import { PosternError } from '../../errors.ts';
import type { AccountId, ComputeId, ProjectId, UserId } from '../../ids.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import type { Secret } from '../../secret.ts';
import { shownName } from '../projects/compute-rows.ts';
import { passwordPlace } from '../projects/database-role-rows.ts';
import type { ReachedPolicy } from '../rights/reached-policy.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { ProjectLabel } from '../tables/project-labels.ts';
import { chooseDatabase, chooseDatabaseRole } from './choose-database-and-role.ts';
import { type AskedReach, type Circumstances, personSubject, reachableRole, requireReach } from './reach.ts';
import { type RightsReader, readRightsOfPerson } from './rights-reader.ts';
import { requireConnect, type TargetPerson, targetPerson } from './target-person.ts';
import type { TargetRow } from './target-row.ts';

export interface TargetChoice {
  readonly userId: UserId;
  readonly computeId: ComputeId;
  /** Null: the compute's own. */
  readonly database: string | null;
  /** Null: the first role that fits the access. */
  readonly databaseRole: string | null;
  readonly access: 'read_write' | 'read_only';
}

/** The target of a person's connection and its policy, without credentials. */
export interface JudgedTarget {
  readonly person: TargetPerson;
  readonly account: { readonly id: AccountId; readonly name: string };
  readonly project: { readonly id: ProjectId; readonly name: string; readonly label: ProjectLabel };
  readonly compute: {
    readonly id: ComputeId;
    readonly name: string;
    readonly state: 'init' | 'active' | 'idle';
    readonly hostId: string | null;
  };
  readonly database: string;
  readonly databaseRole: string;
  readonly isRoleReadOnly: boolean;
  readonly access: 'read_write' | 'read_only';
  /** All databases of the compute, its own first. */
  readonly databases: readonly string[];
  /** Narrowed by what allows it. */
  readonly policy: ReachedPolicy;
  /** The policy there, by the rules as they were read. Throws `rule_denied`. */
  readonly requireReach: (place: ReachedPlace) => ReachedPolicy;
}

/** The role and database that a connection is about; null: not known yet. */
export interface ReachedPlace {
  readonly databaseRole: string;
  readonly database: string | null;
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

/** The target of any connection, before anybody was asked about it. */
export type ComputeTarget = Omit<ConnectTarget, 'person' | 'requireReach' | 'policy'>;

interface Resolving extends Circumstances {
  /** Absent: each item is read when it is requested. */
  readonly rights?: RightsReader | undefined;
}

/**
 * The target of a person's connection by link or grant. Throws `permission_lost`, `rule_denied`,
 * `not_found`, `link_login_disabled`, and `forbidden` or `precondition` without the access asked.
 */
export async function resolveTarget(catalogue: Catalogue, choice: TargetChoice, how: Resolving) {
  const { asked, person } = await askOfTarget(catalogue, choice, how);
  return { ...reachedTarget(catalogue, asked, choice), person };
}

/** `resolveTarget` without unsealing the credentials. Throws as that does. */
export async function judgeTarget(catalogue: Catalogue, choice: TargetChoice, how: Resolving): Promise<JudgedTarget> {
  const { asked, person } = await askOfTarget(catalogue, choice, how);
  return judged(asked, choice, person);
}

/** Throws `rule_denied` where the rules do not allow it. */
export function judged(
  asked: AskedReach & { readonly row: TargetRow },
  choice: TargetChoice,
  person: TargetPerson,
): JudgedTarget {
  const { role, policy } = reachableRole(asked, choice);
  return {
    ...placeOf(asked.row, { ...choice, databaseRole: role.name }),
    policy,
    requireReach: requirement(asked),
    person,
  };
}

/** The question of a person's connection by link or grant, before the rules answer it. */
export async function askOfTarget(catalogue: Catalogue, choice: TargetChoice, { rights: given, ...how }: Resolving) {
  const { computeId, userId } = choice;
  const { viaSignIn } = how;
  const rights = given ?? (await readRightsOfPerson(catalogue, choice));
  const [row, person, { rules, teamIds, agreements }] = await Promise.all([
    rights.targetRow(computeId),
    rights.person(userId),
    rights.rules(computeId, { kind: 'person', userId }),
  ]);
  const actor = person === null || viaSignIn === undefined ? person : { ...person, viaSignIn };
  requireConnect(catalogue, actor, row);
  if (!row.policy.linkLogin) {
    throw new PosternError('link_login_disabled', { params: { compute: shownName(row.compute) } });
  }
  const subject = personSubject(actor, row, teamIds);
  const asked = { row, subject, rules, agreements, how: { ...how, at: catalogue.clock.now() } };
  return { asked, person: targetPerson(actor, row) };
}

/** The target where the rules allow it. Throws `rule_denied`, and as `computeTarget`. */
export function reachedTarget(
  catalogue: Catalogue,
  asked: AskedReach & { readonly row: TargetRow },
  choice: Pick<TargetChoice, 'database' | 'databaseRole' | 'access'>,
) {
  const { role, policy } = reachableRole(asked, choice);
  const target = computeTarget(catalogue, asked.row, { ...choice, databaseRole: role.name });
  return { ...target, policy, requireReach: requirement(asked) };
}

function requirement(asked: AskedReach & { readonly row: TargetRow }) {
  return ({ databaseRole: name, database }: ReachedPlace): ReachedPolicy => {
    const isReadOnly = asked.row.roles.find((role) => role.name === name)?.is_read_only === true;
    return requireReach(asked, { role: { name, isReadOnly }, database });
  };
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
  const role = chooseDatabaseRole(row, choice);
  return {
    account: { id: account.id, name: account.name },
    project: { id: project.id, name: project.name, label: project.label },
    compute: { id: compute.id, name: shownName(compute), state: compute.state, hostId: compute.hostId },
    database: chooseDatabase(row, choice),
    databaseRole: role.name,
    isRoleReadOnly: role.is_read_only,
    access: choice.access,
    databases: row.databases,
  };
}
