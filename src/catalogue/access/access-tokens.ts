// Access tokens: passwords for clients that cannot show a link, bound to one compute, shown once,
// listed, revocable; or trust in the tokens that an issuer gives its workloads. Logging in with one
// is in password-door.ts.

import type { Transaction } from 'kysely';
import { PosternError } from '../../errors.ts';
import { type AccessTokenId, type AccountId, type ComputeId, newAccessTokenId } from '../../ids.ts';
import { parseNetwork } from '../../network-address.ts';
import { encodeVerifier, makeVerifier } from '../../protocol/scram-verifier.ts';
import { recordEndedAccess } from '../endings/ended-access.ts';
import { findCompute } from '../projects/compute-rows.ts';
import { getCompute } from '../projects/computes.ts';
import { findProject, onProject, type Project } from '../projects/projects.ts';
import { accountResource, INSTALLATION, requireMay, visible } from '../rights/permissions.ts';
import { requireStillMay } from '../rights/require-still-may.ts';
import { parseWorkload, type Workload } from '../rights/workload.ts';
import type { Catalogue } from '../store/catalogue.ts';
import { requireName } from '../store/names.ts';
import { newRandomSecret } from '../store/random-secrets.ts';
import type { Schema } from '../store/schema.ts';
import { type AuditContext, changeEvent } from '../trail/audit-context.ts';
import { recordAuditEvent } from '../trail/audit-events.ts';
import { accessTokenSubject } from '../trail/secret-subjects.ts';
import { type AccessToken, accessTokenFrom, ownerColumns, requireTokenRoom } from './access-token-rows.ts';
import { chooseDatabase } from './choose-database-and-role.ts';
import { requireTokenReach } from './own-reach.ts';
import { loadTargetRow } from './target-row.ts';

const DAY_MS = 24 * 3_600_000;
// docs/security.md, "Secrets that people and programs hold"
export const DEFAULT_TOKEN_LIFE_MS = 30 * DAY_MS;
const LONGEST_TOKEN_LIFE_MS = 366 * DAY_MS;
const DEFAULT_MAX_CONNECTIONS = 20;
const MAX_CONNECTIONS = 10_000;
const MAX_NETWORKS = 100;
const TOKEN_SECRET_PREFIX = 'postern_token_';

export interface NewAccessToken {
  readonly name: string;
  readonly computeId: ComputeId;
  /** `self`: valid as long as the person may connect; `account`: for CI and services. */
  readonly owner: 'self' | 'account';
  readonly database?: string | null;
  readonly databaseRole?: string | null;
  readonly access: 'read_write' | 'read_only';
  readonly allowedNetworks?: readonly string[];
  readonly maxConnections?: number;
  /** At most 366 days; absent: 30. */
  readonly lifeMs?: number;
}

/** The secret is not stored. Throws `precondition` when no role fits the access. */
export async function createAccessToken(catalogue: Catalogue, context: AuditContext, input: NewAccessToken) {
  const secret = newRandomSecret(TOKEN_SECRET_PREFIX);
  const proof = { scram_verifier: encodeVerifier(await makeVerifier(secret.reveal())), workload: null };
  return { accessToken: await insertToken(catalogue, context, { ...input, proof }), secret };
}

/**
 * A token without a secret, for 366 days where it does not say: its password is what the issuer
 * says of the workload. Throws `precondition` when no role fits, and `workload_invalid`.
 */
export async function createWorkloadToken(
  catalogue: Catalogue,
  context: AuditContext,
  { workload, ...input }: NewAccessToken & { readonly workload: Workload },
): Promise<AccessToken> {
  const proof = { scram_verifier: null, workload: JSON.stringify(parseWorkload(workload)) };
  return await insertToken(catalogue, context, { lifeMs: LONGEST_TOKEN_LIFE_MS, ...input, proof });
}

interface InsertedToken extends NewAccessToken {
  readonly proof: { readonly scram_verifier: string | null; readonly workload: string | null };
}

async function insertToken(catalogue: Catalogue, context: AuditContext, input: InsertedToken): Promise<AccessToken> {
  const action = input.owner === 'self' ? 'project.create_access_token' : 'project.read';
  const { project } = await getCompute(catalogue, context, { computeId: input.computeId, action });
  const owner = ownerColumns(context, { owner: input.owner, project });
  const target = await loadTargetRow(catalogue.db, input.computeId);
  const choice = { database: input.database ?? null, databaseRole: input.databaseRole ?? null, access: input.access };
  chooseDatabase(target, choice);
  await requireTokenReach(catalogue, context, { target, owner: input.owner, choice });
  const values = {
    id: newAccessTokenId(),
    ...owner,
    ...input.proof,
    ...tokenColumns(catalogue, input),
    database: choice.database,
    database_role: choice.databaseRole,
    created_by: context.actor.kind === 'person' ? context.actor.userId : null,
  };
  const row = await catalogue.transaction(async (tx) => {
    await requireStillMay(tx, { catalogue, context }, onProject(catalogue, project, action));
    const ofAccount = { action: 'access_tokens.create', resource: accountResource(project.accountId) } as const;
    if (input.owner === 'account') await requireStillMay(tx, { catalogue, context }, ofAccount);
    await requireTokenRoom(tx, owner, values.created_at);
    const created = await tx.insertInto('access_tokens').values(values).returningAll().executeTakeFirstOrThrow();
    await recordTokenEvent(tx, { catalogue, context, project, token: created, event: 'secret.created' });
    return created;
  });
  return accessTokenFrom(row);
}

/** Newest first. */
export async function listOwnAccessTokens(catalogue: Catalogue, { actor }: AuditContext): Promise<AccessToken[]> {
  requireMay(actor, 'self.manage_sessions', INSTALLATION);
  if (actor.kind !== 'person') return [];
  const rows = await tokenRows(catalogue).where('owner_user_id', '=', actor.userId).execute();
  return rows.map(accessTokenFrom);
}

/** All tokens for the account's computes, newest first. */
export async function listAccessTokensOfAccount(catalogue: Catalogue, { actor }: AuditContext, accountId: AccountId) {
  requireMay(actor, 'access_tokens.read', accountResource(accountId));
  const computes = catalogue.db
    .selectFrom('computes')
    .innerJoin('projects', 'projects.id', 'computes.project_id')
    .select('computes.id')
    .where('projects.account_id', '=', accountId);
  return (await tokenRows(catalogue).where('compute_id', 'in', computes).execute()).map(accessTokenFrom);
}

/** One's own, or as an admin any for the account's computes. Ends the access through it. */
export async function revokeAccessToken(catalogue: Catalogue, context: AuditContext, tokenId: AccessTokenId) {
  const { actor } = context;
  const row = await tokenRows(catalogue).where('id', '=', tokenId).executeTakeFirst();
  const unknown = new PosternError('not_found', { params: { thing: `access token "${tokenId}"` } });
  const project = row === undefined ? null : await projectOfCompute(catalogue, row.compute_id);
  if (row === undefined || project === null) throw unknown;
  const isOwn = actor.kind === 'person' && row.owner_user_id === actor.userId;
  const account = accountResource(project.accountId);
  if (!isOwn && !visible(actor, account)) throw unknown;
  if (!isOwn) requireMay(actor, 'access_tokens.revoke', account);
  return catalogue.transaction(async (tx) => {
    const { numDeletedRows } = await tx.deleteFrom('access_tokens').where('id', '=', tokenId).executeTakeFirst();
    if (numDeletedRows === 0n) throw unknown;
    await recordEndedAccess(tx, { kind: 'end', owners: { accessTokenId: tokenId } });
    await recordTokenEvent(tx, { catalogue, context, project, token: row, event: 'secret.revoked' });
    return accessTokenFrom(row);
  });
}

function tokenRows({ db }: Catalogue) {
  return db.selectFrom('access_tokens').selectAll().orderBy('created_at', 'desc').orderBy('id');
}

async function projectOfCompute({ db }: Catalogue, computeId: ComputeId): Promise<Project | null> {
  const compute = await findCompute(db, computeId);
  return compute === null ? null : findProject(db, compute.projectId);
}

function tokenColumns({ clock }: Catalogue, input: NewAccessToken) {
  const now = clock.now();
  const lifeMs = input.lifeMs ?? DEFAULT_TOKEN_LIFE_MS;
  if (!(lifeMs > 0 && lifeMs <= LONGEST_TOKEN_LIFE_MS)) {
    throw new PosternError('token_life_too_long', { params: { limit: String(LONGEST_TOKEN_LIFE_MS / DAY_MS) } });
  }
  const maxConnections = input.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  if (!(Number.isInteger(maxConnections) && maxConnections >= 1 && maxConnections <= MAX_CONNECTIONS)) {
    throw new PosternError('token_connections', { params: { limit: String(MAX_CONNECTIONS) } });
  }
  const networks = input.allowedNetworks ?? [];
  const wrong = networks.find((network) => parseNetwork(network) === null);
  if (wrong !== undefined) throw new PosternError('network_invalid', { params: { network: wrong } });
  if (networks.length > MAX_NETWORKS) {
    throw new PosternError('too_many_token_networks', { params: { limit: String(MAX_NETWORKS) } });
  }
  return {
    name: requireName(input.name, 'token name'),
    compute_id: input.computeId,
    access: input.access,
    allowed_networks: JSON.stringify(networks),
    max_connections: maxConnections,
    created_at: now,
    expires_at: new Date(now.getTime() + lifeMs),
    last_used_at: null,
    last_used_from: null,
  };
}

async function recordTokenEvent(
  tx: Transaction<Schema>,
  happened: {
    catalogue: Catalogue;
    context: AuditContext;
    project: Project;
    token: { readonly id: AccessTokenId; readonly name: string; readonly compute_id: ComputeId };
    event: 'secret.created' | 'secret.revoked';
  },
): Promise<void> {
  const { catalogue, context, project, token, event } = happened;
  const place = { accountId: project.accountId, projectId: project.id, computeId: token.compute_id };
  const facts = { event, ...place, subject: accessTokenSubject(token) };
  await recordAuditEvent(tx, changeEvent(catalogue, context, facts));
}
