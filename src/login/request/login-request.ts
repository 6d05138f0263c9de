// A login request: its fields, and what a move of it changes.

import type { CatalogueSnapshot } from '../../catalogue/endings/catalogue-snapshot.ts';
import type { ProvenSignIn } from '../../catalogue/rights/proven-sign-in.ts';
import type { ProjectLabel } from '../../catalogue/tables/project-labels.ts';
import type { AccessRequestId, ComputeId, ConnectionId, GrantId, LoginRequestId, NodeId, UserId } from '../../ids.ts';
import type { AgentClaim } from '../terms/agent.ts';
import { isOpen, isUndecided, type LoginStatus } from '../terms/login-status.ts';
import type { Located } from './locality.ts';

/** What a connection replicates: `server` is all its databases, as pg_basebackup copies them. */
export type Replication = 'none' | 'database' | 'server';

/** What is known of the terminal. The strings are the client's own and not to be trusted. */
export interface LoginOrigin extends Located {
  /** Normalised: IPv4-mapped addresses as IPv4, no zone. */
  readonly address: string;
  readonly port: number;
  readonly application: string | null;
  readonly agent?: AgentClaim | null | undefined;
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

/** For how long an approval lets the same terminal in again; a quarter of an hour is for agents. */
export type Remember = 'once' | '15m' | '1h' | '8h';

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
  /** How the person had signed in; absent in records of older versions. */
  readonly signIn?: ProvenSignIn | undefined;
  readonly remember: Remember;
  /** The caller creates the grant under this id after the move was won. */
  readonly grantId: GrantId | null;
  /** The person said that an agent runs it, which the client itself did not say. */
  readonly forAgent?: boolean | undefined;
  /** What others agreed to; absent: nobody was asked. */
  readonly accessRequestId?: AccessRequestId | undefined;
}

/** What the person who claimed it asked others for. */
export interface Submission {
  readonly accessRequestId: AccessRequestId;
  /** What their agreement approves. */
  readonly approval: Approval;
  /** `Ann and 2 others`. */
  readonly asked: string;
  readonly needed: number;
  /** How long they have. */
  readonly waitMs: number;
  /** The names of those who agreed. */
  readonly agreed: readonly string[];
  /** Of the person who denied it. */
  readonly denial: { readonly by: string; readonly answer: string } | null;
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
      /** Absent in older records. */
      readonly projectLabel?: ProjectLabel | undefined;
      readonly connectionId: ConnectionId;
      /** Of the connection, which may be another one than asked; absent in older records. */
      readonly client?: { readonly application: string | null; readonly port: number } | undefined;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'terminal_closed' }
  /** The node stopped while it connected. */
  | { readonly kind: 'node_lost' }
  | { readonly kind: 'ended' };

/** The person who opens a login request, by its code where that was typed instead of the link. */
export interface Claimant {
  readonly userId: UserId;
  readonly browserAddress: string;
  readonly hasTypedCode?: boolean;
}

/**
 * `reported`: "this was not me"; `signed_out`: all of the person's access ended; `link_needed`: a
 * code must be typed where the terminal asks, which a device cannot.
 */
export interface Denial {
  readonly userId: UserId;
  readonly reason?: 'denied' | 'reported' | 'signed_out' | 'link_needed';
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
  /** `token`: a device, which comes back with a token once it is approved (RFC 8628). */
  readonly waiting: 'connection' | 'token' | 'none';
  readonly createdAt: Date;
  /** End of the time to decide, by Redis' clock. Meaningless from approval on. */
  readonly expiresAt: Date;
  /** How often the person got more time. */
  readonly extensionCount: number;
  /** Until then the person can take the denial back; null: not, or not any more. */
  readonly undoUntil: Date | null;
  readonly claim: Claim | null;
  /** What others were asked for; null: nobody was. */
  readonly submission: Submission | null;
  readonly approval: Approval | null;
  /** Why it was denied or abandoned: one of our own words, for logs and pages. */
  readonly reason: string | null;
  readonly progress: Progress;
  /** What the approval waits for, besides the person's own choice. */
  readonly stepUp: 'reverse_code' | null;
}

/** `refused` carries the current request, or null when it is not stored (any more). */
export type MoveOutcome =
  | { readonly kind: 'moved'; readonly request: LoginRequest }
  | { readonly kind: 'refused'; readonly request: LoginRequest | null };

/** An open reverse code can only be answered in the terminal, or denied. */
export function isApprovable({ status, stepUp }: LoginRequest): boolean {
  return isUndecided(status) && stepUp === null;
}

/** The terminal waits, since its person may take the denial back. */
export function isDenialHeld({ status, reason, undoUntil }: LoginRequest): boolean {
  return status === 'denied' && reason === 'denied' && undoUntil !== null;
}

/** Consuming the approval of a waiting connection is no decision, since approving was. */
export function isDecidedNow({ status, waiting }: LoginRequest): boolean {
  return !isOpen(status) && !(status === 'consumed' && waiting !== 'none');
}
