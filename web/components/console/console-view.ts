// The data of the console's layout, as plain values.

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
  /** How many wait there. */
  readonly count?: number;
}

/** Something that waits for the person; the label says how many. */
export interface WaitingLink extends Link {
  readonly count: number;
}

/** About the form that was just sent, or something that waits for the person. */
export interface FormNotice {
  readonly tone: 'good' | 'problem';
  readonly title: string;
  readonly text: string | null;
}

export interface ToastView {
  readonly title: string;
  readonly text: string | null;
  /** The form that takes the act back. */
  readonly undo: { readonly action: string; readonly fields: Readonly<Record<string, string>> } | null;
}

export interface ConsoleView {
  /** Null on pages that belong to the person rather than to an account. */
  readonly account: AccountLink | null;
  /** All accounts in the switcher, the personal one first. */
  readonly accounts: readonly AccountLink[];
  /** The crumbs after the account; the last one is the page itself. */
  readonly crumbs: readonly Link[];
  readonly tabs: readonly Tab[];
  readonly waiting: readonly WaitingLink[];
  /** On every page, until it is dealt with. */
  readonly alarms: readonly Link[];
  /** In the person's menu, above signing out. */
  readonly personLinks: readonly Link[];
  readonly notice: FormNotice | null;
  /** What the form that led here has done. */
  readonly toast: ToastView | null;
}

/** Passed to each console page besides its own values. */
export interface ConsoleProps {
  readonly frame: PageFrame;
  readonly view: ConsoleView;
}
