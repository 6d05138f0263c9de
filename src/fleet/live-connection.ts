// The record of a live connection travels through Redis; its handle never leaves the process.

import type { RightsReader } from '../catalogue/access/rights-reader.ts';
import type { CatalogueSnapshot } from '../catalogue/endings/catalogue-snapshot.ts';
import type { ProjectLabel } from '../catalogue/tables/project-labels.ts';
import type {
  AccessRequestId,
  AccessTokenId,
  AccountId,
  ComputeId,
  ConnectionId,
  GrantId,
  LoginRequestId,
  NodeId,
  ProjectId,
  UserId,
} from '../ids.ts';
import type { QueryState } from '../relay/query-watch.ts';
import type { RevokedCause } from './endings/end-connections.ts';

/** What changes all the time: each node samples it once a second. */
export interface LiveConnectionSnapshot {
  /** Whole numbers. */
  readonly bytesToUpstream: number;
  readonly bytesToClient: number;
  /** ReadyForQuery's status byte, or null before the first one and where it is no longer known. */
  readonly transactionStatus: 'I' | 'T' | 'E' | null;
  /** What the database does for the client; null before the first query and where it is unknown. */
  readonly queryState: Exclude<QueryState, 'unknown'> | null;
  /** Milliseconds since 1970, late by a second at most; null without a state. */
  readonly queryStateSince: number | null;
}

/** Of a connection that relays nothing yet, and of nodes of the version before. */
export const UNKNOWN_QUERY_STATE = { queryState: null, queryStateSince: null } as const;

export interface LiveConnectionRecord extends LiveConnectionSnapshot {
  readonly id: ConnectionId;
  readonly nodeId: NodeId;
  readonly phase: 'waiting' | 'connecting' | 'relaying';
  readonly userId: UserId | null;
  readonly personEmail: string | null;
  readonly address: string;
  readonly port: number;
  /** Untrusted: the client's own word. */
  readonly application: string | null;
  /** Untrusted: the client's own word. */
  readonly requestedUser: string;
  readonly accountId: AccountId | null;
  readonly projectId: ProjectId | null;
  readonly projectName: string | null;
  readonly projectLabel: ProjectLabel | null;
  readonly computeId: ComputeId | null;
  readonly computeName: string | null;
  /** Where it takes a connection of those that accounts share; null until it asks for one. */
  readonly hostId: string | null;
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly grantId: GrantId | null;
  readonly accessTokenId: AccessTokenId | null;
  readonly loginRequestId: LoginRequestId | null;
  /** The broken glass that let it in. */
  readonly glassId: AccessRequestId | null;
  /** ISO 8601, UTC. */
  readonly since: string;
  /**
   * When the query or the open transaction that has lasted for two seconds began, in milliseconds
   * since 1970. With the facts, so that a list in this order reads no counters.
   */
  readonly busySince: number | null;
  readonly upstreamPid: number | null;
  /** `TLSv1.3 TLS_AES_256_GCM_SHA384`, or null in clear text. */
  readonly tls: string | null;
}

/** Shorter ones come and go too fast to be listed in an order. */
const LASTING_MS = 2_000;

/** For `busySince`, at a moment in milliseconds since 1970. */
export function busySince(counters: LiveConnectionSnapshot, nowMs: number): number | null {
  const { queryState, queryStateSince, transactionStatus } = counters;
  if (queryState === null || queryStateSince === null || nowMs - queryStateSince < LASTING_MS) return null;
  return queryState === 'idle' && transactionStatus === 'I' ? null : queryStateSince;
}

export type ConnectionPlace = Pick<LiveConnectionRecord, 'id' | 'nodeId'>;

/** Why a connection is ended from outside. The reason of `killed` is an operator's own text. */
export type EndCause =
  | { readonly kind: 'killed'; readonly reason: string }
  /** `by` is the e-mail or the key of whoever suspended its compute. */
  | { readonly kind: 'suspended'; readonly by: string }
  | RevokedCause
  | { readonly kind: 'drain' };

export interface LiveConnectionHandle {
  /** When its right was given: what was taken away before does not end it. Null: long ago. */
  readonly rightAsOf: CatalogueSnapshot | null;
  snapshot(): LiveConnectionSnapshot;
  /** Starts the end; does not wait for it. May be called more than once and in every phase. */
  end(cause: EndCause): void;
  /** Ends the connection that has no permission any more. Throws when it cannot be asked. */
  recheck(rights?: RightsReader): Promise<void>;
  cancelQuery(): Promise<void>;
  /** Resolves when the text, an operator's own and uncleaned, was handed over or given up. */
  notify(text: string): Promise<void>;
}

/** Every given field must be equal; `{}` is every connection. */
export type LiveConnectionFilter = Partial<Pick<LiveConnectionRecord, (typeof FILTER_FIELDS)[number]>>;

export function matchesFilter(record: LiveConnectionRecord, filter: LiveConnectionFilter): boolean {
  return filterMatcher(filter)(record);
}

/** `matchesFilter` for one filter and thousands of records. */
export function filterMatcher(filter: LiveConnectionFilter): (record: LiveConnectionRecord) => boolean {
  const asked = FILTER_FIELDS.filter((field) => filter[field] !== undefined);
  return (record) => asked.every((field) => record[field] === filter[field]);
}

const FILTER_FIELDS = [
  'nodeId',
  'phase',
  'userId',
  'accountId',
  'projectId',
  'computeId',
  'grantId',
  'accessTokenId',
  'database',
  'databaseRole',
] as const satisfies ReadonlyArray<keyof LiveConnectionRecord>;

export function countersOf(record: LiveConnectionRecord): LiveConnectionSnapshot {
  const { bytesToUpstream, bytesToClient, transactionStatus, queryState, queryStateSince } = record;
  return { bytesToUpstream, bytesToClient, transactionStatus, queryState, queryStateSince };
}

export function sameCounters(a: LiveConnectionSnapshot, b: LiveConnectionSnapshot): boolean {
  return (
    a.bytesToUpstream === b.bytesToUpstream &&
    a.bytesToClient === b.bytesToClient &&
    a.transactionStatus === b.transactionStatus &&
    a.queryState === b.queryState &&
    a.queryStateSince === b.queryStateSince
  );
}
