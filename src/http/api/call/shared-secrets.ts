// What removing a member asks and answers about keys, tokens, invitations and webhooks of theirs.

import { z } from 'zod';
import type { SettledSecret, SharedSecretChoice } from '../../../actions/organizations/settle-shared-secrets.ts';

export const sharedSecretQuery = z.object({
  revoke_shared_secrets: z.enum(['true', 'false']).optional().meta({
    description:
      'Revokes the API keys, access tokens, open invitations and webhooks of the organization that the member made.',
  }),
});

export const sharedSecretsField = z
  .array(
    z.object({
      kind: z.enum(['api_key', 'access_token', 'invitation', 'notification_target']),
      id: z.string(),
      name: z.string(),
      status: z.enum(['kept', 'revoked']),
    }),
  )
  .optional()
  .meta({
    description: 'API keys, access tokens, open invitations and webhooks of the organization that the member made.',
  });

export function sharedSecretChoice({ revoke_shared_secrets }: z.output<typeof sharedSecretQuery>): SharedSecretChoice {
  return { sharedSecrets: revoke_shared_secrets === 'true' ? 'revoke' : 'keep' };
}

/** Absent when there are none, as in Neon's answers. */
export function sharedSecretsOnWire({ sharedSecrets }: { readonly sharedSecrets: readonly SettledSecret[] }) {
  if (sharedSecrets.length === 0) return {};
  return {
    shared_secrets: sharedSecrets.map(({ kind, id, name, status }) => ({ kind, id: String(id), name, status })),
  };
}
