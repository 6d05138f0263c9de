// An API key as the program sees it, and how its row is read. The key itself is not stored.

import type { Selectable } from 'kysely';
import type { Catalogue } from '../store/catalogue.ts';
import type { ApiKeysTable } from '../tables/keys-and-tokens.ts';

export type ApiKey = ReturnType<typeof apiKeyFrom>;

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
