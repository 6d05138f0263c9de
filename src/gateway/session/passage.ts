// What a client gets at a door that it passed: the right to one target, and how the rest of the way is reported.

import type { PasswordTarget } from '../../catalogue/access/find-verifier.ts';
import type { ConnectionCaps } from '../../fleet/connection-counts.ts';
import type { Progress } from '../../login/request/login-request.ts';
import type { DatabaseWish } from '../client/database-choice.ts';
import type { Narration } from '../client/narration.ts';

/** As metrics and logs name it. */
export type DoorName = 'link' | 'grant' | 'token' | 'role' | 'reverse_code';

export interface Passage {
  readonly door: DoorName;
  /** Asks for the right to the target anew, and opens its credentials. Throws why there is none. */
  readonly resolve: () => Promise<PasswordTarget>;
  /** What is to be done once when the right is given. */
  readonly accepted?: (target: PasswordTarget) => Promise<void>;
  readonly wish: DatabaseWish;
  /** Caps of the way in itself, besides those of person and compute. */
  readonly caps: Pick<ConnectionCaps, 'access_token'>;
  readonly narration: Narration;
  /** Tells the page that follows the login; never rejects, nothing waits for it. */
  readonly report: (progress: Progress) => void;
}
