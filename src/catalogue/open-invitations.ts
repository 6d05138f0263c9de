// What a link that somebody was mailed leads to: an invitation to an organization, or a project shared with a guest who has
// no account yet. Tokens are kept as hashes.

import type { Kysely } from 'kysely';
import type { Catalogue } from './catalogue.ts';
import { hashOfSecret } from './random-secrets.ts';
import type { Schema } from './schema.ts';
import type { MemberRole } from './tables/people-and-accounts.ts';

export interface OpenInvitation {
  readonly email: string;
  readonly emailKey: string;
  readonly to:
    | { readonly kind: 'organization'; readonly name: string; readonly memberRole: MemberRole }
    | { readonly kind: 'project'; readonly name: string };
  /** The e-mail has a person already, who signs in instead of signing up. */
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
    .select(['email', 'email_key', 'member_role', 'accounts.name'])
    .where('token_hash', '=', hash)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return null;
  const to = { kind: 'organization', name: row.name, memberRole: row.member_role } as const;
  return { email: row.email, emailKey: row.email_key, to };
}

async function findGuestInvitation(db: Kysely<Schema>, { hash, now }: Link) {
  const row = await db
    .selectFrom('project_shares')
    .innerJoin('projects', 'projects.id', 'project_shares.project_id')
    .select(['email', 'email_key', 'projects.name'])
    .where('link_hash', '=', hash)
    .where('link_expires_at', '>', now)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { email: row.email, emailKey: row.email_key, to: { kind: 'project', name: row.name } as const };
}
