// Commands that end somebody's access say which passwords of database roles that person knows.

import { Option } from 'commander';
import { cleanSentence } from '../../untrusted-text.ts';
import type { ApiRow, Query } from './api-client.ts';
import type { ApiTools } from './api-commands.ts';

export function resetOption(): Option {
  return new Option('--reset-known-passwords', 'replace the passwords of database roles that they were shown');
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
