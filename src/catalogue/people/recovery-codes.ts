// Recovery codes: ten at a time, shown once, kept as digests, each good for one sign-in.

import { randomInt } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { UserId } from '../../ids.ts';
import { Secret } from '../../secret.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashOfSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';

// docs/security.md, "Secrets that people and programs hold"
const CODES = 10;
const GROUPS = 4;
const GROUP_CHARACTERS = 4;
/** Without those that are mistaken for others on paper: 80 bits a code. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

/** The earlier ones are void. Returned this once. */
export async function replaceRecoveryCodes(
  tx: Transaction<Schema>,
  { catalogue, userId }: { readonly catalogue: Catalogue; readonly userId: UserId },
): Promise<readonly Secret[]> {
  const codes = Array.from({ length: CODES }, newCode);
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  const created_at = catalogue.clock.now();
  const rows = codes.map((code) => ({ user_id: userId, code_hash: digestOf(code), created_at }));
  await tx.insertInto('recovery_codes').values(rows).execute();
  return codes.map((code) => new Secret(code));
}

/** Of those who send the same code at the same time, one is told true. */
export async function useRecoveryCode(
  { db }: Pick<Catalogue, 'db'>,
  { userId, code }: { readonly userId: UserId; readonly code: string },
): Promise<boolean> {
  const taken = await db
    .deleteFrom('recovery_codes')
    .where('user_id', '=', userId)
    .where('code_hash', '=', digestOf(code))
    .executeTakeFirst();
  return taken.numDeletedRows > 0n;
}

/** However it was typed: capitals, spaces, no hyphens. */
function digestOf(code: string): Buffer {
  return hashOfSecret(code.toLowerCase().replace(/[^a-z0-9]/g, ''));
}

function newCode(): string {
  const group = () => Array.from({ length: GROUP_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}
