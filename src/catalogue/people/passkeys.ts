// Passkeys: public keys by which people sign in, each with the host name at which it works. The
// caller has verified the browser's answers.

import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import type { Secret } from '../../secret.ts';
import type { ProvenPerson } from '../rights/proven-person.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import type { Schema } from '../store/schema.ts';
import { isUniqueViolation, missing } from '../store/store-errors.ts';
import type { PasskeysTable } from '../tables/second-factors.ts';
import { OWN_FACTORS, type OwnContext, settleAddedFactor, settleRemovedFactor } from './second-factors.ts';
import { canSignInAgain } from './ways-to-sign-in.ts';

export const MOST_PASSKEYS = 20;
const transportsSchema = z.array(z.string()).catch([]);

export type Passkey = ReturnType<typeof passkeyFrom>;
/** With its person, as both are before the answer is compared. */
export type FoundPasskey = Passkey & { readonly person: ProvenPerson };

export interface NewPasskey extends Pick<Passkey, 'credentialId' | 'publicKey' | 'counter' | 'rpId' | 'isSynced'> {
  readonly name: string;
  readonly transports: readonly string[];
}

/** The oldest first. */
export async function listPasskeys(db: Kysely<Schema>, userId: UserId): Promise<Passkey[]> {
  const rows = await db
    .selectFrom('passkeys')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(passkeyFrom);
}

/** Null for one that nobody has, or has any more. */
export async function findPasskey(db: Kysely<Schema>, credentialId: string): Promise<FoundPasskey | null> {
  const row = await db
    .selectFrom('passkeys')
    .innerJoin('users', 'users.id', 'passkeys.user_id')
    .selectAll('passkeys')
    .select('credentials_version')
    .where('credential_id', '=', credentialId)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { ...passkeyFrom(row), person: { id: row.user_id, credentialsVersion: row.credentials_version } };
}

/** Returns recovery codes for the first factor. Throws `conflict` for one that is registered. */
export async function addPasskey(
  catalogue: Catalogue,
  context: OwnContext,
  { passkey, sessionId }: { readonly passkey: NewPasskey; readonly sessionId: string },
): Promise<readonly Secret[] | null> {
  const name = requireName(passkey.name, 'name');
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, OWN_FACTORS);
    const { userId } = context.actor;
    if ((await listPasskeys(tx, userId)).length >= MOST_PASSKEYS) {
      throw new PosternError('too_many_passkeys', { params: { limit: String(MOST_PASSKEYS) } });
    }
    await tx
      .insertInto('passkeys')
      .values({
        id: randomUUID(),
        credential_id: passkey.credentialId,
        user_id: userId,
        public_key: Buffer.from(passkey.publicKey),
        counter: passkey.counter,
        transports: JSON.stringify(passkey.transports),
        rp_id: passkey.rpId,
        name,
        is_synced: passkey.isSynced,
        created_at: catalogue.clock.now(),
        last_used_at: null,
      })
      .execute()
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? new PosternError('passkey_known') : error;
      });
    const change = { sessionId, reason: 'passkey added', method: 'passkey' } as const;
    return await settleAddedFactor(tx, { catalogue, context }, change);
  });
}

/** Throws `not_found` for another person's, `conflict` for the only way to sign in. */
export async function removePasskey(
  catalogue: Catalogue,
  context: OwnContext,
  { passkeyId, sessionId }: { readonly passkeyId: string; readonly sessionId: string },
): Promise<Passkey> {
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, OWN_FACTORS);
    const row = await tx
      .deleteFrom('passkeys')
      .where('id', '=', passkeyId)
      .where('user_id', '=', context.actor.userId)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw missing('passkey');
    if (!(await canSignInAgain(tx, row.user_id))) throw new PosternError('last_identity');
    await settleRemovedFactor(tx, { catalogue, context }, { sessionId, reason: 'passkey removed' });
    return passkeyFrom(row);
  });
}

/**
 * Counts a verified use; false when the passkey is gone, or its count is not beyond the last one.
 * WebAuthn Level 3, 6.1.1: that happens when it was copied. Those that do not count always say 0.
 */
export async function notePasskeyUse(
  { db, clock }: Pick<Catalogue, 'db' | 'clock'>,
  { passkeyId, counter }: { readonly passkeyId: string; readonly counter: number },
): Promise<boolean> {
  const used = await db
    .updateTable('passkeys')
    .set({ counter, last_used_at: clock.now() })
    .where('id', '=', passkeyId)
    .where(({ eb, and, or, lit, val }) =>
      or([eb('counter', '<', val(String(counter))), and([eb('counter', '=', '0'), eb(lit(counter === 0), '=', true)])]),
    )
    .executeTakeFirst();
  return used.numUpdatedRows > 0n;
}

function passkeyFrom(row: Selectable<PasskeysTable>) {
  return {
    id: row.id,
    credentialId: row.credential_id,
    userId: row.user_id,
    publicKey: new Uint8Array(row.public_key),
    counter: Number(row.counter),
    transports: transportsSchema.parse(row.transports),
    rpId: row.rp_id,
    name: row.name,
    isSynced: row.is_synced,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
