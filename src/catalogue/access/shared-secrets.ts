// The API keys and access tokens of an organization that one of its people made, and so has seen,
// the open invitations, and the webhooks that are told. They outlive that person's membership.

import type { Kysely } from 'kysely';
import type { AccessTokenId, AccountId, InvitationId, NotificationTargetId, UserId } from '../../ids.ts';
import type { Schema } from '../store/schema.ts';

export type SharedSecret =
  | { readonly kind: 'api_key'; readonly id: number; readonly name: string }
  | { readonly kind: 'access_token'; readonly id: AccessTokenId; readonly name: string }
  /** Named by the e-mail that is invited. */
  | { readonly kind: 'invitation'; readonly id: InvitationId; readonly name: string }
  | { readonly kind: 'notification_target'; readonly id: NotificationTargetId; readonly name: string };

export interface SharedSecretsAsked {
  readonly accountId: AccountId;
  readonly userId: UserId;
}

/** Does not check permissions. Each kind oldest first. */
export async function listSharedSecrets(
  db: Kysely<Schema>,
  { accountId, userId }: SharedSecretsAsked,
): Promise<SharedSecret[]> {
  const keys = await db
    .selectFrom('api_keys')
    .select(['id', 'name'])
    .where('account_id', '=', accountId)
    .where('created_by', '=', userId)
    .orderBy('id')
    .execute();
  const tokens = await db
    .selectFrom('access_tokens')
    .select(['id', 'name'])
    .where('owner_account_id', '=', accountId)
    .where('created_by', '=', userId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const invitations = await db
    .selectFrom('invitations')
    .select(['id', 'email as name'])
    .where('account_id', '=', accountId)
    .where('invited_by', '=', userId)
    .orderBy('invited_at')
    .orderBy('id')
    .execute();
  const targets = await listWebhooks(db, { accountId, userId });
  return [
    ...keys.map(({ id, name }) => ({ kind: 'api_key', id, name }) as const),
    ...tokens.map(({ id, name }) => ({ kind: 'access_token', id, name }) as const),
    ...invitations.map(({ id, name }) => ({ kind: 'invitation', id, name }) as const),
    ...targets.map(({ id, name }) => ({ kind: 'notification_target', id, name }) as const),
  ];
}

async function listWebhooks(db: Kysely<Schema>, { accountId, userId }: SharedSecretsAsked) {
  const targets = db.selectFrom('notification_targets').select(['id', 'name']).where('account_id', '=', accountId);
  return await targets.where('created_by', '=', userId).orderBy('created_at').orderBy('id').execute();
}
