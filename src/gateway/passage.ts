// What a client gets at a door that it passed: the right to one target, and how the rest of the way is reported.

import type { ComputeTarget, TargetPerson } from '../catalogue/resolve-target.ts';
import type { Progress } from '../login/login-request.ts';
import type { DatabaseWish } from './database-choice.ts';
import type { Narration } from './narration.ts';

/** As metrics and logs name it. */
export type DoorName = 'link' | 'grant' | 'token' | 'role' | 'reverse_code';

/** Where the connection goes; without a person for tokens of an organization and for database roles. */
export interface PassageTarget extends ComputeTarget {
  readonly person: TargetPerson | null;
}

export interface Passage {
  readonly door: DoorName;
  /** Asks for the right to the target anew, and opens its credentials. Throws why there is none. */
  readonly resolve: () => Promise<PassageTarget>;
  readonly wish: DatabaseWish;
  readonly narration: Narration;
  /** Tells the page that follows the login; never rejects, nothing waits for it. */
  readonly report: (progress: Progress) => void;
}
