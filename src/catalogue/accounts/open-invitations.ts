// The target of a mailed link: an invitation to an organization, or a project shared with a guest
// who has no account yet. Tokens are stored as hashes.

import type { Kysely } from 'kysely';
import type { AccountId, ShareId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { hashOfSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import type { MemberRole } from '../tables/people-and-accounts.ts';

export interface OpenInvitation {
  readonly email: string;
  readonly emailKey: string;
  readonly to:
    | {
        readonly kind: 'organization';
        readonly accountId: AccountId;
        readonly name: string;
        readonly memberRole: MemberRole;
      }
    | { readonly kind: 'project'; readonly shareId: ShareId; readonly name: string };
  /** Invited by an operator, who may create people anyway and so vouches for the address. */
  readonly isVouchedFor: boolean;
  /** A person with this e-mail exists, who signs in instead of signing up. */
  readonly hasAccount: boolean;
}

/** Null for a link that is unknown, withdrawn, used or expired. */
export async function findInvitationByToken(
  { clock, ...catalogue }: Catalogue,
  token: string,
  db: Kysely<Schema> = catalogue.db,
): Promise<OpenInvitation | null> {
  const link = { hash: hashOfSecret(token), now: clock.now() };
  const found = (await findMemberInvitation(db, link)) ?? (await findGuestInvitation(db, link));
  if (found === null) return null;
  const user = await db.selectFrom('users').select('id').where('email_key', '=', found.emailKey).executeTakeFirst();
  return { ...found, hasAccount: user !== undefined };
}

interface Link {
  readonly hash: Buffer;
  readonly now: Date;
}

async function findMemberInvitation(db: Kysely<Schema>, { hash, now }: Link) {
  const row = await db
    .selectFrom('invitations')
    .innerJoin('accounts', 'accounts.id', 'invitations.account_id')
    .leftJoin('users', 'users.id', 'invitations.invited_by')
    .select(['invitations.email', 'invitations.email_key', 'member_role', 'account_id', 'accounts.name', 'is_operator'])
    .where('token_hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return null;
  const to = {
    kind: 'organization',
    accountId: row.account_id,
    name: row.name,
    memberRole: row.member_role,
  } as const;
  return { email: row.email, emailKey: row.email_key, to, isVouchedFor: row.is_operator === true };
}

async function findGuestInvitation(db: Kysely<Schema>, { hash, now }: Link) {
  const row = await db
    .selectFrom('project_shares')
    .innerJoin('projects', 'projects.id', 'project_shares.project_id')
    .leftJoin('users', 'users.id', 'project_shares.granted_by')
    .select(['project_shares.id', 'project_shares.email', 'project_shares.email_key', 'projects.name', 'is_operator'])
    .where('link_hash', '=', hash)
    .where('link_expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return null;
  const to = { kind: 'project', shareId: row.id, name: row.name } as const;
  return { email: row.email, emailKey: row.email_key, to, isVouchedFor: row.is_operator === true };
}
