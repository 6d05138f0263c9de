// Pages of the members of an organization, and the admins over a person.

import { type Kysely, sql } from 'kysely';
import type { AccountId, MembershipId, UserId } from '../../ids.ts';
import { accountResource, may, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { decodePosition, encodeCursor, escapeLike } from '../store/keyset-pages.ts';
import type { Schema } from '../store/schema.ts';
import { missing } from '../store/store-errors.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { type Membership, membershipFrom } from './memberships.ts';

export interface ListedMember extends Membership {
  readonly email: string;
  /** False: somebody signs in with the address who has not proved it. */
  readonly isEmailVerified: boolean;
  readonly name: string;
}

export interface MembersRequest {
  readonly accountId: AccountId;
  /** Absent: by date of joining. */
  readonly sortBy?: 'email' | 'role' | 'joined_at';
  /** Absent: descending (Neon API 2.7.3). */
  readonly sortOrder?: 'asc' | 'desc';
  readonly limit: number;
  readonly cursor?: string | null;
  /** Part of the name or e-mail, in any case. */
  readonly search?: string;
}

// Each sorts by a text that is the same in every session, so that a cursor compares with it.
const SORT_KEYS = {
  email: sql<string>`users.email_key collate "C"`,
  role: sql<string>`memberships.member_role collate "C"`,
  joined_at: sql<string>`to_char(memberships.joined_at at time zone 'utc', 'YYYYMMDDHH24MISSMS') collate "C"`,
} as const;

/** Throws `invalid_input` for a cursor of another list or order. */
export async function listMembers(catalogue: Catalogue, context: AuditContext, request: MembersRequest) {
  requireMay(context.actor, 'members.read', accountResource(request.accountId));
  const { sortBy = 'joined_at', sortOrder: order = 'desc', search = '' } = request;
  const sortKey = SORT_KEYS[sortBy];
  const list = `members ${request.accountId} ${sortBy} ${order}`;
  const after = decodePosition(list, request.cursor);
  const rows = await memberRows(catalogue)
    .select(sortKey.as('sort_key'))
    .where('memberships.account_id', '=', request.accountId)
    .$if(search !== '', (query) => query.where(personMatches(search)))
    .$if(after !== null, (query) =>
      query.where(
        sql<boolean>`(${sortKey}, memberships.id) ${sql.raw(order === 'asc' ? '>' : '<')} (${after?.sortKey}, ${after?.id})`,
      ),
    )
    .orderBy(sortKey, order)
    .orderBy('memberships.id', order)
    .limit(request.limit)
    .execute();
  const last = rows.at(-1);
  const isFull = last !== undefined && rows.length >= request.limit;
  return {
    members: rows.map(listedMember),
    cursor: isFull ? encodeCursor(list, { at: last.sort_key, id: last.id }) : null,
  };
}

/** By name, of those accounts whose members the person may see. */
export async function searchMembers(
  catalogue: Catalogue,
  { actor }: Pick<AuditContext, 'actor'>,
  request: { readonly accountIds: readonly AccountId[]; readonly search: string; readonly limit: number },
): Promise<ListedMember[]> {
  const accountIds = request.accountIds.filter((id) => may(actor, 'members.read', accountResource(id)));
  if (accountIds.length === 0) return [];
  const rows = await memberRows(catalogue)
    .where('memberships.account_id', 'in', accountIds)
    .where(personMatches(request.search))
    .orderBy('users.name')
    .orderBy('memberships.id')
    .limit(request.limit)
    .execute();
  return rows.map(listedMember);
}

export async function getMember(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, membershipId }: { readonly accountId: AccountId; readonly membershipId: MembershipId },
): Promise<ListedMember> {
  requireMay(context.actor, 'members.read', accountResource(accountId));
  const row = await memberRows(catalogue)
    .where('memberships.id', '=', membershipId)
    .where('memberships.account_id', '=', accountId)
    .executeTakeFirstOrThrow(() => missing(`member "${membershipId}"`));
  return listedMember(row);
}

/** The person's membership in an account; null without one. Does not check permissions. */
export async function findMembership(
  catalogue: Catalogue,
  { accountId, userId }: { readonly accountId: AccountId; readonly userId: UserId },
): Promise<Membership | null> {
  const row = await catalogue.db
    .selectFrom('memberships')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row === undefined ? null : membershipFrom(row);
}

/** Part of the name or the e-mail, in any case. */
export function personMatches(search: string) {
  const pattern = `%${escapeLike(search)}%`;
  return sql<boolean>`(users.name ilike ${pattern} or users.email ilike ${pattern})`;
}

function memberRows({ db }: Catalogue) {
  return db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .selectAll('memberships')
    .select(['users.email', 'users.email_verified', 'users.name']);
}

type MemberRow = Awaited<ReturnType<ReturnType<typeof memberRows>['executeTakeFirstOrThrow']>>;

function listedMember(row: MemberRow): ListedMember {
  return { ...membershipFrom(row), email: row.email, isEmailVerified: row.email_verified, name: row.name };
}

/** Does not check permissions. */
export async function listAdminEmails(db: Kysely<Schema>, accountId: AccountId): Promise<string[]> {
  const rows = await db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select('users.email')
    .where('memberships.account_id', '=', accountId)
    .where('memberships.member_role', '=', 'admin')
    .where('users.disabled_at', 'is', null)
    .orderBy('users.email')
    .execute();
  return rows.map(({ email }) => email);
}

export interface AnsweringOrganization {
  readonly id: AccountId;
  readonly name: string;
  /** At least one; includes the person if an admin there. */
  readonly adminEmails: readonly string[];
}

/**
 * Of the organizations that the person joined by an own act: neither those where others made the
 * person a member nor those where the person is a guest learn what happens elsewhere. By name.
 */
export async function adminsOverPerson({ db }: Catalogue, userId: UserId): Promise<AnsweringOrganization[]> {
  const rows = await db
    .selectFrom('accounts')
    .innerJoin('memberships', 'memberships.account_id', 'accounts.id')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select(['accounts.id', 'accounts.name', 'users.email'])
    .where('memberships.member_role', '=', 'admin')
    .where(
      'accounts.id',
      'in',
      db
        .selectFrom('memberships')
        .select('account_id')
        .where('user_id', '=', userId)
        .where('joined_by', '=', 'themselves'),
    )
    .orderBy('accounts.name')
    .orderBy('accounts.id')
    .orderBy('users.email')
    .execute();
  const organizations = new Map<AccountId, AnsweringOrganization & { adminEmails: string[] }>();
  for (const { id, name, email } of rows) {
    const organization = organizations.get(id) ?? { id, name, adminEmails: [] };
    organization.adminEmails.push(email);
    organizations.set(id, organization);
  }
  return [...organizations.values()];
}
