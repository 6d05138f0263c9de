// An API key as the program sees it, and how its row is read. The key itself is not stored.

import type { Selectable, Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccountId, personalAccountId, type UserId } from '../../ids.ts';
import { lockAccount } from '../accounts/accounts.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import type { Schema } from '../store/schema.ts';
import type { ApiKeysTable } from '../tables/keys-and-tokens.ts';

export type ApiKey = ReturnType<typeof apiKeyFrom>;

export const API_KEY_PREFIX = 'postern_key_';
/** NOTE: another prefix, so that no node takes one for a key of the management API. */
export const SCIM_KEY_PREFIX = 'postern_scim_';
/** NOTE: likewise, for nodes of the version before, which take such a row for an organization's. */
export const ON_CALL_KEY_PREFIX = 'postern_oncall_';

export const KEY_PREFIXES = {
  personal: API_KEY_PREFIX,
  organization: API_KEY_PREFIX,
  project: API_KEY_PREFIX,
  scim: SCIM_KEY_PREFIX,
  on_call: ON_CALL_KEY_PREFIX,
} as const satisfies Record<ApiKey['kind'], string>;

/** Keys of one purpose, which only organizations have. */
export type SinglePurpose = 'scim' | 'on_call';

/** As the audit trail names a key. */
export const KEY_WORDS = {
  personal: 'API key',
  organization: 'API key',
  project: 'API key',
  scim: 'SCIM key',
  on_call: 'on-call key',
} as const satisfies Record<ApiKey['kind'], string>;

/** A query for keys with their creators, oldest first, which callers narrow. */
export function keyRows({ db }: Catalogue) {
  return db
    .selectFrom('api_keys')
    .leftJoin('users', 'users.id', 'api_keys.created_by')
    .selectAll('api_keys')
    .select(['users.name as creator_name', 'users.image as creator_image'])
    .orderBy('api_keys.id');
}

export function apiKeyFrom(
  row: Selectable<ApiKeysTable> & { creator_name: string | null; creator_image: string | null },
) {
  const { created_by: creatorId, creator_name: name } = row;
  return {
    /** Positive, below 2^53. */
    id: row.id,
    kind: row.kind,
    name: row.name,
    accountId: row.account_id,
    projectId: row.project_id,
    /** Null when that person was deleted. */
    createdBy: creatorId === null || name === null ? null : { id: creatorId, name, image: row.creator_image ?? '' },
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}

/** Neon API 2.7.3: key names have at most 64 characters. */
const MAX_KEY_NAME_CHARACTERS = 64;

export function requireKeyName(text: string): string {
  const name = requireName(text, "a key's name");
  if (name.length <= MAX_KEY_NAME_CHARACTERS) return name;
  throw new PosternError('key_name_too_long', { params: { limit: String(MAX_KEY_NAME_CHARACTERS) } });
}

export async function firstKey(found: ReturnType<typeof keyRows>): Promise<ApiKey | null> {
  const row = await found.executeTakeFirst();
  return row === undefined ? null : apiKeyFrom(row);
}

const MOST_OF_PERSON = 100;
/** Of all kinds together. */
const MOST_OF_ORGANIZATION = 1_000;

interface KeyOwner {
  readonly userId: UserId | null;
  readonly accountId: AccountId | null;
}

/** Their owner's lists are read whole. Throws `invalid_input` for one too many. */
export async function requireKeyRoom(tx: Transaction<Schema>, { userId, accountId }: KeyOwner): Promise<void> {
  const rows = tx.selectFrom('api_keys').select(({ fn }) => fn.countAll<number>().as('count'));
  const lockedAccountId = userId === null ? accountId : personalAccountId(userId);
  if (lockedAccountId !== null) await lockAccount(tx, lockedAccountId);
  const ofOwner = userId === null ? rows.where('account_id', '=', accountId) : rows.where('user_id', '=', userId);
  const { count } = await ofOwner.executeTakeFirstOrThrow();
  const limit = userId === null ? MOST_OF_ORGANIZATION : MOST_OF_PERSON;
  if (Number(count) < limit) return;
  throw new PosternError('too_many_keys', { params: { limit: String(limit), things: 'API keys' } });
}
