// An access token as the program sees it, and how its row is read. Of a secret only a SCRAM
// verifier is stored.

import type { Selectable, Transaction } from 'kysely';
import { z } from 'zod';
import { PosternError } from '../../errors.ts';
import { type AccountId, personalAccountId, type UserId } from '../../ids.ts';
import { lockAccount } from '../accounts/accounts.ts';
import type { Project } from '../projects/projects.ts';
import { accountResource, requireMay } from '../rights/permissions.ts';
import { workloadSchema } from '../rights/workload.ts';
import type { Schema } from '../store/schema.ts';
import type { AccessTokensTable } from '../tables/keys-and-tokens.ts';
import type { AuditContext } from '../trail/audit-context.ts';

export type AccessToken = ReturnType<typeof accessTokenFrom>;

const networksSchema = z.array(z.string());

export function accessTokenFrom(row: Selectable<AccessTokensTable>) {
  return {
    /** The user name that clients log in with; not a secret. */
    id: row.id,
    name: row.name,
    owner: ownerFrom(row),
    /** Whose issuer's tokens are the password; null: a secret is. */
    workload: row.workload === null ? null : workloadSchema.parse(row.workload),
    computeId: row.compute_id,
    /** Null: the compute's own. */
    database: row.database,
    /** Null: the first role that fits the access. */
    databaseRole: row.database_role,
    access: row.access,
    /** CIDRs from which the token may be used; empty: from anywhere. */
    allowedNetworks: networksSchema.parse(row.allowed_networks),
    /** Concurrent live connections. */
    maxConnections: row.max_connections,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}

function ownerFrom(
  row: Selectable<AccessTokensTable>,
): { readonly kind: 'person'; readonly userId: UserId } | { readonly kind: 'account'; readonly accountId: AccountId } {
  if (row.owner_user_id !== null) return { kind: 'person', userId: row.owner_user_id };
  if (row.owner_account_id !== null) return { kind: 'account', accountId: row.owner_account_id };
  throw new Error(`access token ${row.id} has no owner`);
}

/** Throws as `requireMay` for a token of the account. */
export function ownerColumns(
  { actor }: AuditContext,
  { owner, project }: { owner: 'self' | 'account'; project: Project },
) {
  if (owner === 'self') {
    if (actor.kind === 'person') return { owner_user_id: actor.userId, owner_account_id: null };
    throw new PosternError('token_without_person');
  }
  requireMay(actor, 'access_tokens.create', accountResource(project.accountId));
  return { owner_user_id: null, owner_account_id: project.accountId };
}

const MOST_OF_PERSON = 500;
const MOST_OF_ACCOUNT = 1_000;

type OwnerColumns = Pick<Selectable<AccessTokensTable>, 'owner_user_id' | 'owner_account_id'>;

/** Those that have not run out. Throws `invalid_input` for one too many. */
export async function requireTokenRoom(tx: Transaction<Schema>, owner: OwnerColumns, now: Date): Promise<void> {
  const { owner_user_id: userId, owner_account_id: accountId } = owner;
  const lockedAccountId = userId === null ? accountId : personalAccountId(userId);
  if (lockedAccountId !== null) await lockAccount(tx, lockedAccountId);
  const rows = tx.selectFrom('access_tokens').select(({ fn }) => fn.countAll<number>().as('count'));
  const living = rows.where('expires_at', '>', now);
  const ofOwner =
    userId === null ? living.where('owner_account_id', '=', accountId) : living.where('owner_user_id', '=', userId);
  const { count } = await ofOwner.executeTakeFirstOrThrow();
  const limit = userId === null ? MOST_OF_ACCOUNT : MOST_OF_PERSON;
  if (Number(count) < limit) return;
  throw new PosternError('too_many_keys', { params: { limit: String(limit), things: 'access tokens' } });
}
