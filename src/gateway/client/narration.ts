// What a person at the terminal is told between approval and prompt, by the way in: somebody who was just asked hears each
// step, a grant says once what it did, and programs with a password hear nothing.

import type { Report } from '../../protocol/backend-messages.ts';
import {
  APPROVED_AND_WAKING_NOTICE,
  APPROVED_NOTICE,
  CONNECTING_NOTICE,
  type ConnectedAs,
  connectedNotice,
  connectedUnderGrantNotice,
  WAKING_NOTICE,
} from './link-notices.ts';

export interface Narration {
  /** The target is authorised and awake. */
  readonly authorised: readonly Report[];
  /** The target is authorised and must be woken first. */
  readonly waking: readonly Report[];
  readonly connecting: readonly Report[];
  readonly connected: (as: ConnectedAs) => readonly Report[];
}

/** For a person who has just approved. */
export const TELL_EACH_STEP: Narration = {
  authorised: [APPROVED_NOTICE],
  waking: [APPROVED_AND_WAKING_NOTICE],
  connecting: [CONNECTING_NOTICE],
  connected: (as) => [connectedNotice(as)],
};

/** For applications, which log every notice. */
export const TELL_NOTHING: Narration = { authorised: [], waking: [], connecting: [], connected: () => [] };

/**
 * For a connection that nobody was asked about: no use of a grant goes unseen (docs/security.md,
 * "Grants").
 */
export function tellOfGrant(grant: { readonly id: string; readonly until: Date }): Narration {
  return {
    authorised: [],
    waking: [WAKING_NOTICE],
    connecting: [],
    connected: (as) => [connectedUnderGrantNotice(as, grant)],
  };
}
