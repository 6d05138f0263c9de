// The guests of an account, with whom its projects are shared; they can become members.

import { PosternError } from '../../errors.ts';
import type { AccountId } from '../../ids.ts';
import { type InvitationOutcome, inviteMembers } from '../accounts/invite-members.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey } from '../store/email-address.ts';
import type { MemberRole } from '../tables/people-and-accounts.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { type Share, shareFrom } from './shares.ts';

export interface Guest {
  readonly email: string;
  /** Null until a person with that e-mail has an account. */
  readonly name: string | null;
  readonly shares: ReadonlyArray<Share & { readonly projectName: string }>;
}

/** Guests sorted by e-mail, each with the projects shared. */
export async function listGuests(catalogue: Catalogue, context: AuditContext, accountId: AccountId): Promise<Guest[]> {
  requireMay(context.actor, 'guests.read', accountResource(accountId));
  const rows = await catalogue.db
    .selectFrom('projects')
    .innerJoin('project_shares', 'project_shares.project_id', 'projects.id')
    .leftJoin('users', 'users.id', 'project_shares.user_id')
    .selectAll('project_shares')
    .select(['projects.name as project_name', 'users.name as user_name'])
    .where('projects.account_id', '=', accountId)
    .orderBy('project_shares.email_key')
    .orderBy('projects.name')
    .execute();
  const guests = new Map<string, Guest>();
  for (const row of rows) {
    const shares = guests.get(row.email_key)?.shares ?? [];
    const share = { ...shareFrom(row), projectName: row.project_name };
    guests.set(row.email_key, { email: row.email, name: row.user_name, shares: [...shares, share] });
  }
  return [...guests.values()];
}

/** Removes the shares. A guest without an account is invited and stays a guest until then. */
export async function convertGuest(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly accountId: AccountId; readonly email: string; readonly memberRole?: MemberRole },
): Promise<InvitationOutcome> {
  const { accountId, email, memberRole = 'member' } = input;
  requireMay(context.actor, 'guests.convert', accountResource(accountId));
  const guests = await listGuests(catalogue, context, accountId);
  const isGuest = guests.some((guest) => emailKey(guest.email) === emailKey(email));
  if (!isGuest) throw new PosternError('not_found', { params: { thing: `guest "${email}"` } });
  const [outcome] = await inviteMembers(catalogue, context, { accountId, invitations: [{ email, memberRole }] });
  if (outcome === undefined) throw new Error('an invitation had no outcome');
  return outcome;
}
