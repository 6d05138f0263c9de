// What a person has now, as the catalogue knows it: also what is of no use while disabled.

import type { UserId } from '../../ids.ts';
import type { Catalogue } from '../store/catalogue.ts';
import type { Held } from './held-by-trail.ts';

/** Approvals and connections are not here: they are in the stores of logins and of the fleet. */
export async function listStillHeld(catalogue: Catalogue, userId: UserId): Promise<Held[]> {
  const { db } = catalogue;
  const user = await db.selectFrom('users').select('disabled_at').where('id', '=', userId).executeTakeFirst();
  const disabledAt = user?.disabled_at ?? null;
  const how = disabledAt === null ? null : `does not work since ${disabledAt.toISOString()}: disabled`;
  const found = await Promise.all([listPlaces(catalogue, userId), listWaysIn(catalogue, userId)]);
  return found.flat().map(({ id, ...thing }) => ({ ...thing, key: `${thing.kind} ${id}`, endedAt: null, how }));
}

type Still = Pick<Held, 'kind' | 'what' | 'since'> & { readonly id: string };

async function listPlaces({ db }: Catalogue, userId: UserId): Promise<Still[]> {
  const [memberships, shares] = await Promise.all([
    db
      .selectFrom('memberships')
      .innerJoin('accounts', 'accounts.id', 'memberships.account_id')
      .select(['account_id', 'name', 'member_role', 'joined_at'])
      .where('memberships.user_id', '=', userId)
      .execute(),
    db.selectFrom('project_shares').select('project_id').where('user_id', '=', userId).execute(),
  ]);
  return [
    ...memberships.map(({ account_id: id, name, member_role, joined_at: since }) => ({
      ...{ kind: 'membership' as const, id, what: `${name} (${member_role})`, since },
    })),
    ...shares.map(({ project_id: id }) => ({ kind: 'share' as const, id, what: id, since: null })),
  ];
}

async function listWaysIn({ db, clock }: Catalogue, userId: UserId): Promise<Still[]> {
  const sessions = db.selectFrom('browser_sessions').select(['id', 'created_at', 'user_agent']);
  const linked = db.selectFrom('identities').select(['issuer', 'subject', 'email', 'linked_at']);
  const [browsers, identities, tokens, keys] = await Promise.all([
    sessions.where('user_id', '=', userId).where('expires_at', '>', clock.now()).execute(),
    linked.where('user_id', '=', userId).execute(),
    db.selectFrom('access_tokens').select(['id', 'name', 'created_at']).where('owner_user_id', '=', userId).execute(),
    db.selectFrom('api_keys').select(['id', 'name', 'created_at']).where('user_id', '=', userId).execute(),
  ]);
  const secret = (
    named: string,
    { name, created_at: since }: { readonly name: string; readonly created_at: Date },
  ) => ({
    ...{ kind: 'secret' as const, id: named, what: `${named} "${name}"`, since },
  });
  return [
    ...browsers.map(({ id, user_agent: what, created_at: since }) => ({ kind: 'browser' as const, id, what, since })),
    ...identities.map(({ issuer, subject, email, linked_at: since }) => ({
      ...{ kind: 'identity' as const, id: `${issuer} ${subject}`, what: `${email ?? subject} at ${issuer}`, since },
    })),
    ...tokens.map((token) => secret(`access token ${token.id}`, token)),
    ...keys.map((key) => secret(`API key ${key.id}`, key)),
  ];
}
