// What the pages that end somebody's access say and offer about secrets which that person knows.

import { z } from 'zod';
import type { AlsoDone } from '../../../../web/pages/console/confirm-page.tsx';
import type { PasswordChoice, SettledPassword } from '../../../actions/databases/settle-known-passwords.ts';
import type { SettledSecret, SharedSecretChoice } from '../../../actions/organizations/settle-shared-secrets.ts';
import { listSharedSecrets, type SharedSecretsAsked } from '../../../catalogue/access/shared-secrets.ts';
import { type KnownPasswordsAsked, listKnownPasswords } from '../../../catalogue/projects/password-reveals.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type ConsoleCall, parseForm } from './console-call.ts';

const FIELD = 'reset_known_passwords';
const REVOKE_FIELD = 'revoke_shared_secrets';
const MAX_NAMED = 10;
const SECRET_KINDS = {
  api_key: 'API key',
  access_token: 'access token',
  invitation: 'invitation',
  notification_target: 'webhook',
} as const;
const ticked = z.literal('yes').optional();
const schema = z.object({ [FIELD]: ticked });
const revokeSchema = z.object({ [REVOKE_FIELD]: ticked });

/** A box on the confirmation, ticked; nothing when no password was shown to them. */
export async function offerReset({ parts }: ConsoleCall, asked: KnownPasswordsAsked): Promise<AlsoDone[]> {
  const known = await listKnownPasswords(parts.catalogue.db, asked);
  if (known.length === 0) return [];
  const names = firstNames(known.map(({ roleName, projectName }) => `${roleName} (${projectName})`));
  return [
    {
      name: FIELD,
      label: 'Also reset the passwords that people who lose access have seen',
      help: `Database roles whose passwords were seen: ${names}. Programs that use them need the new ones; connections with these roles end now.`,
    },
  ];
}

/** Likewise for the keys, tokens, invitations and webhooks that a member made. */
export async function offerRevocation({ parts }: ConsoleCall, asked: SharedSecretsAsked): Promise<AlsoDone[]> {
  const shared = await listSharedSecrets(parts.catalogue.db, asked);
  if (shared.length === 0) return [];
  const names = firstNames(shared.map(({ kind, name }) => `${name} (${SECRET_KINDS[kind]})`));
  return [
    {
      name: REVOKE_FIELD,
      label: 'Also revoke the organization’s keys, tokens, invitations and webhooks they made',
      help: `These go on working otherwise: ${names}. Programs that use them need new ones.`,
    },
  ];
}

function firstNames(names: readonly string[]): string {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return `${names.slice(0, MAX_NAMED).map(cleanForPage).join(', ')}${more}`;
}

export function resetChoice(call: ConsoleCall): PasswordChoice {
  return { passwords: parseForm(call, schema)[FIELD] === 'yes' ? 'reset' : 'keep' };
}

export function revocationChoice(call: ConsoleCall): SharedSecretChoice {
  return { sharedSecrets: parseForm(call, revokeSchema)[REVOKE_FIELD] === 'yes' ? 'revoke' : 'keep' };
}

export function remarkSecrets({ remarks }: ConsoleCall, settled: readonly SettledSecret[]): void {
  if (settled.some(({ status }) => status === 'revoked')) remarks.add('secrets_revoked');
  if (settled.some(({ status }) => status === 'kept')) remarks.add('secrets_kept');
}

export function remarkPasswords({ remarks }: ConsoleCall, known: readonly SettledPassword[]): void {
  if (known.some(({ kind }) => kind === 'reset')) remarks.add('passwords_reset');
  if (known.some(({ kind }) => kind === 'kept')) remarks.add('passwords_kept');
  if (known.some(({ kind }) => kind === 'failed')) remarks.add('passwords_not_reset');
}
