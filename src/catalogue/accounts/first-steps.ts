// What a new installation or a new person has done already, for the checklist on the start page.

import type { UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';

/** Known terminals are forgotten after a month, targets go with their computes: either will do. */
export async function hasApprovedTerminal({ db }: Catalogue, userId: UserId): Promise<boolean> {
  for (const table of ['last_used_targets', 'known_terminals'] as const) {
    const row = await db.selectFrom(table).select('user_id').where('user_id', '=', userId).limit(1).executeTakeFirst();
    if (row !== undefined) return true;
  }
  return false;
}

export interface InstallationSteps {
  readonly hasInvited: boolean;
  readonly hasAttached: boolean;
}

/** Of the installation as a whole: somebody was invited; a database was attached. */
export async function installationSteps({ db }: Catalogue): Promise<InstallationSteps> {
  const people = await db.selectFrom('users').select('id').limit(2).execute();
  const invitation = await db.selectFrom('invitations').select('id').limit(1).executeTakeFirst();
  const attached = await db
    .selectFrom('computes')
    .select('id')
    .where('host_id', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return { hasInvited: people.length > 1 || invitation !== undefined, hasAttached: attached !== undefined };
}
