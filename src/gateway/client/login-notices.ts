// The NOTICEs between approval and prompt, by door: one for each step after an approval, one that
// names a grant, none for programs with a password.

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

export interface LoginNotices {
  /** The target is authorised and awake. */
  readonly authorised: readonly Report[];
  /** The target is authorised and must be woken first. */
  readonly waking: readonly Report[];
  readonly connecting: readonly Report[];
  readonly connected: (as: ConnectedAs) => readonly Report[];
}

/** For a person who has just approved. */
export const EACH_STEP_NOTICES: LoginNotices = {
  authorised: [APPROVED_NOTICE],
  waking: [APPROVED_AND_WAKING_NOTICE],
  connecting: [CONNECTING_NOTICE],
  connected: (as) => [connectedNotice(as)],
};

/** For applications, which log every notice. */
export const NO_NOTICES: LoginNotices = { authorised: [], waking: [], connecting: [], connected: () => [] };

/**
 * For a connection that needed no approval: every use of a grant is shown (docs/security.md,
 * "Grants").
 */
export function grantNotices(grant: { readonly id: string; readonly until: Date }): LoginNotices {
  return {
    authorised: [],
    waking: [WAKING_NOTICE],
    connecting: [],
    connected: (as) => [connectedUnderGrantNotice(as, grant)],
  };
}
