// Pages of the members of an organization.

import { sql } from 'kysely';
import { z } from 'zod';
import { PosternError } from '../../errors.ts';
import type { AccountId, MembershipId, UserId } from '../../ids.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { digestOfList, foreignCursor } from '../store/keyset-pages.ts';
import type { AuditContext } from '../trail/audit-context.ts';
import { type Membership, membershipFrom } from './memberships.ts';

export interface ListedMember extends Membership {
  readonly email: string;
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
}

// Each sorts by a text that is the same in every session, so that a cursor compares with it.
const SORT_KEYS = {
  email: sql<string>`users.email_key collate "C"`,
  role: sql<string>`memberships.member_role collate "C"`,
  joined_at: sql<string>`to_char(memberships.joined_at at time zone 'utc', 'YYYYMMDDHH24MISSMS') collate "C"`,
} as const;

/** The list, then the position in it. */
const cursorSchema = z.tuple([z.string(), z.string(), z.string()]);

/** Throws `invalid_input` for a cursor of another list or order. */
export async function listMembers(
  catalogue: Catalogue,
  context: AuditContext,
  request: MembersRequest,
): Promise<{ readonly members: readonly ListedMember[]; readonly cursor: string | null }> {
  requireMay(context.actor, 'members.read', accountResource(request.accountId));
  const { sortBy = 'joined_at', sortOrder: order = 'desc' } = request;
  const sortKey = SORT_KEYS[sortBy];
  const list = digestOfList(`members ${request.accountId} ${sortBy} ${order}`);
  const after = decodeMemberCursor(list, request.cursor);
  const rows = await memberRows(catalogue)
    .select(sortKey.as('sort_key'))
    .where('memberships.account_id', '=', request.accountId)
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
    members: rows.map((row) => ({ ...membershipFrom(row), email: row.email, name: row.name })),
    cursor: isFull ? Buffer.from(JSON.stringify([list, last.sort_key, last.id])).toString('base64url') : null,
  };
}

/** One member. */
export async function getMember(
  catalogue: Catalogue,
  context: AuditContext,
  { accountId, membershipId }: { readonly accountId: AccountId; readonly membershipId: MembershipId },
): Promise<ListedMember> {
  requireMay(context.actor, 'members.read', accountResource(accountId));
  const row = await memberRows(catalogue)
    .where('memberships.id', '=', membershipId)
    .where('memberships.account_id', '=', accountId)
    .executeTakeFirst();
  if (row === undefined) throw new PosternError('not_found', { params: { thing: `member "${membershipId}"` } });
  return { ...membershipFrom(row), email: row.email, name: row.name };
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

function memberRows({ db }: Catalogue) {
  return db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .selectAll('memberships')
    .select(['users.email', 'users.name']);
}

function decodeMemberCursor(
  list: string,
  cursor: string | null | undefined,
): { readonly sortKey: string; readonly id: string } | null {
  if (cursor === null || cursor === undefined || cursor === '') return null;
  const parsed = cursorSchema.safeParse(jsonOf(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success || parsed.data[0] !== list) throw foreignCursor();
  const [, sortKey, id] = parsed.data;
  return { sortKey, id };
}

/** Null for text that is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
