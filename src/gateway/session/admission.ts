// What a client gets by passing a door: the right to one target, and how to report the rest.

import type { RightsReader } from '../../catalogue/access/rights-reader.ts';
import type { PasswordTarget } from '../../catalogue/logins/find-verifier.ts';
import type { RightsAsRead } from '../../catalogue/logins/kept-rights.ts';
import type { ConnectionCaps } from '../../fleet/connection-counts.ts';
import type { Progress } from '../../login/request/login-request.ts';
import type { DatabaseWish } from '../client/database-choice.ts';
import type { LoginNotices } from '../client/link-notices.ts';

/** As metrics and logs name it. */
export type DoorName = 'link' | 'grant' | 'token' | 'role' | 'reverse_code' | 'oauth';

export interface Admission {
  readonly door: DoorName;
  /**
   * Of a proof: resolves when it may take effect. Nothing may be shown to the client before, and
   * nothing dialled.
   */
  readonly settled?: Promise<void>;
  /** The right as the door read it, as good as a new reading for a moment; given out once. */
  readonly takeAsRead?: () => RightsAsRead | null;
  /** Checks the right to the target anew, and opens its credentials. Throws why there is none. */
  readonly resolve: (rights?: RightsReader) => Promise<PasswordTarget>;
  /** The database role that the right is for; null: whichever fits. */
  readonly databaseRole: string | null;
  /** What acts for the person who approved; null or absent: that person. */
  readonly agent?: string | null;
  /** Runs once, after the target has been authorised. */
  readonly onAuthorised?: (target: PasswordTarget) => Promise<void>;
  readonly wish: DatabaseWish;
  /** Caps of the way in itself, besides those of person and compute. */
  readonly caps?: Pick<ConnectionCaps, 'access_token'>;
  /** None for programs, which would log every NOTICE. */
  readonly notices?: LoginNotices;
  /** Reports to the page that follows the login, if any. Never throws; nothing waits for it. */
  readonly report?: (progress: Progress) => void;
}
