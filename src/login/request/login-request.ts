// A login request: what it holds, its statuses, and the one table of moves between them. Pure:
// knows neither Redis nor sockets nor pages; the store asks `nextStatus` which moves to allow.

import type { CatalogueSnapshot } from '../../catalogue/endings/catalogue-snapshot.ts';
import type { ComputeId, ConnectionId, GrantId, LoginRequestId, NodeId, UserId } from '../../ids.ts';

export const LOGIN_STATUSES = ['pending', 'claimed', 'approved', 'consumed', 'denied', 'expired', 'abandoned'] as const;
export type LoginStatus = (typeof LOGIN_STATUSES)[number];

/**
 * `approve_detached` approves a request without a connection: approval and use are one move, which
 * makes a grant.
 */
export const LOGIN_MOVES = [
  'claim',
  'approve',
  'approve_detached',
  'deny',
  'report',
  'abandon',
  'expire',
  'consume',
] as const;
export type LoginMove = (typeof LOGIN_MOVES)[number];

/** What a connection replicates: `server` is every database of it, as pg_basebackup copies them. */
export type Replication = 'none' | 'database' | 'server';

/**
 * Who asks: everything known of the terminal. The strings are the client's own and not to be
 * trusted.
 */
export interface LoginOrigin {
  /** Normalised: IPv4-mapped addresses as IPv4, no zone. */
  readonly address: string;
  readonly port: number;
  readonly application: string | null;
  readonly requestedUser: string;
  readonly requestedDatabase: string;
  /** The requested database differs from the requested user, so the person typed it. */
  readonly databaseIsExplicit: boolean;
  readonly hints: { readonly project: string | null; readonly endpoint: string | null };
  readonly tls: { readonly version: string; readonly cipher: string } | null;
  readonly serverName: string | null;
  readonly noticeBlind: boolean;
  readonly replication: Replication;
}

export type Access = 'read_write' | 'read_only';

/** What the person decided; the target was fixed by the server, never by the client. */
export interface Approval {
  readonly userId: UserId;
  readonly computeId: ComputeId;
  /** Null: the requested database where it exists, else the compute's own. */
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly access: Access;
  readonly browserAddress: string;
  /** When the browser was still signed in; null: an older version did not say. */
  readonly rightAsOf: CatalogueSnapshot | null;
  readonly remember: 'once' | '1h' | '8h';
  /**
   * Made before the grant is: the caller creates the grant under this id after the move was won.
   */
  readonly grantId: GrantId | null;
}

/** How far the connection behind the request has come, for the page that follows it. */
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
    }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'terminal_closed' }
  /** The node died while it connected. */
  | { readonly kind: 'node_lost' }
  | { readonly kind: 'ended' };

/**
 * An open reverse code (docs/security.md, "Address comparison and reverse code"): the terminal must
 * answer with digits that only the page shows.
 */
export interface StepUp {
  readonly kind: 'reverse_code';
  readonly triesLeft: number;
}

export interface LoginRequest {
  readonly id: LoginRequestId;
  readonly status: LoginStatus;
  /** RFC 8628 3.3.1: for comparing, `BCDF-GHJK`; authorises nothing. */
  readonly userCode: string;
  readonly origin: LoginOrigin;
  /** The node that holds, or held, the socket. */
  readonly nodeId: NodeId;
  readonly waiting: 'connection' | 'none';
  readonly createdAt: Date;
  /**
   * End of the time to decide, by Redis' clock. Meaningless from approval on: the clock stops
   * there.
   */
  readonly expiresAt: Date;
  readonly claim: { readonly userId: UserId; readonly browserAddress: string; readonly at: Date } | null;
  readonly approval: Approval | null;
  /** Why it was denied or abandoned: a word of ours, for logs and pages. */
  readonly reason: string | null;
  readonly progress: Progress;
  readonly stepUp: StepUp | null;
}

/** `refused` names what the request is now, or null when it is not kept (any more). */
export type MoveOutcome =
  | { readonly kind: 'moved'; readonly request: LoginRequest }
  | { readonly kind: 'refused'; readonly request: LoginRequest | null };

const MOVES: Readonly<Record<LoginStatus, Partial<Readonly<Record<LoginMove, LoginStatus>>>>> = {
  pending: { claim: 'claimed', expire: 'expired', abandon: 'abandoned' },
  claimed: {
    approve: 'approved',
    approve_detached: 'consumed',
    deny: 'denied',
    report: 'denied',
    expire: 'expired',
    abandon: 'abandoned',
  },
  approved: { consume: 'consumed', abandon: 'abandoned' },
  consumed: {},
  denied: {},
  expired: {},
  abandoned: {},
};

/**
 * The status after a move, or null when the move is not allowed from there (docs/security.md,
 * "Login requests").
 */
export function nextStatus(status: LoginStatus, move: LoginMove): LoginStatus | null {
  return MOVES[status][move] ?? null;
}

/** The statuses that a move may leave; the store's scripts compare against them. */
export function statusesBefore(move: LoginMove): LoginStatus[] {
  return LOGIN_STATUSES.filter((status) => nextStatus(status, move) !== null);
}

/** True while a person can still claim, approve or deny it. */
export function isUndecided(status: LoginStatus): boolean {
  return status === 'pending' || status === 'claimed';
}

/**
 * As `isUndecided`, and by a plain approval: an open reverse code can only be answered in the
 * terminal, or denied.
 */
export function isApprovable({ status, stepUp }: LoginRequest): boolean {
  return isUndecided(status) && stepUp === null;
}

/** Consuming the approval of a waiting connection decides nothing any more: approving it did. */
export function isDecidedNow({ status, waiting }: LoginRequest): boolean {
  return !isUndecided(status) && !(status === 'consumed' && waiting === 'connection');
}
