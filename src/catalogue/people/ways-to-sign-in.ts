// Whether a person can sign in once the browser's session is over, and the first password of those
// who came by the set-up link without one.

import { type Kysely, sql } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import { endWaysIn } from '../accounts/end-ways-in.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashPassword } from '../store/password-hash.ts';
import type { Schema } from '../store/schema.ts';
import { recordChange } from '../trail/audit-context.ts';
import { OWN_FACTORS, type OwnContext } from './second-factors.ts';

interface WaysToSignIn {
  readonly hasPassword: boolean;
  readonly identities: number;
  readonly passkeys: number;
}

async function findWays(db: Kysely<Schema>, userId: UserId): Promise<WaysToSignIn> {
  const { rows } = await sql<WaysToSignIn>`
    select exists (select from users where id = ${userId} and password_hash is not null) as "hasPassword",
      (select count(*)::int from identities where user_id = ${userId}) as "identities",
      (select count(*)::int from passkeys where user_id = ${userId}) as "passkeys"
  `.execute(db);
  return rows[0] ?? { hasPassword: false, identities: 0, passkeys: 0 };
}

/** False for somebody who has nothing but the session of the set-up link. */
export async function canSignInAgain(db: Kysely<Schema>, userId: UserId): Promise<boolean> {
  const { hasPassword, identities, passkeys } = await findWays(db, userId);
  return hasPassword || identities > 0 || passkeys > 0;
}

/** Those with an identity sign in at its provider alone, which a password must not go round. */
export async function mayChooseFirstPassword(db: Kysely<Schema>, userId: UserId): Promise<boolean> {
  const { hasPassword, identities } = await findWays(db, userId);
  return !hasPassword && identities === 0;
}

/**
 * NOTE: only after a recent sign-in. Signs out other browsers; connections go on, since nothing
 * rested on a password. Throws `conflict` for people who have one, or an identity.
 */
export async function setFirstPassword(
  catalogue: Catalogue,
  context: OwnContext,
  { password, sessionId }: { readonly password: Secret; readonly sessionId: string },
): Promise<void> {
  const passwordHash = await hashPassword(catalogue, password);
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, OWN_FACTORS);
    const { userId } = context.actor;
    if (!(await mayChooseFirstPassword(tx, userId))) throw new PosternError('password_not_first');
    const changes = { password_hash: passwordHash, updated_at: catalogue.clock.now() };
    await tx.updateTable('users').set(changes).where('id', '=', userId).execute();
    await endWaysIn(tx, { userId, keepSessionId: sessionId });
    await recordChange(tx, { catalogue, context }, { event: 'identity.changed', reason: 'first password' });
  });
}
