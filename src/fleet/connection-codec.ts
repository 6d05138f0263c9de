// Writes live connections into Redis; reads them without a schema library, since fleets are large.

import { PROJECT_LABELS } from '../catalogue/tables/project-labels.ts';
import { type ConnectionId, idFrom } from '../ids.ts';
import { jsonOrNull } from '../untrusted-text.ts';
import {
  type LiveConnectionFilter,
  type LiveConnectionRecord,
  type LiveConnectionSnapshot,
  UNKNOWN_QUERY_STATE,
} from './live-connection.ts';

/** Facts, index, change log and counters apart; nodes of version 1 kept records only. */
export const STORED_VERSION = 2;

/** Longest record that is read at all, in UTF-16 units. */
const MAX_RECORD_CHARACTERS = 32_768;

type FieldCheck = (value: unknown) => boolean;

const isText: FieldCheck = (value) => typeof value === 'string';
const isTextOrNull: FieldCheck = (value) => value === null || typeof value === 'string';
const isCount: FieldCheck = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const CHECKS: Readonly<Record<keyof LiveConnectionRecord, FieldCheck>> = {
  id: isText,
  nodeId: isText,
  phase: (value) => value === 'waiting' || value === 'connecting' || value === 'relaying',
  userId: isTextOrNull,
  personEmail: isTextOrNull,
  address: isText,
  port: isCount,
  application: isTextOrNull,
  requestedUser: isText,
  accountId: isTextOrNull,
  projectId: isTextOrNull,
  projectName: isTextOrNull,
  projectLabel: (value) => value === null || PROJECT_LABELS.some((label) => label === value),
  computeId: isTextOrNull,
  computeName: isTextOrNull,
  hostId: isTextOrNull,
  database: isTextOrNull,
  databaseRole: isTextOrNull,
  grantId: isTextOrNull,
  accessTokenId: isTextOrNull,
  loginRequestId: isTextOrNull,
  glassId: isTextOrNull,
  since: isText,
  bytesToUpstream: isCount,
  bytesToClient: isCount,
  transactionStatus: (value) => value === null || isTransactionStatus(value),
  queryState: (value) => value === null || isQueryState(value),
  queryStateSince: (value) => value === null || isCount(value),
  busySince: (value) => value === null || isCount(value),
  upstreamPid: (value) => value === null || Number.isSafeInteger(value),
  tls: isTextOrNull,
};
const CHECKED_FIELDS = Object.entries(CHECKS);

export function encodeRecord(record: LiveConnectionRecord): string {
  return JSON.stringify(record);
}

/** Null for what lacks a field or is not ours. */
export function decodeRecord(json: string): LiveConnectionRecord | null {
  if (json.length > MAX_RECORD_CHARACTERS) return null;
  const value = jsonOrNull(json);
  if (isRecord(value)) return value;
  // Nodes of the version before do not say what the database does, what the project is for, on
  // which host it is, nor whether the glass was broken.
  const known = isObject(value)
    ? { ...UNKNOWN_QUERY_STATE, busySince: null, projectLabel: null, hostId: null, glassId: null, ...value }
    : null;
  return isRecord(known) ? known : null;
}

/** `1200 34000 I running 1796000000000`; `-` for what is unknown. Older nodes read three words. */
export function encodeCounters(counters: LiveConnectionSnapshot): string {
  const { bytesToUpstream, bytesToClient, transactionStatus, queryState, queryStateSince } = counters;
  return `${bytesToUpstream} ${bytesToClient} ${transactionStatus ?? '-'} ${queryState ?? '-'} ${queryStateSince ?? '-'}`;
}

export function decodeCounters(text: string): LiveConnectionSnapshot | null {
  const [toUpstream, toClient, status, state, since] = text.split(' ');
  const bytesToUpstream = Number(toUpstream);
  const bytesToClient = Number(toClient);
  if (!isCount(bytesToUpstream) || !isCount(bytesToClient)) return null;
  const transactionStatus = isTransactionStatus(status) ? status : null;
  const counted = { bytesToUpstream, bytesToClient, transactionStatus };
  const queryStateSince = Number(since);
  if (!isQueryState(state) || !isCount(queryStateSince)) return { ...counted, ...UNKNOWN_QUERY_STATE };
  return { ...counted, queryState: state, queryStateSince };
}

const INDEXED = ['userId', 'accountId', 'projectId', 'computeId'] as const;

/** A connection's members of the index: `userId:<user's id>:<connection's id>` and so on. */
export function indexMembers(record: LiveConnectionRecord): string[] {
  return INDEXED.flatMap((field) => {
    const owner = record[field];
    return owner === null ? [] : [`${field}:${owner}:${record.id}`];
  });
}

/** The range of the index that holds what the filter asks for; null when no owner is asked for. */
export function indexRange(filter: LiveConnectionFilter): { readonly from: string; readonly below: string } | null {
  // The narrowest owner first: what remains of the filter is checked record by record.
  const field = (['computeId', 'userId', 'projectId', 'accountId'] as const).find(
    (name) => typeof filter[name] === 'string',
  );
  // `;` is the character after `:`.
  return field === undefined ? null : { from: `${field}:${filter[field]}:`, below: `${field}:${filter[field]};` };
}

export function idOfMember(member: string): ConnectionId {
  return idFrom<ConnectionId>(member.slice(member.lastIndexOf(':') + 1));
}

function isRecord(value: unknown): value is LiveConnectionRecord {
  return isObject(value) && CHECKED_FIELDS.every(([name, check]) => check(value[name]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isTransactionStatus(value: unknown): value is 'I' | 'T' | 'E' {
  return value === 'I' || value === 'T' || value === 'E';
}

function isQueryState(value: unknown): value is NonNullable<LiveConnectionSnapshot['queryState']> {
  return value === 'idle' || value === 'running' || value === 'copying';
}
