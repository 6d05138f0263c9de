// Row types of migration 0035.

import type { ConsentId, UserId } from '../../ids.ts';
import type { Jsonb } from './people-and-accounts.ts';

export interface OauthConsentsTable {
  id: ConsentId;
  user_id: UserId;
  client_id: string;
  scopes: string[];
  /** The address of the browser. */
  given_from: string;
  created_at: Date;
  /** Moves on with each refresh. */
  expires_at: Date;
  last_used_at: Date | null;
  last_used_from: string | null;
}

/** Codes, access tokens and refresh tokens, none of them in clear. */
export interface OauthTokensTable {
  digest: Buffer;
  kind: 'code' | 'access' | 'refresh';
  consent_id: ConsentId;
  payload: Jsonb;
  expires_at: Date;
  consumed_at: Date | null;
}

export interface OauthSigningKeysTable {
  /** The key's `kid`. */
  id: string;
  public_key: Jsonb;
  sealed_private_key: string;
  created_at: Date;
  signs_from: Date;
}
