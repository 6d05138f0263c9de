// What the approval page shows, as plain values; everything that others wrote is cleaned before it comes here.

import type { PageFrame } from '../../layout/page-frame.ts';
import type { TargetPickerProps } from '../target-picker.tsx';
import type { WhoAsksProps } from '../who-asks.tsx';

export interface ApprovalProps {
  readonly frame: PageFrame;
  /** The login request's reference address: the form and its events hang on it. */
  readonly path: string;
  readonly userCode: string;
  readonly asks: WhoAsksProps;
  readonly remainingMs: number;
  readonly whereabouts: Whereabouts;
  /** The person has approved from this terminal's address lately. */
  readonly isKnownTerminal: boolean;
  /** What the person does besides approving. */
  readonly step: 'approve' | 'user_code' | 'reverse_code';
  readonly problem: string | null;
  /** What the terminal named beforehand and this person cannot choose. */
  readonly missingTarget: string | null;
  /** Digits were shown before and wait for the terminal. */
  readonly hasOpenCode: boolean;
  /** No connection waits any more: an approval is for the next one of the same terminal. */
  readonly isCutOff: boolean;
  readonly picker: TargetPickerProps;
  readonly picked: {
    readonly database: string;
    readonly role: string;
    readonly access: 'read_write' | 'read_only';
    readonly remember: 'once' | '1h' | '8h';
    readonly releasesWaiting: boolean;
  };
  /** Suggestions for the two text fields. */
  readonly databases: readonly string[];
  readonly roles: readonly string[];
  readonly offersReadOnly: boolean;
  /** The client shows no link while it connects: a driver or a tool, which may open several connections. */
  readonly isNoticeBlind: boolean;
  readonly rememberChoices: ReadonlyArray<'once' | '1h' | '8h'>;
  /** Other waiting connections of the same terminal. */
  readonly alsoWaiting: ReadonlyArray<{ readonly id: string; readonly userCode: string }>;
}

/** The two addresses, and how they compare: `near` is within the account's own networks, `incomparable` IPv4 and IPv6. */
export interface Whereabouts {
  readonly terminal: string;
  readonly browser: string;
  readonly comparison: 'same' | 'near' | 'different' | 'incomparable';
}
