// Ends the ways by which somebody may already be in a person's account, or about to come in: the
// other browsers and the reset links. Whenever the password, the e-mail or the account changes.

import type { Transaction } from 'kysely';
import type { UserId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';

interface WaysIn {
  readonly userId: UserId;
  /** Of the browser in which the person acts; absent: every browser is signed out. */
  readonly keepSessionId?: string | undefined;
}

export async function endWaysIn(tx: Transaction<Schema>, { userId, keepSessionId = '' }: WaysIn): Promise<void> {
  await tx.deleteFrom('browser_sessions').where('user_id', '=', userId).where('id', '<>', keepSessionId).execute();
  await voidResetLinks(tx, userId);
}

export async function voidResetLinks(tx: Transaction<Schema>, userId: UserId): Promise<void> {
  await tx.deleteFrom('reset_links').where('user_id', '=', userId).execute();
}
