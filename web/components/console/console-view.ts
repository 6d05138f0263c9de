// What the frame of every console page shows besides the page itself, as plain values.

import type { PageFrame } from '../../layout/page-frame.ts';

export interface Link {
  readonly label: string;
  readonly href: string;
}

export interface AccountLink extends Link {
  readonly id: string;
  readonly kind: 'personal' | 'organization';
}

export interface Tab extends Link {
  readonly isCurrent: boolean;
}

/** What the page says on top about the form that was just sent. */
export interface Told {
  readonly tone: 'good' | 'problem';
  readonly title: string;
  readonly text: string | null;
}

export interface ConsoleView {
  /** Null on pages that belong to the person and not to an account. */
  readonly account: AccountLink | null;
  /** Everything that the switcher offers, the personal account first. */
  readonly accounts: readonly AccountLink[];
  /** Behind the account in the trail; the last one is the page itself. */
  readonly crumbs: readonly Link[];
  readonly tabs: readonly Tab[];
  /** In the person's own menu, above signing out. */
  readonly personLinks: readonly Link[];
  readonly told: Told | null;
}

/** What each console page is given besides its own values. */
export interface ConsoleProps {
  readonly frame: PageFrame;
  readonly view: ConsoleView;
}
