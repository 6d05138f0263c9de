// Codes, access tokens and refresh tokens of our own issuer, by SHA-256. Each rests on a consent
// and is gone with it, on every node at once, since each use is looked up.

import { z } from 'zod';
import type { ConsentId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashOfSecret } from '../store/random-secrets.ts';
import type { OauthTokensTable } from '../tables/oauth.ts';
import { moveExpiry } from './consents.ts';

export type IssuedKind = OauthTokensTable['kind'];

interface WhichToken {
  readonly token: string;
  readonly kind: IssuedKind;
}

export interface NewIssuedToken extends WhichToken {
  readonly consentId: ConsentId;
  /** What the issuer remembers of it; never the token itself. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly lifeMs: number;
}

const payloadSchema = z.record(z.string(), z.unknown());

/** False when the consent has ended meanwhile. */
export async function insertIssuedToken(catalogue: Catalogue, issued: NewIssuedToken): Promise<boolean> {
  const { db, clock } = catalogue;
  const { token, kind, consentId, payload, lifeMs } = issued;
  const now = clock.now();
  const consent = db.selectFrom('oauth_consents').where('id', '=', consentId).where('expires_at', '>', now);
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('oauth_tokens')
    .columns(['digest', 'kind', 'consent_id', 'payload', 'expires_at', 'consumed_at'])
    .expression(
      consent.select((row) => [
        row.val(hashOfSecret(token)).as('digest'),
        row.val(kind).as('kind'),
        'id',
        row.cast(row.val(JSON.stringify(payload)), 'jsonb').as('payload'),
        row.val(new Date(now.getTime() + lifeMs)).as('expires_at'),
        row.cast(row.val(null), 'timestamptz').as('consumed_at'),
      ]),
    )
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  if (kind === 'refresh') await moveExpiry(catalogue, consentId);
  return true;
}

/** Also one that was consumed; null when it expired, or its consent ended. */
export async function findIssuedToken({ db, clock }: Pick<Catalogue, 'db' | 'clock'>, which: WhichToken) {
  const now = clock.now();
  const row = await db
    .selectFrom('oauth_tokens')
    .innerJoin('oauth_consents', 'oauth_consents.id', 'oauth_tokens.consent_id')
    .select(['consent_id', 'payload', 'consumed_at'])
    .where('digest', '=', hashOfSecret(which.token))
    .where('kind', '=', which.kind)
    .where('oauth_tokens.expires_at', '>', now)
    .where('oauth_consents.expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { consent_id: consentId, consumed_at: consumedAt } = row;
  return { consentId, payload: payloadSchema.parse(row.payload), consumedAt };
}

/** False for whoever comes second, however close. */
export async function useIssuedTokenOnce({ db, clock }: Pick<Catalogue, 'db' | 'clock'>, which: WhichToken) {
  const { numUpdatedRows } = await db
    .updateTable('oauth_tokens')
    .set({ consumed_at: clock.now() })
    .where('digest', '=', hashOfSecret(which.token))
    .where('kind', '=', which.kind)
    .where('consumed_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
