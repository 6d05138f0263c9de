// Whether the access rules let an actor use what is about to be made or shown: an access token, the
// password of a database role. What could not be used is neither made nor shown. And whether they
// let an actor write where a database is about to be renamed or dropped, or a compute suspended.

import { PosternError } from '../../errors.ts';
import type { BranchId, ComputeId } from '../../ids.ts';
import { shownName } from '../projects/compute-rows.ts';
import { projectFrom, projectResource } from '../projects/projects.ts';
import type { Actor, PersonActor } from '../rights/actors.ts';
import { may, visible } from '../rights/permissions.ts';
import { findRulesOfCompute, type RuleReader } from '../rules/find-rules.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { type AskedReach, decideReach, NO_SIGN_IN, personSubject, reachableRole, requireReach } from './reach.ts';
import { loadRowsWithDisabled, type TargetRow } from './target-row.ts';

/** Throws `rule_denied`. */
export async function requireTokenReach(
  catalogue: Catalogue,
  { actor }: AuditContext,
  token: {
    readonly target: TargetRow;
    readonly owner: 'self' | 'account';
    readonly choice: Parameters<typeof reachableRole>[1];
  },
): Promise<void> {
  const own = token.owner === 'self' && actor.kind === 'person' ? actor : null;
  reachableRole(await askedBy(catalogue, own, { row: token.target, door: 'token' }), token.choice);
}

interface RolePassword {
  readonly branchId: BranchId;
  readonly name: string;
}

/**
 * Throws `rule_denied` unless the password would let the actor in on one of the branch's computes.
 * Strangers to the project are left to the permission check.
 */
export async function requirePasswordReach(catalogue: Catalogue, actor: Actor, password: RolePassword): Promise<void> {
  if (actor.kind === 'system') return;
  const reaches = await reachesInBranch(catalogue, actor, { branchId: password.branchId, door: 'role_password' });
  const [first] = reaches;
  if (first === undefined) return await requireAdminWithoutCompute(catalogue, actor, password.branchId);
  if (reaches.some((asked) => letsIn(asked, password.name))) return;
  requireReach(first, placeOf(first, password.name));
}

interface ToWrite {
  readonly branchId: BranchId;
  /** Null: any. */
  readonly database: string | null;
}

const WRITING_DOORS = ['link', 'oauth', 'token', 'role_password'] as const;

/**
 * Throws `rule_denied`, or `forbidden` where computes are read only, unless the actor could write
 * there by a connection now: people whom the rules keep from that drop nothing by a form either.
 * Those who may delete the project are not asked; strangers are left to the permission check.
 */
export async function requireWriteReach(catalogue: Catalogue, actor: Actor, place: ToWrite): Promise<void> {
  if (actor.kind === 'system') return;
  const reaches = await reachesInBranch(catalogue, actor, { branchId: place.branchId, door: 'link' });
  const [first] = reaches;
  if (first === undefined) return await requireAdminWithoutCompute(catalogue, actor, place.branchId);
  if (may(actor, 'project.delete', projectResource(catalogue, first.row.project))) return;
  if (reaches.some((asked) => writes(asked, place.database))) return;
  const { compute, policy, roles } = first.row;
  if (policy.readOnlyOnly) throw new PosternError('compute_read_only', { params: { compute: shownName(compute) } });
  const [writer = null] = writersOf(roles);
  requireReach(first, { role: writer, database: place.database });
}

/**
 * Throws `rule_denied` unless the actor could write there by a connection now, whatever the compute
 * itself allows: people whom the rules keep out suspend or remove nothing that others work with.
 * Exceptions are those of `requireWriteReach`.
 */
export async function requireComputeReach(catalogue: Catalogue, actor: Actor, computeId: ComputeId): Promise<void> {
  if (actor.kind === 'system') return;
  const [asked] = await reachesOf(catalogue, actor, { computeIds: [computeId], door: 'link' });
  if (asked === undefined || may(actor, 'project.delete', projectResource(catalogue, asked.row.project))) return;
  if (opensToWriters(asked, null)) return;
  const [writer = null] = writersOf(asked.row.roles);
  requireReach(asked, { role: writer, database: null });
}

function writes(asked: RowReach, database: string | null): boolean {
  return !asked.row.policy.readOnlyOnly && opensToWriters(asked, database);
}

function opensToWriters(asked: RowReach, database: string | null): boolean {
  return WRITING_DOORS.some((door) => {
    const at = { ...asked, how: { ...asked.how, door } };
    return writersOf(asked.row.roles).some((role) => decideReach(at, { role, database }).kind === 'allowed');
  });
}

function writersOf(roles: TargetRow['roles']) {
  return roles.filter((role) => !role.is_read_only).map(({ name }) => ({ name, isReadOnly: false }));
}

/** The names of the roles whose passwords would let the actor in. */
export async function findPasswordRoles(
  catalogue: Catalogue,
  actor: Actor,
  { branchId, names }: { readonly branchId: BranchId; readonly names: readonly string[] },
): Promise<ReadonlySet<string>> {
  if (actor.kind === 'system') return new Set(names);
  const reaches = await reachesInBranch(catalogue, actor, { branchId, door: 'role_password' });
  return new Set(names.filter((name) => reaches.some((asked) => letsIn(asked, name))));
}

type AskedDoor = 'link' | 'token' | 'role_password';
type RowReach = AskedReach & { readonly row: TargetRow };

/** Whether the person gets into one of the branch's computes by link, now and from anywhere. */
export async function isReachedByLink(
  catalogue: Catalogue,
  actor: Extract<Actor, { kind: 'person' }>,
  branchId: BranchId,
): Promise<boolean> {
  const reaches = await reachesInBranch(catalogue, actor, { branchId, door: 'link' });
  return reaches.some((asked) => decideReach(asked, { role: null, database: null }).kind !== 'denied');
}

async function reachesInBranch(
  catalogue: Catalogue,
  actor: Exclude<Actor, { kind: 'system' }>,
  { branchId, door }: { readonly branchId: BranchId; readonly door: AskedDoor },
): Promise<RowReach[]> {
  const computes = catalogue.db.selectFrom('computes').select('id').where('branch_id', '=', branchId);
  const computeIds = (await computes.execute()).map(({ id }) => id);
  return await reachesOf(catalogue, actor, { computeIds, door });
}

/** Disabled computes count, so that switching one off opens nothing. Empty for strangers. */
async function reachesOf(
  catalogue: Catalogue,
  actor: Exclude<Actor, { kind: 'system' }>,
  { computeIds, door }: { readonly computeIds: readonly ComputeId[]; readonly door: AskedDoor },
): Promise<RowReach[]> {
  const rows = await loadRowsWithDisabled(catalogue.db, computeIds);
  const person = actor.kind === 'person' ? actor : null;
  const asked = await Promise.all(rows.map((row) => askedBy(catalogue, person, { row, door })));
  return asked.filter(({ subject }) => subject.kind !== 'person' || ['member', 'guest'].includes(subject.relation));
}

/**
 * Without a compute no access rule can be asked, and whoever deletes the last one would be free of
 * all of them. Strangers are left to the permission check.
 */
async function requireAdminWithoutCompute(catalogue: Catalogue, actor: Actor, branchId: BranchId): Promise<void> {
  const row = await catalogue.db
    .selectFrom('projects')
    .innerJoin('branches', 'branches.project_id', 'projects.id')
    .selectAll('projects')
    .where('branches.id', '=', branchId)
    .executeTakeFirst();
  if (row === undefined) return;
  const resource = projectResource(catalogue, projectFrom(row));
  const who = actor.kind === 'person' ? inPerson(actor) : actor;
  if (!visible(who, resource) || may(who, 'project.delete', resource)) return;
  throw new PosternError('no_compute_to_ask');
}

/** What a program may do is asked by its scopes; rules are about its person. */
function inPerson({ viaConsent: _scopes, ...person }: PersonActor): PersonActor {
  return person;
}

function letsIn(asked: RowReach, name: string): boolean {
  return decideReach(asked, placeOf(asked, name)).kind === 'allowed';
}

/** A role that is about to be made may write. */
function placeOf({ row }: RowReach, name: string) {
  const isReadOnly = row.roles.find((role) => role.name === name)?.is_read_only === true;
  return { role: { name, isReadOnly }, database: null };
}

/** For null, as the account's tokens and keys. */
async function askedBy(
  catalogue: Catalogue,
  person: Extract<Actor, { kind: 'person' }> | null,
  { row, door }: { readonly row: TargetRow; readonly door: AskedDoor },
): Promise<RowReach> {
  const reader: RuleReader = person === null ? { kind: 'account_tokens' } : { kind: 'person', userId: person.userId };
  const { rules, teamIds, agreements } = await findRulesOfCompute(catalogue.db, row.compute.id, reader);
  const subject =
    person === null ? ({ kind: 'account_tokens' } as const) : personSubject(inPerson(person), row, teamIds);
  const signIn = door === 'link' ? null : NO_SIGN_IN;
  return { row, subject, rules, agreements, how: { door, address: null, signIn, at: catalogue.clock.now() } };
}
