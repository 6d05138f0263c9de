// May this actor perform this action on this resource? The API, the pages and the gateway all ask
// here. The answers are in permission-table.ts; nothing here reads the catalogue.

import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import { type AccountId, isOrganizationId } from '../../ids.ts';
import type { Actor } from './actors.ts';
import { countingRelations, relationsOf, requireDemandMet } from './counting-relations.ts';
import { PERMISSION_TABLE, type Relation, type Rule, SHARING_RELATIONS } from './permission-table.ts';
import type { AccountResource, InstallationResource, ProjectResource, Resource } from './resources.ts';
import { type ApiScope, NEEDED_SCOPES } from './scopes.ts';

export type Action = keyof typeof PERMISSION_TABLE;
export type ActionOn<Kind> = {
  [A in Action]: (typeof PERMISSION_TABLE)[A]['on'] extends Kind ? A : never;
}[Action];

type NamedResource = InstallationResource | AccountResource | Pick<ProjectResource, 'kind' | 'projectId'>;

export const INSTALLATION: InstallationResource = { kind: 'installation' };
export const accountResource = (accountId: AccountId): AccountResource => ({ kind: 'account', accountId });

/** False also for an action on another kind of resource. Postern itself may do everything. */
export function may(actor: Actor, action: Action, resource: Resource): boolean {
  return hasRight(actor, action, resource) && findLacking(actor, action, resource) === null;
}

function hasRight(actor: Actor, action: Action, resource: Resource): boolean {
  if (PERMISSION_TABLE[action].on !== resource.kind) return false;
  if (actor.kind === 'system') return true;
  const allowed = allowedRelations(action, resource);
  return countingRelations(actor, resource).some((relation) => allowed.includes(relation));
}

/** Also where the account asks for a second factor that the actor has not shown. */
export function visible(actor: Actor, resource: Resource): boolean {
  return actor.kind === 'system' || relationsOf(actor, resource).length > 0;
}

/**
 * Throws `not_found` if the actor cannot see the resource, else `second_factor_demanded` where the
 * account asks for one, else `forbidden` (docs/api.md, "403 or 404"); `scope_missing` for a program
 * whose person may. Docstrings of callers repeat none of these, nor `invalid_input`.
 */
export function requireMay(actor: Actor, action: Action, resource: Resource): void {
  if (!hasRight(actor, action, resource)) {
    if (!visible(actor, resource)) throw notFound(resource);
    requireDemandMet(actor, resource);
    throw new PosternError('action_forbidden', { params: refusalParams(action, resource) });
  }
  requireScopes(actor, action, resource);
}

function requireScopes(actor: Actor, action: Action, resource: Resource): void {
  const lacking = findLacking(actor, action, resource);
  if (lacking === null) return;
  const { phrase } = PERMISSION_TABLE[action];
  if (lacking === 'in_person') throw new PosternError('scope_cannot_give', { params: { action: phrase } });
  throw new PosternError('scope_missing', { params: { action: phrase, scope: lacking } });
}

/** What a program's token lacks for it; null: nothing, as for people and keys. */
function findLacking(actor: Actor, action: Action, resource: Resource): ApiScope | 'in_person' | null {
  if (actor.kind !== 'person' || actor.viaConsent === undefined) return null;
  const { scopes } = actor.viaConsent;
  // Which person it is, is what each token tells.
  const isOwnAccount = resource.kind === 'account' && (resource.accountId as string) === actor.userId;
  if (isOwnAccount && action === 'account.read') return null;
  const needed = NEEDED_SCOPES[action];
  return needed === 'in_person' ? needed : (needed.find((scope) => !scopes.has(scope)) ?? null);
}

/** The `not_found` of a resource, whether unknown or invisible. */
export function notFound(resource: NamedResource): PosternError {
  return new PosternError('not_found', { params: { thing: nameOf(resource) } });
}

function allowedRelations(action: Action, resource: Resource): readonly Relation[] {
  if (action === 'project.share' && resource.kind === 'project') return SHARING_RELATIONS[resource.sharing ?? 'admins'];
  const rule: Rule = PERMISSION_TABLE[action];
  return rule.who;
}

const NAMES_OF_RELATIONS: ReadonlyArray<readonly [Relation, string]> = [
  ['signed_in', 'a signed-in person'],
  ['admin', 'an admin'],
  ['member', 'a member'],
  ['guest', 'a guest'],
  ['on_call_key', 'an on-call key'],
  ['operator', 'an operator'],
];

/** For `only an admin may delete this project`. */
function refusalParams(action: Action, resource: Resource): { who: string; action: string } {
  const allowed = allowedRelations(action, resource);
  const personal = resource.kind !== 'installation' && !isOrganizationId(resource.accountId);
  const names = NAMES_OF_RELATIONS.filter(([relation]) => allowed.includes(relation)).map(([, name]) => name);
  const who = personal && allowed.includes('owner') ? ['the owner'] : names;
  return { who: inWords(who), action: PERMISSION_TABLE[action].phrase };
}

function inWords(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function nameOf(resource: NamedResource): string {
  switch (resource.kind) {
    case 'installation':
      return 'page';
    case 'account':
      return isOrganizationId(resource.accountId)
        ? `organization "${resource.accountId}"`
        : `account "${resource.accountId}"`;
    case 'project':
      return `project "${resource.projectId}"`;
    default:
      return assertNever(resource);
  }
}
