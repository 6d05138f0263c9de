// Row type of migration 0037.

import type { UserId } from '../../ids.ts';

export interface TerminalKeysTable {
  user_id: UserId;
  /** `SHA256:…` of the public key. */
  fingerprint: string;
  /** From where it was approved last. */
  address: string;
  known_since: Date;
  approved_at: Date;
}
