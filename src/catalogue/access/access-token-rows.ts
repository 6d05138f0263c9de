// An access token as the program sees it, and how its row is read. Only a SCRAM verifier of its
// secret is stored.

import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { AccessTokenId, AccountId, ComputeId, UserId } from '../../ids.ts';
import type { AccessTokensTable } from '../tables/keys-and-tokens.ts';

export interface AccessToken {
  /** The user name that clients log in with; not a secret. */
  readonly id: AccessTokenId;
  readonly name: string;
  readonly owner:
    | { readonly kind: 'person'; readonly userId: UserId }
    | { readonly kind: 'account'; readonly accountId: AccountId };
  readonly computeId: ComputeId;
  /** Null: the compute's own. */
  readonly database: string | null;
  /** Null: the first role that fits the access. */
  readonly databaseRole: string | null;
  readonly access: 'read_write' | 'read_only';
  /** CIDRs from which the token may be used; empty: from anywhere. */
  readonly allowedNetworks: readonly string[];
  /** Concurrent live connections. */
  readonly maxConnections: number;
  readonly createdBy: UserId | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
}

const networksSchema = z.array(z.string());

export function accessTokenFrom(row: Selectable<AccessTokensTable>): AccessToken {
  return {
    id: row.id,
    name: row.name,
    owner: ownerFrom(row),
    computeId: row.compute_id,
    database: row.database,
    databaseRole: row.database_role,
    access: row.access,
    allowedNetworks: networksSchema.parse(row.allowed_networks),
    maxConnections: row.max_connections,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}

function ownerFrom(row: Selectable<AccessTokensTable>): AccessToken['owner'] {
  if (row.owner_user_id !== null) return { kind: 'person', userId: row.owner_user_id };
  if (row.owner_account_id !== null) return { kind: 'account', accountId: row.owner_account_id };
  throw new Error(`access token ${row.id} has no owner`);
}
