// Commands that end somebody's access say which secrets that person still knows.

import { Option } from 'commander';
import { cleanSentence } from '../../untrusted-text.ts';
import type { ApiRow, Query } from './api-client.ts';
import type { ApiTools } from './api-commands.ts';

export function resetOption(): Option {
  return new Option('--reset-known-passwords', 'replace the passwords of database roles that they were shown');
}

export function revokeOption(): Option {
  return new Option(
    '--revoke-shared-secrets',
    'revoke the API keys, access tokens, invitations and webhooks of the organization that they made',
  );
}

export function passwordQuery(resetKnownPasswords: string | undefined): Query {
  return { reset_known_passwords: resetKnownPasswords };
}

export function remarkKnownPasswords({ remark }: ApiTools, { known_passwords: known }: ApiRow): void {
  if (!Array.isArray(known)) return;
  for (const row of known) remark(cleanSentence(sentenceOn(Object(row))));
}

function sentenceOn({ project_id, role_name, status, message }: Record<string, unknown>): string {
  const role = `role "${role_name}" of project ${project_id}`;
  if (status === 'reset') return `The password of ${role} was known, and is reset.`;
  if (status === 'failed') return `The password of ${role} is still known; the reset failed: ${message}`;
  return `The password of ${role} is still known. Reset it, or remove with --reset-known-passwords.`;
}

const SECRET_KINDS = new Map([
  ['api_key', 'API key'],
  ['access_token', 'Access token'],
  ['invitation', 'Invitation'],
  ['notification_target', 'Webhook'],
]);

export function remarkSharedSecrets({ remark }: ApiTools, { shared_secrets: shared }: ApiRow): void {
  if (!Array.isArray(shared)) return;
  for (const row of shared) remark(cleanSentence(sentenceOnSecret(Object(row))));
}

function sentenceOnSecret({ kind, id, name, status }: Record<string, unknown>): string {
  const secret = `${SECRET_KINDS.get(String(kind)) ?? kind} ${id} "${name}", which they made,`;
  if (status === 'revoked') return `${secret} is revoked.`;
  return `${secret} still works. Revoke it, or remove with --revoke-shared-secrets.`;
}
