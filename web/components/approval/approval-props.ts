// The approval page's data as plain values; the server has cleaned all foreign text.

import type { PageFrame } from '../../layout/page-frame.ts';
import type { TerminalFactsProps } from '../terminal-facts.tsx';
import type { AlsoWaitingProps } from './also-waiting.tsx';
import type { TargetPickerProps } from './target-picker.tsx';

export interface ApprovalProps {
  readonly frame: PageFrame;
  /** The path of the login request's reference, to which the form and the events belong. */
  readonly path: string;
  readonly userCode: string;
  readonly terminal: TerminalFactsProps;
  /** That the terminal proved to hold; null: none. */
  readonly key: { readonly fingerprint: string; readonly knownSince: Date | null } | null;
  /** A policy lets an approval be remembered for longer where the terminal shows a key. */
  readonly keyWouldHelp: boolean;
  readonly remainingMs: number;
  /** The whole time to decide. */
  readonly lifeMs: number;
  /** Of the times that more is given, some are left. */
  readonly canHaveMoreTime: boolean;
  readonly addresses: ComparedAddresses;
  /** The person has approved from this terminal's address recently. */
  readonly isKnownTerminal: boolean;
  /** The step that the person takes besides approving. */
  readonly step: 'approve' | 'user_code' | 'reverse_code';
  /** The person came by typing the code that the terminal shows. */
  readonly hasTypedCode: boolean;
  /** For people who may break the glass; null: not. */
  readonly glassPath: string | null;
  readonly problem: ApprovalProblem | null;
  /** Organizations of the person that offer nothing before a second factor, by name. */
  readonly demandedBy: readonly string[];
  /** What the terminal named and this person cannot choose. */
  readonly missingTarget: string | null;
  /** Digits were shown before and have not been typed in the terminal yet. */
  readonly hasOpenCode: boolean;
  /** No connection waits any more; an approval is used by the next one of the same terminal. */
  readonly isCutOff: boolean;
  /** A touch can prove the person in this browser. */
  readonly hasPasskeyHere: boolean;
  readonly picker: TargetPickerProps;
  readonly picked: {
    readonly database: string;
    readonly role: string;
    readonly access: 'read_write' | 'read_only';
    readonly remember: 'once' | '15m' | '1h' | '8h';
    /** An agent runs the terminal, as the person says. */
    readonly forAgent: boolean;
    readonly confirmWrite: string;
    readonly releasesWaiting: boolean;
    readonly waitingCodes: string;
  };
  /** Suggestions for the two text fields. */
  readonly databases: readonly string[];
  readonly roles: readonly string[];
  readonly offersReadOnly: boolean;
  /**
   * The client shows no link while it connects: a driver or a tool, which may open several
   * connections.
   */
  readonly isNoticeBlind: boolean;
  readonly rememberChoices: ReadonlyArray<'once' | '15m' | '1h' | '8h'>;
  /** What asks, in a heading: a known program or a word for any; never the client's own text. */
  readonly asker: string;
  /** What the client says it acts for, and why it wants to write; null: it is no agent. */
  readonly agent: { readonly name: string; readonly reason: string | null } | null;
  /** Of the application, as a remembered approval knows it; null where it has no name. */
  readonly program: string | null;
  /** Whether the terminal's address, or its user there, may be other people's, too. */
  readonly sharing: 'own' | 'shared_place' | 'strange_name' | 'shared_name' | 'forwarded' | 'unasked';
  /** Other waiting connections of the same terminal. */
  readonly alsoWaiting: Pick<AlsoWaitingProps, 'opened' | 'unopenedCount'>;
}

/** Why the form was not carried out; what is wrong with a field is said beside it. */
export interface ApprovalProblem {
  readonly at: 'page' | 'code' | 'write';
  readonly text: string;
}

/**
 * The two addresses and how they compare: `near` is within the account's own networks,
 * `incomparable` is IPv4 and IPv6, `forwarded` a terminal behind a port forward.
 */
export interface ComparedAddresses {
  readonly terminal: string;
  readonly browser: string;
  readonly comparison: 'same' | 'near' | 'different' | 'incomparable' | 'forwarded';
}
