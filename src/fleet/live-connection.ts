// What the fleet knows of one live connection, and what its own node can do with it. The record is plain and travels
// through Redis; the handle never leaves the process.

import { z } from 'zod';
import type {
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
import { idFrom } from '../ids.ts';

/** Longest text of a record: names are cleaned and cut by whoever made them; this bounds what is read back. */
const MAX_TEXT_CHARACTERS = 1_024;
const MAX_ID_CHARACTERS = 100;

const idText = z.string().min(1).max(MAX_ID_CHARACTERS);
const text = z.string().max(MAX_TEXT_CHARACTERS);
const count = z.number().int().nonnegative();

const liveConnectionRecordSchema = z.object({
  id: idText.transform((id) => idFrom<ConnectionId>(id)),
  nodeId: idText.transform((id) => idFrom<NodeId>(id)),
  phase: z.enum(['waiting', 'connecting', 'relaying']),
  userId: idText.transform((id) => idFrom<UserId>(id)).nullable(),
  personEmail: text.nullable(),
  address: text,
  port: count,
  /** Untrusted: the client's own word. */
  application: text.nullable(),
  /** Untrusted: the client's own word. */
  requestedUser: text,
  accountId: idText.transform((id) => idFrom<AccountId>(id)).nullable(),
  projectId: idText.transform((id) => idFrom<ProjectId>(id)).nullable(),
  projectName: text.nullable(),
  computeId: idText.transform((id) => idFrom<ComputeId>(id)).nullable(),
  computeName: text.nullable(),
  database: text.nullable(),
  databaseRole: text.nullable(),
  grantId: idText.transform((id) => idFrom<GrantId>(id)).nullable(),
  accessTokenId: idText.transform((id) => idFrom<AccessTokenId>(id)).nullable(),
  loginRequestId: idText.transform((id) => idFrom<LoginRequestId>(id)).nullable(),
  /** ISO 8601, UTC. */
  since: z.iso.datetime(),
  bytesToUpstream: count,
  bytesToClient: count,
  /** ReadyForQuery's status byte, or null before the first one and where it is no longer known. */
  transactionStatus: z.enum(['I', 'T', 'E']).nullable(),
  upstreamPid: z.number().int().nullable(),
  /** `TLSv1.3 TLS_AES_256_GCM_SHA384`, or null in clear text. */
  tls: text.nullable(),
});

export type LiveConnectionRecord = Readonly<z.output<typeof liveConnectionRecordSchema>>;
export type TransactionStatus = LiveConnectionRecord['transactionStatus'];

/** What changes in a record without anybody telling the registry: it asks for it once a second. */
export type LiveConnectionSnapshot = Pick<
  LiveConnectionRecord,
  'bytesToUpstream' | 'bytesToClient' | 'transactionStatus'
>;

/** Why a connection is ended from outside. The reason of `killed` is an operator's own text, uncleaned. */
export type EndCause =
  | { readonly kind: 'killed'; readonly reason: string }
  | { readonly kind: 'revoked' }
  | { readonly kind: 'drain' };

/** A connection as its own node can reach it. */
export interface LiveConnectionHandle {
  snapshot(): LiveConnectionSnapshot;
  /** Starts the end; does not wait for it. May be called more than once and in every phase. */
  end(cause: EndCause): void;
  /** Asks for the permission anew: starts the end when there is none any more. Throws when that cannot be asked now. */
  recheck(): Promise<void>;
  cancelQuery(): Promise<void>;
  /** Resolves when the text was handed over or given up; the text is an operator's own, uncleaned. */
  notify(text: string): Promise<void>;
}

/** Every given field must be equal; `{}` is every connection. */
export type LiveConnectionFilter = Partial<
  Pick<
    LiveConnectionRecord,
    | 'nodeId'
    | 'phase'
    | 'userId'
    | 'accountId'
    | 'projectId'
    | 'computeId'
    | 'grantId'
    | 'accessTokenId'
    | 'databaseRole'
  >
>;

/** Whether a record has every value that the filter asks for. */
export function matchesFilter(record: LiveConnectionRecord, filter: LiveConnectionFilter): boolean {
  return (
    equalIfAsked(filter.nodeId, record.nodeId) &&
    equalIfAsked(filter.phase, record.phase) &&
    equalIfAsked(filter.userId, record.userId) &&
    equalIfAsked(filter.accountId, record.accountId) &&
    equalIfAsked(filter.projectId, record.projectId) &&
    equalIfAsked(filter.computeId, record.computeId) &&
    equalIfAsked(filter.grantId, record.grantId) &&
    equalIfAsked(filter.accessTokenId, record.accessTokenId) &&
    equalIfAsked(filter.databaseRole, record.databaseRole)
  );
}

/** Reads a record back from Redis; null when it is none of ours (another version's, or forged). */
export function parseLiveConnectionRecord(json: string): LiveConnectionRecord | null {
  const parsed = liveConnectionRecordSchema.safeParse(parseJson(json));
  return parsed.success ? parsed.data : null;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function equalIfAsked(asked: string | null | undefined, actual: string | null): boolean {
  return asked === undefined || asked === actual;
}
