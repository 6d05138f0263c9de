// Rights asked once more where a change is made: the actor was loaded when the call began, and may
// have been demoted, removed, signed out or revoked since.

import type { Transaction } from 'kysely';
import { assertNever } from '../../assert-never.ts';
import { PosternError } from '../../errors.ts';
import type { AccountId, ConsentId, UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type Actor, actingBy, loadPersonActor, type PersonActor } from './actors.ts';
import { type Action, notFound, requireMay } from './permissions.ts';
import type { Resource } from './resources.ts';

interface Asked {
  readonly action: Action;
  readonly resource: Resource;
}

interface Asking {
  readonly catalogue: Catalogue;
  readonly context: { readonly actor: Actor };
}

/**
 * NOTE: first in the transaction. Locks account, project, person, membership and share in that
 * order until its end, so that no right goes while something is given by it. Throws as
 * `requireMay`, `not_signed_in`, `invalid_key`.
 */
export async function requireStillMay(
  tx: Transaction<Schema>,
  { catalogue, context: { actor } }: Asking,
  { action, resource }: Asked,
): Promise<void> {
  if (actor.kind === 'system') return;
  if (resource.kind !== 'installation') await lockPlace(tx, resource);
  requireMay(await actorNow(tx, { catalogue, actor, resource }), action, resource);
}

async function lockPlace(tx: Transaction<Schema>, resource: Exclude<Resource, { kind: 'installation' }>) {
  await tx.selectFrom('accounts').select('id').where('id', '=', resource.accountId).forNoKeyUpdate().execute();
  if (resource.kind === 'account') return;
  const projects = tx.selectFrom('projects').select('account_id').where('id', '=', resource.projectId);
  const project = await projects.forShare().executeTakeFirst();
  // Deleted, or moved to an account where the actor may be nobody.
  if (project?.account_id !== resource.accountId) throw notFound(resource);
}

interface Now {
  readonly catalogue: Catalogue;
  readonly actor: Exclude<Actor, { kind: 'system' }>;
  readonly resource: Resource;
}

async function actorNow(tx: Transaction<Schema>, { catalogue, actor, resource }: Now): Promise<Actor> {
  switch (actor.kind) {
    case 'person':
      return await personNow(tx, { catalogue, actor, resource });
    case 'organization_key':
    case 'project_key':
    case 'scim_key':
    case 'on_call_key':
      await requireKey(tx, actor.keyId);
      return actor;
    default:
      return assertNever(actor);
  }
}

async function personNow(
  tx: Transaction<Schema>,
  { catalogue, actor, resource }: Now & { readonly actor: PersonActor },
): Promise<PersonActor> {
  const { userId, viaKeyId, viaConsent, viaSessionId } = actor;
  await tx.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute();
  if (viaKeyId !== undefined) await requireKey(tx, viaKeyId);
  if (viaConsent !== undefined) await requireConsent(tx, viaConsent.id);
  if (viaSessionId !== undefined) await requireSession(tx, { userId, sessionId: viaSessionId });
  if (resource.kind !== 'installation') await lockMembership(tx, { userId, accountId: resource.accountId });
  if (resource.kind === 'project') {
    const shares = tx.selectFrom('project_shares').select('id').where('user_id', '=', userId);
    await shares.where('project_id', '=', resource.projectId).forShare().execute();
  }
  const person = await loadPersonActor({ ...catalogue, db: tx }, userId);
  if (person === null) throw new PosternError('not_signed_in');
  // NOTE: what a program may not do, its person may not either by it.
  return actingBy(person, actor);
}

async function lockMembership(
  tx: Transaction<Schema>,
  { userId, accountId }: { readonly userId: UserId; readonly accountId: AccountId },
): Promise<void> {
  const memberships = tx.selectFrom('memberships').select('id').where('user_id', '=', userId);
  await memberships.where('account_id', '=', accountId).forShare().execute();
}

async function requireKey(tx: Transaction<Schema>, keyId: number): Promise<void> {
  const key = tx.selectFrom('api_keys').select('id').where('id', '=', keyId).forKeyShare();
  if ((await key.executeTakeFirst()) === undefined) throw new PosternError('invalid_key');
}

async function requireConsent(tx: Transaction<Schema>, consentId: ConsentId): Promise<void> {
  const consent = tx.selectFrom('oauth_consents').select('id').where('id', '=', consentId).forKeyShare();
  if ((await consent.executeTakeFirst()) === undefined) throw new PosternError('invalid_key');
}

async function requireSession(
  tx: Transaction<Schema>,
  { userId, sessionId }: { readonly userId: UserId; readonly sessionId: string },
): Promise<void> {
  const sessions = tx.selectFrom('browser_sessions').select('id').where('id', '=', sessionId);
  const session = await sessions.where('user_id', '=', userId).forKeyShare().executeTakeFirst();
  if (session === undefined) throw new PosternError('not_signed_in');
}
