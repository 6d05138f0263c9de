// The set-up link: while there are no people, a code's holder may become the first operator.

import { type Kysely, sql } from 'kysely';
import type { Secret } from '../../secret.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashPassword } from '../store/password-hash.ts';
import { hashOfSecret, newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { insertUser, type User } from './users.ts';

// docs/security.md, "Secrets that people and programs hold"
const SETUP_CODE_LIFE_MS = 3_600_000;

/** Valid for an hour; null once there is a person. Nodes that start together each get one. */
export async function createSetupCodeIfEmpty(catalogue: Catalogue): Promise<Secret | null> {
  if (await hasPeople(catalogue.db)) return null;
  const code = newRandomSecret();
  const now = catalogue.clock.now();
  await catalogue.db
    .insertInto('setup_codes')
    .values({
      code_hash: hashOfSecret(code.reveal()),
      created_at: now,
      expires_at: new Date(now.getTime() + SETUP_CODE_LIFE_MS),
    })
    .execute();
  return code;
}

export async function isSetupCodeValid(catalogue: Catalogue, code: string): Promise<boolean> {
  if (await hasPeople(catalogue.db)) return false;
  return findCode(catalogue.db, code, catalogue.clock.now());
}

/**
 * Creates the first operator, who may choose a way to sign in later, and voids every code. Throws
 * `not_found` for an invalid code.
 */
export async function useSetupCode(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly code: string; readonly email: string; readonly name: string; readonly password: Secret | null },
): Promise<User> {
  const passwordHash = input.password === null ? null : await hashPassword(catalogue, input.password);
  return catalogue.transaction(async (tx) => {
    // Two valid codes must not create two first operators.
    await sql`lock table setup_codes in exclusive mode`.execute(tx);
    const isValid = !(await hasPeople(tx)) && (await findCode(tx, input.code, catalogue.clock.now()));
    if (!isValid) throw missing('set-up link');
    await tx.deleteFrom('setup_codes').execute();
    return insertUser(tx, {
      catalogue,
      context,
      input: { ...input, isOperator: true },
      passwordHash,
      by: 'themselves',
    });
  });
}

/** False before the first operator has an account. */
export async function hasPeople(db: Kysely<Schema>): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined;
}

async function findCode(db: Kysely<Schema>, code: string, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('setup_codes')
    .select('created_at')
    .where('code_hash', '=', hashOfSecret(code))
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row !== undefined;
}
