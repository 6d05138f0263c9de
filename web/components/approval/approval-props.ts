// What the approval page shows, as plain values; everything that others wrote is cleaned before it comes here.

import type { PageFrame } from '../../layout/page-frame.ts';
import type { PickerAccount } from '../target-picker.tsx';
import type { WhoAsksProps } from '../who-asks.tsx';

export interface ApprovalProps {
  readonly frame: PageFrame;
  /** The login request's reference address: the form and its events hang on it. */
  readonly path: string;
  readonly userCode: string;
  readonly asks: WhoAsksProps;
  readonly remainingMs: number;
  /** Set when terminal and browser are not at one address. */
  readonly distance: { readonly terminal: string; readonly browser: string } | null;
  /** What the person does besides approving. */
  readonly step: 'approve' | 'user_code' | 'reverse_code';
  readonly problem: string | null;
  /** Digits were shown before and wait for the terminal. */
  readonly hasOpenCode: boolean;
  readonly accounts: readonly PickerAccount[];
  readonly picked: {
    readonly computeId: string | null;
    readonly database: string;
    readonly role: string;
    readonly access: 'read_write' | 'read_only';
    readonly remember: 'once' | '1h' | '8h';
  };
  /** Suggestions for the two text fields. */
  readonly databases: readonly string[];
  readonly roles: readonly string[];
  readonly offersReadOnly: boolean;
  readonly rememberChoices: ReadonlyArray<'once' | '1h' | '8h'>;
  /** Other waiting connections of the same terminal. */
  readonly alsoWaiting: ReadonlyArray<{ readonly id: string; readonly userCode: string }>;
}
