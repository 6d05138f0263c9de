// What the pages that end somebody's access say and offer about passwords which that person knows.

import { z } from 'zod';
import type { PasswordChoice, SettledPassword } from '../../../actions/databases/settle-known-passwords.ts';
import { type KnownPasswordsAsked, listKnownPasswords } from '../../../catalogue/projects/password-reveals.ts';
import { cleanForPage } from '../../../untrusted-text.ts';
import { type ConsoleCall, parseForm } from './console-call.ts';

const FIELD = 'reset_known_passwords';
const MAX_NAMED = 10;
const schema = z.object({ [FIELD]: z.literal('yes').optional() });

/** A box on the confirmation, ticked; nothing when no password was shown to them. */
export async function offerReset({ parts }: ConsoleCall, asked: KnownPasswordsAsked) {
  const known = await listKnownPasswords(parts.catalogue.db, asked);
  if (known.length === 0) return {};
  const names = known
    .slice(0, MAX_NAMED)
    .map((each) => `${cleanForPage(each.roleName)} (${cleanForPage(each.projectName)})`);
  const more = known.length > MAX_NAMED ? ` and ${known.length - MAX_NAMED} more` : '';
  return {
    also: {
      name: FIELD,
      label: 'Also reset the passwords that people who lose access have seen',
      help: `Database roles whose passwords were seen: ${names.join(', ')}${more}. Programs that use them need the new ones; connections with these roles end now.`,
    },
  };
}

export function resetChoice(call: ConsoleCall): PasswordChoice {
  return { passwords: parseForm(call, schema)[FIELD] === 'yes' ? 'reset' : 'keep' };
}

export function remarkPasswords({ remarks }: ConsoleCall, known: readonly SettledPassword[]): void {
  if (known.some(({ kind }) => kind === 'reset')) remarks.add('passwords_reset');
  if (known.some(({ kind }) => kind === 'kept')) remarks.add('passwords_kept');
  if (known.some(({ kind }) => kind === 'failed')) remarks.add('passwords_not_reset');
}
