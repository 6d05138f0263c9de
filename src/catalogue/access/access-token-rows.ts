// An access token as the program sees it, and how its row is read. Only a SCRAM verifier of its
// secret is stored.

import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { AccountId, UserId } from '../../ids.ts';
import type { AccessTokensTable } from '../tables/keys-and-tokens.ts';

export type AccessToken = ReturnType<typeof accessTokenFrom>;

const networksSchema = z.array(z.string());

export function accessTokenFrom(row: Selectable<AccessTokensTable>) {
  return {
    /** The user name that clients log in with; not a secret. */
    id: row.id,
    name: row.name,
    owner: ownerFrom(row),
    computeId: row.compute_id,
    /** Null: the compute's own. */
    database: row.database,
    /** Null: the first role that fits the access. */
    databaseRole: row.database_role,
    access: row.access,
    /** CIDRs from which the token may be used; empty: from anywhere. */
    allowedNetworks: networksSchema.parse(row.allowed_networks),
    /** Concurrent live connections. */
    maxConnections: row.max_connections,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}

function ownerFrom(
  row: Selectable<AccessTokensTable>,
): { readonly kind: 'person'; readonly userId: UserId } | { readonly kind: 'account'; readonly accountId: AccountId } {
  if (row.owner_user_id !== null) return { kind: 'person', userId: row.owner_user_id };
  if (row.owner_account_id !== null) return { kind: 'account', accountId: row.owner_account_id };
  throw new Error(`access token ${row.id} has no owner`);
}
