// The guests of an account: the people with whom single projects of it are shared.

import type { AccountId } from '../../ids.ts';
import { quoted } from '../../untrusted-text.ts';
import { type InvitationOutcome, inviteMembers } from '../accounts/invite-members.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey } from '../store/email-address.ts';
import { missing } from '../store/store-errors.ts';
import type { MemberRole } from '../tables/people-and-accounts.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { type Share, shareFrom } from './shares.ts';

export interface Guest {
  readonly email: string;
  /** Null until the guest has used a link. */
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
    const known = guests.get(row.email_key);
    const share = { ...shareFrom(row), projectName: row.project_name };
    const name = known?.name ?? (share.isLinkUsed ? row.user_name : null);
    guests.set(row.email_key, { email: row.email, name, shares: [...(known?.shares ?? []), share] });
  }
  return [...guests.values()];
}

/** Invites the guest, who stays a guest until the invitation is accepted. */
export async function convertGuest(
  catalogue: Catalogue,
  context: AuditContext,
  input: { readonly accountId: AccountId; readonly email: string; readonly memberRole?: MemberRole },
): Promise<InvitationOutcome> {
  const { accountId, email, memberRole = 'member' } = input;
  requireMay(context.actor, 'guests.convert', accountResource(accountId));
  const guests = await listGuests(catalogue, context, accountId);
  const isGuest = guests.some((guest) => emailKey(guest.email) === emailKey(email));
  if (!isGuest) throw missing(`guest ${quoted(email)}`);
  const [outcome] = await inviteMembers(catalogue, context, { accountId, invitations: [{ email, memberRole }] });
  if (outcome === undefined) throw new Error('an invitation had no outcome');
  return outcome;
}
