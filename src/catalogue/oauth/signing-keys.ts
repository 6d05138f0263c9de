// The keys that sign ID tokens: made by whichever node needs one first, sealed, the same for all
// nodes. A new one is published before it signs, and an old one after it has, so that whoever keeps
// our keys for a while never meets a signature by one that they do not have.

import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Catalogue } from '../store/catalogue.ts';
import type { SealedPlace } from '../store/sealing.ts';

const DAY_MS = 24 * 3_600_000;
// docs/security.md, "Programs with consent"
const SIGNS_FOR_MS = 90 * DAY_MS;
const PUBLISHED_BEFORE_MS = 2 * DAY_MS;
/** Longer than any ID token is valid. */
const PUBLISHED_AFTER_MS = 2 * DAY_MS;
// neonctl 2.0 takes no other.
const ALGORITHM = 'RS256';
/** PostgreSQL documentation, "Advisory Locks": any number that nobody else here uses. */
const MAKING_KEYS = 7_350_035;

const jwkSchema = z.record(z.string(), z.unknown());

export interface SigningKeys {
  /** With its private part. */
  readonly current: JWK;
  /** Public parts, the current one's among them. */
  readonly published: readonly JWK[];
}

interface KeyRow {
  readonly id: string;
  readonly public_key: unknown;
  readonly sealed_private_key: string;
  readonly signs_from: Date;
}

/** Makes the first and the next one where it is time, and forgets those nobody needs any more. */
export async function replaceSigningKeys(catalogue: Catalogue): Promise<SigningKeys> {
  const rows = await readKeys(catalogue);
  return keysOf(catalogue, isOneDue(rows, catalogue.clock.now()) ? await addKey(catalogue) : rows);
}

/** Newest first. */
async function readKeys({ db }: Pick<Catalogue, 'db'>): Promise<KeyRow[]> {
  return await db.selectFrom('oauth_signing_keys').selectAll().orderBy('signs_from', 'desc').orderBy('id').execute();
}

function isOneDue([newest]: readonly KeyRow[], now: Date): boolean {
  if (newest === undefined) return true;
  return newest.signs_from.getTime() + SIGNS_FOR_MS - PUBLISHED_BEFORE_MS <= now.getTime();
}

async function addKey(catalogue: Catalogue): Promise<KeyRow[]> {
  const now = catalogue.clock.now();
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const [publicJwk, privateJwk] = await Promise.all([exportJWK(publicKey), exportJWK(privateKey)]);
  const id = await calculateJwkThumbprint(publicJwk);
  const facts = { kid: id, alg: ALGORITHM, use: 'sig' };
  return await catalogue.transaction(async (tx) => {
    await sql`select pg_advisory_xact_lock(${MAKING_KEYS})`.execute(tx);
    const rows = await readKeys({ db: tx });
    if (!isOneDue(rows, now)) return rows;
    const isFirst = rows.length === 0;
    await tx
      .insertInto('oauth_signing_keys')
      .values({
        id,
        public_key: JSON.stringify({ ...publicJwk, ...facts }),
        sealed_private_key: catalogue.sealer.seal(JSON.stringify({ ...privateJwk, ...facts }), placeOf(id)),
        created_at: now,
        signs_from: isFirst ? now : new Date(now.getTime() + PUBLISHED_BEFORE_MS),
      })
      .execute();
    const outdated = outdatedKeys(rows, now);
    if (outdated.length > 0) await tx.deleteFrom('oauth_signing_keys').where('id', 'in', outdated).execute();
    return await readKeys({ db: tx });
  });
}

/** Those whose successor has signed for long enough; `rows` newest first. */
function outdatedKeys(rows: readonly KeyRow[], now: Date): string[] {
  const isOver = (successor: KeyRow | undefined) =>
    successor !== undefined && successor.signs_from.getTime() + PUBLISHED_AFTER_MS <= now.getTime();
  return rows.filter((_row, index) => isOver(rows[index - 1])).map(({ id }) => id);
}

function keysOf({ clock, sealer }: Catalogue, rows: readonly KeyRow[]): SigningKeys {
  const now = clock.now();
  // A clock that is behind finds the first one not signing yet.
  const signing = rows.find(({ signs_from }) => signs_from <= now) ?? rows.at(-1);
  if (signing === undefined) throw new Error('there is no signing key');
  const outdated = new Set(outdatedKeys(rows, now));
  const privateText = sealer.open(signing.sealed_private_key, placeOf(signing.id)).reveal();
  return {
    current: jwkSchema.parse(JSON.parse(privateText)),
    published: rows.filter(({ id }) => !outdated.has(id)).map((row) => jwkSchema.parse(row.public_key)),
  };
}

function placeOf(id: string): SealedPlace {
  return { table: 'oauth_signing_keys', rowId: id, column: 'sealed_private_key' };
}
