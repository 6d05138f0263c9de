// Row types of migration 0017.

import type { ColumnType } from 'kysely';
import type { UserId } from '../../ids.ts';

/** `+otp`: by a one-time code or a recovery code; `+mfa`: the provider vouches for two factors. */
export const SIGN_IN_METHODS = ['password', 'password+otp', 'passkey', 'oidc', 'oidc+mfa'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

export interface PasskeysTable {
  id: string;
  /** As the browser names it: base64url. */
  credential_id: string;
  user_id: UserId;
  public_key: Buffer;
  /** Signatures so far; stays 0 where the authenticator does not count. */
  counter: ColumnType<string, number, number>;
  /** How browsers reach it: a list of words of the WebAuthn standard. */
  transports: ColumnType<unknown, string, string>;
  /** The host name at which it works. */
  rp_id: string;
  name: string;
  /** Kept by a service on several devices of the person. */
  is_synced: boolean;
  created_at: Date;
  last_used_at: Date | null;
}

/** The id is the person's, since sealed values are bound to the `id` of their row. */
export interface OneTimeCodeSecretsTable {
  id: UserId;
  sealed_secret: string;
  /** The time step of the last code that was taken; none of it or before it is taken again. */
  last_step: ColumnType<string, number, number>;
  created_at: Date;
  /** Null: a code from the app has not proved yet that the person has it. */
  confirmed_at: Date | null;
}

export interface RecoveryCodesTable {
  user_id: UserId;
  code_hash: Buffer;
  created_at: Date;
}
