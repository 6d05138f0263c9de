// The API keys, access tokens, open invitations and webhooks that a person made for an
// organization, when the membership ends. The actor is told which, and may have them revoked in the
// same act.

import { assertNever } from '../../assert-never.ts';
import {
  listSharedSecrets,
  type SharedSecret,
  type SharedSecretsAsked,
} from '../../catalogue/access/shared-secrets.ts';
import { type AuditContext, auditActor } from '../../catalogue/trail/audit-context.ts';
import { toPosternError } from '../../errors.ts';
import type { ActionParts } from '../action-parts.ts';
import type { AccessEnders } from '../define-action.ts';
import { revokeAccessToken, revokeOrganizationKey } from '../keys/change-keys.ts';
import { removeNotificationTarget } from './change-notifications.ts';
import { cancelInvitation } from './invite-members.ts';

export interface SharedSecretChoice {
  readonly sharedSecrets: 'keep' | 'revoke';
}

export type SettledSecret = SharedSecret & { readonly status: 'kept' | 'revoked' };

type SettlingParts = Pick<ActionParts, 'catalogue'> & AccessEnders;

/** After the membership has ended. One that somebody else revoked meanwhile counts as revoked. */
export async function settleSharedSecrets(
  parts: SettlingParts,
  context: AuditContext,
  { sharedSecrets, ...asked }: SharedSecretChoice & SharedSecretsAsked,
): Promise<SettledSecret[]> {
  const known = await listSharedSecrets(parts.catalogue.db, asked);
  if (sharedSecrets === 'keep') return known.map((secret) => ({ ...secret, status: 'kept' }));
  // The right to remove the member is enough to have it done.
  const onBehalf: AuditContext = { ...context, actor: { kind: 'system', onBehalfOf: auditActor(context.actor) } };
  for (const secret of known) await revoke(parts, onBehalf, { accountId: asked.accountId, secret });
  return known.map((secret) => ({ ...secret, status: 'revoked' }));
}

async function revoke(
  parts: SettlingParts,
  context: AuditContext,
  { accountId, secret }: Pick<SharedSecretsAsked, 'accountId'> & { readonly secret: SharedSecret },
): Promise<void> {
  try {
    switch (secret.kind) {
      case 'api_key':
        await revokeOrganizationKey(parts, context, { accountId, keyId: secret.id });
        break;
      case 'access_token':
        await revokeAccessToken(parts, context, secret.id);
        break;
      case 'invitation':
        await cancelInvitation(parts, context, { accountId, invitationId: secret.id });
        break;
      case 'notification_target':
        await removeNotificationTarget(parts, context, { accountId, targetId: secret.id });
        break;
      default:
        assertNever(secret);
    }
  } catch (error) {
    if (toPosternError(error).code !== 'not_found') throw error;
  }
}
