// That a proof of who a person is still counts when a session or a change begins with it: comparing
// takes long, and meanwhile the account may be disabled, reset, or given a second factor.

import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';

/** The person as read with what the proof was compared with, and not later. */
export interface ProvenPerson {
  readonly id: UserId;
  readonly credentialsVersion: number;
}

/**
 * NOTE: locks the row, so that nothing begins beside the change that ends the proof. Throws
 * `not_found`, `account_disabled`, `sign_in_outdated`.
 */
export async function lockProvenPerson(tx: Transaction<Schema>, person: ProvenPerson) {
  const row = await tx
    .selectFrom('users')
    .select(['email', 'disabled_at', 'credentials_version'])
    .where('id', '=', person.id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row === undefined) throw missing('person');
  if (row.disabled_at !== null) throw new PosternError('account_disabled');
  if (row.credentials_version !== person.credentialsVersion) throw new PosternError('sign_in_outdated');
  return row;
}

/** Sign-ins that are under way begin nothing any more. Locks the person's row. */
export async function voidProofs(tx: Transaction<Schema>, userId: UserId): Promise<void> {
  await tx
    .updateTable('users')
    .set(({ eb }) => ({ credentials_version: eb('credentials_version', '+', 1) }))
    .where('id', '=', userId)
    .execute();
}
