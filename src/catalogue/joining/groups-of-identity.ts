// The groups that an issuer last said a person is in.

import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { UserId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';

const groupsSchema = z.array(z.string()).nullable();

/** Of all identities of the person there; the issuer without a slash at its end. */
export async function groupsOf(
  tx: Transaction<Schema>,
  { userId, issuer }: { readonly userId: UserId; readonly issuer: string },
): Promise<string[]> {
  const rows = await tx
    .selectFrom('identities')
    .select('groups')
    .where('user_id', '=', userId)
    .where(sql`rtrim(issuer, '/')`, '=', issuer)
    .execute();
  return rows.flatMap(({ groups }) => groupsSchema.parse(groups) ?? []);
}
