// A login request: its fields, its statuses, and the one table of moves between them.

import type { CatalogueSnapshot } from '../../catalogue/endings/catalogue-snapshot.ts';
import type { ComputeId, ConnectionId, GrantId, LoginRequestId, NodeId, UserId } from '../../ids.ts';
import type { Located } from './locality.ts';

export const LOGIN_STATUSES = ['pending', 'claimed', 'approved', 'consumed', 'denied', 'expired', 'abandoned'] as const;
export type LoginStatus = (typeof LOGIN_STATUSES)[number];

/** `approve_detached`: without a connection, approval and use are one move, which makes a grant. */
export const LOGIN_MOVES = [
  'claim',
  'approve',
  'approve_detached',
  'deny',
  'report',
  'abandon',
  'give_way',
  'expire',
  'consume',
] as const;
export type LoginMove = (typeof LOGIN_MOVES)[number];

/** What a connection replicates: `server` is all its databases, as pg_basebackup copies them. */
export type Replication = 'none' | 'database' | 'server';

/** What is known of the terminal. The strings are the client's own and not to be trusted. */
export interface LoginOrigin extends Located {
  /** Normalised: IPv4-mapped addresses as IPv4, no zone. */
  readonly address: string;
  readonly port: number;
  readonly application: string | null;
  readonly requestedUser: string;
  readonly requestedDatabase: string;
  /** The requested database differs from the requested user, so the person named it. */
  readonly databaseIsExplicit: boolean;
  readonly hints: { readonly project: string | null; readonly endpoint: string | null };
  readonly tls: { readonly version: string; readonly cipher: string } | null;
  readonly serverName: string | null;
  readonly noticeBlind: boolean;
  /** pg_isready under another name sends the same: asked for when a person opens the link. */
  readonly mayBeProbe?: boolean;
  readonly replication: Replication;
}

export type Access = 'read_write' | 'read_only';

/** The person's decision; the server fixed the target, never the client. */
export interface Approval {
  readonly userId: UserId;
  readonly computeId: ComputeId;
  /** Null: the requested database where it exists, else the compute's own. */
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly access: Access;
  readonly browserAddress: string;
  /** When the browser session was last known to be valid; null in records of older versions. */
  readonly rightAsOf: CatalogueSnapshot | null;
  readonly remember: 'once' | '1h' | '8h';
  /** The caller creates the grant under this id after the move was won. */
  readonly grantId: GrantId | null;
}

export type Progress =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'waking' }
  | { readonly kind: 'connecting' }
  | {
      readonly kind: 'connected';
      readonly database: string;
      readonly databaseRole: string;
      readonly projectName: string;
      readonly connectionId: ConnectionId;
      /** Of the connection, which may be another one than asked; absent in older records. */
      readonly client?: { readonly application: string | null; readonly port: number } | undefined;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'terminal_closed' }
  /** The node stopped while it connected. */
  | { readonly kind: 'node_lost' }
  | { readonly kind: 'ended' };

export interface StepUp {
  readonly kind: 'reverse_code';
  readonly triesLeft: number;
}

/** The person who opens a login request, by its code where that was typed instead of the link. */
export interface Claimant {
  readonly userId: UserId;
  readonly browserAddress: string;
  readonly hasTypedCode?: boolean;
}

/** As the hash of the request has them. */
export function claimFields({ userId, browserAddress, hasTypedCode }: Claimant): Record<string, string> {
  return { claimed_by: userId, claimed_from: browserAddress, ...(hasTypedCode === true && { claimed_by_code: '1' }) };
}

interface Claim extends Required<Claimant> {
  readonly at: Date;
}

export interface LoginRequest {
  readonly id: LoginRequestId;
  readonly status: LoginStatus;
  /** RFC 8628 3.3.1: for comparing, `BCDF-GHJK`; authorises nothing. */
  readonly userCode: string;
  readonly origin: LoginOrigin;
  readonly nodeId: NodeId;
  readonly waiting: 'connection' | 'none';
  readonly createdAt: Date;
  /** End of the time to decide, by Redis' clock. Meaningless from approval on. */
  readonly expiresAt: Date;
  readonly claim: Claim | null;
  readonly approval: Approval | null;
  /** Why it was denied or abandoned: one of our own words, for logs and pages. */
  readonly reason: string | null;
  readonly progress: Progress;
  readonly stepUp: StepUp | null;
}

/** `refused` carries the current request, or null when it is not stored (any more). */
export type MoveOutcome =
  | { readonly kind: 'moved'; readonly request: LoginRequest }
  | { readonly kind: 'refused'; readonly request: LoginRequest | null };

const MOVES: Readonly<Record<LoginStatus, Partial<Readonly<Record<LoginMove, LoginStatus>>>>> = {
  pending: { claim: 'claimed', expire: 'expired', abandon: 'abandoned', give_way: 'abandoned' },
  claimed: {
    approve: 'approved',
    approve_detached: 'consumed',
    deny: 'denied',
    report: 'denied',
    expire: 'expired',
    abandon: 'abandoned',
    give_way: 'abandoned',
  },
  approved: { consume: 'consumed', abandon: 'abandoned' },
  consumed: {},
  denied: {},
  expired: {},
  abandoned: {},
};

/** Null when the move is not allowed from there (docs/security.md, "Login requests"). */
export function nextStatus(status: LoginStatus, move: LoginMove): LoginStatus | null {
  return MOVES[status][move] ?? null;
}

export function statusesBefore(move: LoginMove): LoginStatus[] {
  return LOGIN_STATUSES.filter((status) => nextStatus(status, move) !== null);
}

export function isUndecided(status: LoginStatus): boolean {
  return status === 'pending' || status === 'claimed';
}

/** An open reverse code can only be answered in the terminal, or denied. */
export function isApprovable({ status, stepUp }: LoginRequest): boolean {
  return isUndecided(status) && stepUp === null;
}

/** Consuming the approval of a waiting connection is no decision, since approving was. */
export function isDecidedNow({ status, waiting }: LoginRequest): boolean {
  return !isUndecided(status) && !(status === 'consumed' && waiting === 'connection');
}

/** The names are the script's (see MOVE_LOGIN_REQUEST). */
export interface MoveDetails {
  readonly to: MoveTargets;
  readonly fields: Readonly<Record<string, string>>;
  /** Only the person who holds the claim may make the move. */
  readonly claimed_by?: UserId;
  readonly without?: 'code_digest';
  readonly stamp?: 'claimed_at' | 'approved_at';
}

type MoveTargets = Readonly<Partial<Record<LoginStatus, { connection?: LoginStatus; none?: LoginStatus }>>>;

/** Requests without a connection make `detachedMove` instead; null means that they cannot move. */
export function moveTargets(move: LoginMove, detachedMove: LoginMove | null = move): MoveTargets {
  return Object.fromEntries(
    statusesBefore(move).map((status) => {
      const connection = nextStatus(status, move);
      const none = detachedMove === null ? null : nextStatus(status, detachedMove);
      return [status, { ...(connection && { connection }), ...(none && { none }) }];
    }),
  );
}
