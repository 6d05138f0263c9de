// One-time codes of an authenticator app (RFC 6238): the secret sealed, confirmed by a first code,
// and no code taken twice.

import { Secret as OtpSecret, TOTP } from 'otpauth';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import { Secret } from '../../secret.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { withSecondFactor } from '../rights/sign-in-strength.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { missing } from '../store/store-errors.ts';
import { OWN_FACTORS, type OwnContext, settleAddedFactor, settleRemovedFactor } from './second-factors.ts';

const STEP_S = 30;
const DIGITS = 6;
/** RFC 4226, section 4, R6. */
const SECRET_BYTES = 20;
/** Steps by which the clocks may differ, either way (RFC 6238, 5.2). */
const SKEW_STEPS = 1;
/** How long a secret waits for its first code. */
const SETTING_UP_MS = 15 * 60_000;

/** A secret that the app does not have yet. Takes the place of an earlier such one. */
export async function beginOneTimeCodes(catalogue: Catalogue, context: OwnContext): Promise<void> {
  const { userId } = context.actor;
  const secret = new OtpSecret({ size: SECRET_BYTES }).base32;
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, OWN_FACTORS);
    const waiting = {
      sealed_secret: catalogue.sealer.seal(secret, placeOf(userId)),
      last_step: 0,
      created_at: catalogue.clock.now(),
      confirmed_at: null,
    };
    const set = await tx
      .insertInto('one_time_code_secrets')
      .values({ id: userId, ...waiting })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet(waiting).where('one_time_code_secrets.confirmed_at', 'is', null),
      )
      .executeTakeFirst();
    if (set.numInsertedOrUpdatedRows === 0n) throw new PosternError('one_time_codes_on');
  });
}

/** The secret for the app, and as a URI for its camera; null when none waits to be confirmed. */
export async function findWaitingSecret(
  catalogue: Catalogue,
  { userId, email, brand }: { readonly userId: UserId; readonly email: string; readonly brand: string },
): Promise<{ readonly secret: Secret; readonly uri: Secret } | null> {
  const row = await findSecret(catalogue, userId);
  if (row === undefined || row.confirmed_at !== null || isTooOld(catalogue, row)) return null;
  const totp = totpOf(catalogue.sealer.open(row.sealed_secret, placeOf(userId)), { issuer: brand, label: email });
  return { secret: new Secret(totp.secret.base32), uri: new Secret(totp.toString()) };
}

/** Returns recovery codes for the first factor. Throws `code_refused`, `not_found`. */
export async function confirmOneTimeCodes(
  catalogue: Catalogue,
  context: OwnContext,
  { code, sessionId }: { readonly code: string; readonly sessionId: string },
): Promise<readonly Secret[] | null> {
  const { userId } = context.actor;
  return catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, OWN_FACTORS);
    const row = await findSecret({ ...catalogue, db: tx }, userId);
    if (row === undefined || row.confirmed_at !== null || isTooOld(catalogue, row)) throw missing('code to confirm');
    const step = stepOf(catalogue, { sealed: row.sealed_secret, userId, code });
    if (step === null) throw new PosternError('code_refused');
    const confirmed = { confirmed_at: catalogue.clock.now(), last_step: step };
    await tx.updateTable('one_time_code_secrets').set(confirmed).where('id', '=', userId).execute();
    const session = await tx
      .selectFrom('browser_sessions')
      .select('sign_in_method')
      .where('id', '=', sessionId)
      .executeTakeFirst();
    const method = session === undefined ? null : withSecondFactor(session.sign_in_method);
    return await settleAddedFactor(tx, { catalogue, context }, { sessionId, reason: 'one-time codes on', method });
  });
}

/** Throws `not_found` when they are off. */
export async function endOneTimeCodes(
  catalogue: Catalogue,
  context: OwnContext,
  { sessionId }: { readonly sessionId: string },
): Promise<void> {
  await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, OWN_FACTORS);
    const removed = await tx
      .deleteFrom('one_time_code_secrets')
      .where('id', '=', context.actor.userId)
      .where('confirmed_at', 'is not', null)
      .executeTakeFirst();
    if (removed.numDeletedRows === 0n) throw missing('code');
    await settleRemovedFactor(tx, { catalogue, context }, { sessionId, reason: 'one-time codes off' });
  });
}

/** Of those who send the same code at the same time, one is told true; nobody after them. */
export async function useOneTimeCode(
  catalogue: Catalogue,
  { userId, code }: { readonly userId: UserId; readonly code: string },
): Promise<boolean> {
  const row = await findSecret(catalogue, userId);
  if (row === undefined || row.confirmed_at === null) return false;
  const step = stepOf(catalogue, { sealed: row.sealed_secret, userId, code });
  if (step === null) return false;
  const taken = await catalogue.db
    .updateTable('one_time_code_secrets')
    .set({ last_step: step })
    .where('id', '=', userId)
    .where('confirmed_at', 'is not', null)
    .where('last_step', '<', String(step))
    .executeTakeFirst();
  return taken.numUpdatedRows > 0n;
}

/** The step whose code it is; null when it is none of those that count now. */
function stepOf(
  { sealer, clock }: Catalogue,
  { sealed, userId, code }: { readonly sealed: string; readonly userId: UserId; readonly code: string },
): number | null {
  const timestamp = clock.now().getTime();
  const totp = totpOf(sealer.open(sealed, placeOf(userId)), {});
  const delta = totp.validate({ token: code, timestamp, window: SKEW_STEPS });
  return delta === null ? null : Math.floor(timestamp / 1_000 / STEP_S) + delta;
}

function totpOf(secret: Secret, names: { readonly issuer?: string; readonly label?: string }): TOTP {
  const shape = { algorithm: 'SHA1', digits: DIGITS, period: STEP_S } as const;
  return new TOTP({ ...names, ...shape, secret: OtpSecret.fromBase32(secret.reveal()) });
}

function findSecret({ db }: Pick<Catalogue, 'db'>, userId: UserId) {
  return db.selectFrom('one_time_code_secrets').selectAll().where('id', '=', userId).executeTakeFirst();
}

function isTooOld({ clock }: Catalogue, { created_at }: { readonly created_at: Date }): boolean {
  return clock.now().getTime() - created_at.getTime() > SETTING_UP_MS;
}

function placeOf(userId: UserId) {
  return { table: 'one_time_code_secrets', rowId: userId, column: 'sealed_secret' } as const;
}
