// Whose a requested user is at a place: a client writes any name, so the people who approved logins
// under it, and those whom it may mean, are told apart here.

import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { emailKey } from '../store/email-address.ts';

const DAY_MS = 24 * 3_600_000;
/** As long as a terminal stays known (last-used-targets.ts). */
const NAME_STAYS_KNOWN_MS = 30 * DAY_MS;

/** Where a terminal is, as grants tell places apart, and the addresses of browsers there. */
export interface Place {
  readonly place: string;
  /** Empty where browsers at the address say nothing of who is there, as on loopback. */
  readonly browserAddresses: readonly string[];
}

export interface LoginName extends Place {
  readonly requestedUser: string;
}

export async function rememberLoginName(
  catalogue: Catalogue,
  userId: UserId,
  { place, requestedUser }: LoginName,
): Promise<void> {
  const approvedAt = catalogue.clock.now();
  await catalogue.db
    .insertInto('login_names')
    .values({ user_id: userId, requested_user: digest(requestedUser), place, approved_at: approvedAt })
    .onConflict((conflict) =>
      conflict.columns(['requested_user', 'place', 'user_id']).doUpdateSet({ approved_at: approvedAt }),
    )
    .execute();
}

/**
 * The people to whom the name may belong at this place: who approved a login under it there in the
 * last 30 days; and of those who were seen there in that time, who did so anywhere, or whose e-mail
 * address it is, or begins with it.
 */
export async function findClaimants({ db, clock }: Catalogue, name: LoginName): Promise<UserId[]> {
  const since = new Date(clock.now().getTime() - NAME_STAYS_KNOWN_MS);
  const requestedUser = digest(name.requestedUser);
  const word = emailKey(name.requestedUser);
  const seenThere = (userId: RawBuilder<unknown>) => sql`(
    exists (select from login_names seen where seen.user_id = ${userId} and seen.place = ${name.place}
      and seen.approved_at > ${since})
    or exists (select from browser_sessions session where session.user_id = ${userId}
      and session.ip = any(${name.browserAddresses}::text[]) and session.last_seen_at > ${since})
  )`;
  const { rows } = await sql<{ user_id: UserId }>`
    select user_id from login_names approved
      where requested_user = ${requestedUser} and approved_at > ${since}
        and (place = ${name.place} or ${seenThere(sql`approved.user_id`)})
    union
    select id from users
      where (split_part(email_key, '@', 1) = ${word} or email_key = ${word}) and ${seenThere(sql`users.id`)}
  `.execute(db);
  return rows.map((row) => row.user_id);
}

export interface Neighbourhood {
  /** Somebody else approved a login or was signed in there in the last day. */
  readonly isSharedPlace: boolean;
  /**
   * The name is the person's verified e-mail address, or begins it and nobody else's. No other name
   * tells whose it is to be: whoever comes first would have it.
   */
  readonly isOwnName: boolean;
}

export async function findNeighbourhood(
  { db, clock }: Catalogue,
  { place, browserAddresses, requestedUser }: LoginName,
  userId: UserId,
): Promise<Neighbourhood> {
  const since = new Date(clock.now().getTime() - DAY_MS);
  const word = emailKey(requestedUser);
  const { rows } = await sql<Neighbourhood>`select
    exists (select from login_names where place = ${place} and approved_at > ${since} and user_id <> ${userId})
    or exists (select from browser_sessions where ip = any(${browserAddresses}::text[]) and last_seen_at > ${since}
      and user_id <> ${userId}) as "isSharedPlace",
    exists (select from users mine where mine.id = ${userId} and mine.email_verified and (mine.email_key = ${word}
      or split_part(mine.email_key, '@', 1) = ${word} and not exists (select from users other
        where split_part(other.email_key, '@', 1) = ${word} and other.id <> mine.id))) as "isOwnName"
  `.execute(db);
  return rows[0] ?? { isSharedPlace: true, isOwnName: false };
}

function digest(requestedUser: string): Buffer {
  return createHash('sha256').update(JSON.stringify(requestedUser)).digest();
}
