// A login request in Redis: a hash of texts, and its mapping to and from a LoginRequest.

import { z } from 'zod';
import { PROJECT_LABELS } from '../../catalogue/tables/project-labels.ts';
import {
  type ConnectionId,
  idSchema,
  isLoginRequestId,
  type LoginRequestId,
  type NodeId,
  type UserId,
} from '../../ids.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisChannels, redisKeys } from '../../redis/redis-keys.ts';
import { askStore, type RedisScript, runScript } from '../../redis/redis-script.ts';
import { READ_LOGIN_REQUEST } from '../scripts/login-request-scripts.ts';
import { LOGIN_STATUSES } from '../terms/login-status.ts';
import { agentSchema, approvalSchema, submissionSchema } from './approval-schema.ts';
import { localitySchema } from './locality.ts';
import type { LoginOrigin, LoginRequest, Progress } from './login-request.ts';

/** A request with the fields that only the store needs. */
export interface LoginRecord {
  readonly request: LoginRequest;
  readonly version: string;
  /** Until the request expires, by Redis' clock; null when it does not. */
  readonly remainingMs: number | null;
}

const OUTCOMES = ['moved', 'refused', 'wrong', 'burned', 'unlike'] as const;
export type LoginScriptOutcome = (typeof OUTCOMES)[number];

const userId = idSchema<UserId>();
const milliseconds = z.coerce
  .number()
  .int()
  .transform((ms) => new Date(ms));

export const originSchema: z.ZodType<LoginOrigin> = z.object({
  address: z.string(),
  // Absent in records written by older versions.
  locality: localitySchema.optional(),
  key: z.string().nullish(),
  isUnasked: z.boolean().optional(),
  port: z.number().int(),
  application: z.string().nullable(),
  agent: agentSchema,
  requestedUser: z.string(),
  requestedDatabase: z.string(),
  databaseIsExplicit: z.boolean(),
  hints: z.object({ project: z.string().nullable(), endpoint: z.string().nullable() }),
  tls: z.object({ version: z.string(), cipher: z.string() }).nullable(),
  serverName: z.string().nullable(),
  noticeBlind: z.boolean(),
  mayBeProbe: z.boolean().optional(),
  // Absent in records written by older versions.
  replication: z.enum(['none', 'database', 'server']).default('none'),
});

const progressSchema: z.ZodType<Progress> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('waiting') }),
  z.object({ kind: z.literal('waking') }),
  z.object({ kind: z.literal('connecting') }),
  z.object({
    kind: z.literal('connected'),
    database: z.string(),
    databaseRole: z.string(),
    projectName: z.string(),
    projectLabel: z.enum(PROJECT_LABELS).optional(),
    connectionId: idSchema<ConnectionId>(),
    client: z.object({ application: z.string().nullable(), port: z.number().int() }).optional(),
  }),
  z.object({ kind: z.literal('failed'), code: z.string(), message: z.string() }),
  z.object({ kind: z.literal('terminal_closed') }),
  z.object({ kind: z.literal('node_lost') }),
  z.object({ kind: z.literal('ended') }),
]);

const hashSchema = z.object({
  id: z.string().refine(isLoginRequestId),
  status: z.enum(LOGIN_STATUSES),
  user_code: z.string(),
  origin: z.string().transform(parseJson).pipe(originSchema),
  node_id: idSchema<NodeId>(),
  waiting: z.enum(['connection', 'token', 'none']),
  created_at: milliseconds,
  expires_at: milliseconds,
  extended: z.coerce.number().int().default(0),
  undo_until: milliseconds.optional(),
  claimed_by: userId.optional(),
  claimed_from: z.string().optional(),
  claimed_at: milliseconds.optional(),
  claimed_by_code: z.string().optional(),
  approval: z.string().transform(parseJson).pipe(approvalSchema).optional(),
  submission: z.string().transform(parseJson).pipe(submissionSchema).optional(),
  reason: z.string().optional(),
  progress: z.string().transform(parseJson).pipe(progressSchema),
  code_digest: z.string().optional(),
  version: z.string(),
});

const answerSchema = z.tuple([z.enum(OUTCOMES), z.number(), z.array(z.string())]);

/** The fields of a new request, except the times, which the creating script adds. */
export function newLoginFields(
  request: Pick<LoginRequest, 'id' | 'userCode' | 'origin' | 'nodeId' | 'waiting'>,
): Record<string, string> {
  return {
    id: request.id,
    status: 'pending',
    user_code: request.userCode,
    origin: JSON.stringify(request.origin),
    node_id: request.nodeId,
    waiting: request.waiting,
    progress: JSON.stringify({ kind: 'waiting' } satisfies Progress),
  };
}

/** `record` is null when the request is not kept. Throws ZodError for a hash that is not ours. */
export function parseLoginAnswer(reply: unknown): { outcome: LoginScriptOutcome; record: LoginRecord | null } {
  const [outcome, remainingMs, flat] = answerSchema.parse(reply);
  if (flat.length === 0) return { outcome, record: null };
  const hash = hashSchema.parse(fieldsOf(flat));
  return {
    outcome,
    record: { request: requestOf(hash), version: hash.version, remainingMs: remainingMs < 0 ? null : remainingMs },
  };
}

/** Parses a flat HGETALL reply: field, value, field, value. */
export function fieldsOf(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) fields[flat[index] ?? ''] = flat[index + 1] ?? '';
  return fields;
}

function requestOf(hash: z.infer<typeof hashSchema>): LoginRequest {
  const { claimed_by: by, claimed_from: browserAddress, claimed_at: at, claimed_by_code: code } = hash;
  return {
    id: hash.id,
    status: hash.status,
    userCode: hash.user_code,
    origin: hash.origin,
    nodeId: hash.node_id,
    waiting: hash.waiting,
    createdAt: hash.created_at,
    expiresAt: hash.expires_at,
    extensionCount: hash.extended,
    undoUntil: hash.status === 'denied' ? (hash.undo_until ?? null) : null,
    claim: by && browserAddress && at ? { userId: by, browserAddress, at, hasTypedCode: code === '1' } : null,
    submission: hash.submission ?? null,
    approval: hash.approval ?? null,
    reason: hash.reason ?? null,
    progress: hash.progress,
    stepUp: hash.status === 'claimed' && hash.code_digest !== undefined ? 'reverse_code' : null,
  };
}

export function parseJson(text: string): unknown {
  return JSON.parse(text);
}

export class LoginRecords {
  readonly #redis: RedisClient;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  /** For scripts that begin with the prelude. Throws PosternError `store_unavailable`. */
  async run(
    script: RedisScript,
    id: LoginRequestId,
    details: object,
  ): Promise<{ outcome: LoginScriptOutcome; record: LoginRecord | null }> {
    const keys = [redisKeys.loginRequest(id)];
    const args = [id, redisChannels.loginRequests(), JSON.stringify(details)];
    return parseLoginAnswer(await askStore(() => runScript(this.#redis, script, { keys, args })));
  }

  /** The current record, after any move that was due by time; null when it is not stored. */
  async read(id: LoginRequestId): Promise<LoginRecord | null> {
    return (await this.run(READ_LOGIN_REQUEST, id, {})).record;
  }

  async remove(id: LoginRequestId): Promise<void> {
    await askStore(() => this.#redis.del(redisKeys.loginRequest(id)));
  }

  async version(id: LoginRequestId): Promise<string | null> {
    return await askStore(() => this.#redis.hget(redisKeys.loginRequest(id), 'version'));
  }
}
