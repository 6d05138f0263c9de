// What a person let a program do in their name (OAuth): the program, its scopes, and until when.
// Codes and tokens rest on it and go with it (issued-tokens.ts).

import type { Transaction } from 'kysely';
import { sql } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type ConsentId, newConsentId, type UserId } from '../../ids.ts';
import { quoted } from '../../untrusted-text.ts';
import { INSTALLATION, requireMay } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { camelRow } from '../store/camel-row.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, recordChange } from '../trail/audit-context.ts';

const DAY_MS = 24 * 3_600_000;
// docs/security.md, "Programs with consent"
/** However often the program comes back. */
const LONGEST_CONSENT_MS = 90 * DAY_MS;
/** Without a refresh. */
export const IDLE_CONSENT_MS = 30 * DAY_MS;
/** Each sign-in of a program is a consent of its own; the oldest of very many give way. */
const MOST_OF_PROGRAM = 20;

export type OwnConsent = Awaited<ReturnType<typeof listConsents>>[number];

export interface NewConsent {
  readonly clientId: string;
  /** As granted, ours and those of OpenID Connect. */
  readonly scopes: readonly string[];
  readonly from: string;
}

/** By the person in a browser. Throws `forbidden`, `not_signed_in`. */
export async function createConsent(
  catalogue: Catalogue,
  context: AuditContext,
  { clientId, scopes, from }: NewConsent,
): Promise<ConsentId> {
  const { actor } = context;
  requireMay(actor, 'self.manage_sessions', INSTALLATION);
  if (actor.kind !== 'person') throw new PosternError('personal_key_required');
  const { userId } = actor;
  const now = catalogue.clock.now();
  const id = newConsentId();
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, { action: 'self.manage_sessions', resource: INSTALLATION });
    await tx
      .insertInto('oauth_consents')
      .values({
        ...{ id, user_id: userId, client_id: clientId, scopes: [...scopes], given_from: from, created_at: now },
        expires_at: new Date(now.getTime() + IDLE_CONSENT_MS),
        ...{ last_used_at: null, last_used_from: null },
      })
      .execute();
    await dropOldest(tx, { userId, clientId });
    const facts = { subject: subjectOf({ id, clientId }), reason: scopes.join(' ') };
    await recordChange(tx, { catalogue, context }, { event: 'secret.created', ...facts });
  });
  return id;
}

async function dropOldest(
  tx: Transaction<Schema>,
  { userId, clientId }: { readonly userId: UserId; readonly clientId: string },
): Promise<void> {
  const all = tx.selectFrom('oauth_consents').select('id').where('user_id', '=', userId);
  const newest = all.where('client_id', '=', clientId).orderBy('created_at', 'desc').orderBy('id');
  const dropped = tx.deleteFrom('oauth_consents').where('user_id', '=', userId).where('client_id', '=', clientId);
  await dropped.where('id', 'not in', newest.limit(MOST_OF_PROGRAM)).execute();
}

/** Null when it ended, or its person is disabled. */
export async function findConsent({ db, clock }: Pick<Catalogue, 'db' | 'clock'>, id: string) {
  const row = await db
    .selectFrom('oauth_consents')
    .innerJoin('users', 'users.id', 'oauth_consents.user_id')
    .selectAll('oauth_consents')
    .where('oauth_consents.id', '=', sql<ConsentId>`${id}`)
    .where('expires_at', '>', clock.now())
    .where('disabled_at', 'is', null)
    .executeTakeFirst();
  return row === undefined ? null : camelRow(row);
}

/** The person's own that have not ended, the newest first. */
export async function listConsents({ db, clock }: Catalogue, { actor }: AuditContext) {
  requireMay(actor, 'self.manage_sessions', INSTALLATION);
  if (actor.kind !== 'person') return [];
  const rows = db.selectFrom('oauth_consents').selectAll().where('user_id', '=', actor.userId);
  const live = await rows.where('expires_at', '>', clock.now()).orderBy('created_at', 'desc').execute();
  return live.map(camelRow);
}

/** By its person. Throws `not_found`. */
export async function revokeConsent(catalogue: Catalogue, context: AuditContext, id: ConsentId): Promise<void> {
  const { actor } = context;
  requireMay(actor, 'self.manage_sessions', INSTALLATION);
  await catalogue.transaction(async (tx) => {
    const rows = tx.deleteFrom('oauth_consents').where('id', '=', id);
    const ended = await rows
      .where('user_id', '=', actor.kind === 'person' ? actor.userId : sql<UserId>`''`)
      .returning('client_id as clientId')
      .executeTakeFirst();
    if (ended === undefined) throw new PosternError('not_found', { params: { thing: 'consent' } });
    const subject = subjectOf({ id, clientId: ended.clientId });
    await recordChange(tx, { catalogue, context }, { event: 'secret.revoked', subject });
  });
}

/** By the program itself, or because of it. Nothing happens when it is gone already. */
export async function endConsent(
  catalogue: Catalogue,
  context: AuditContext,
  { id, reason }: { readonly id: ConsentId; readonly reason: string },
): Promise<void> {
  await catalogue.transaction(async (tx) => {
    const ended = await tx
      .deleteFrom('oauth_consents')
      .where('oauth_consents.id', '=', id)
      .returning(['client_id as clientId', 'user_id as userId'])
      .executeTakeFirst();
    if (ended === undefined) return;
    const people = tx.selectFrom('users').select('email').where('id', '=', ended.userId);
    const { email } = await people.executeTakeFirstOrThrow();
    const by = { actorType: 'api_key', actorId: id, actorEmail: email } as const;
    const facts = { subject: subjectOf({ id, clientId: ended.clientId }), reason };
    await recordChange(tx, { catalogue, context }, { event: 'secret.revoked', ...by, ...facts });
  });
}

/** For changes after which nothing that was given before may count. */
export async function deleteConsentsOf(tx: Transaction<Schema>, userId: UserId): Promise<void> {
  await tx.deleteFrom('oauth_consents').where('user_id', '=', userId).execute();
}

/** A refresh shows that the program is still in use. */
export async function moveExpiry({ db, clock }: Catalogue, id: ConsentId): Promise<void> {
  const idle = new Date(clock.now().getTime() + IDLE_CONSENT_MS);
  const longest = sql<Date>`created_at + ${LONGEST_CONSENT_MS} * interval '1 millisecond'`;
  const expires_at = sql<Date>`least(${idle}::timestamptz, ${longest})`;
  await db.updateTable('oauth_consents').set({ expires_at }).where('id', '=', id).execute();
}

/** For the audit trail. */
export function subjectOf({ id, clientId }: { readonly id: ConsentId; readonly clientId: string }): string {
  return `access of program ${quoted(clientId)} (${id})`;
}
