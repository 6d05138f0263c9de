// What the routes that end access ask and answer about passwords that people still know.

import { z } from 'zod';
import type { PasswordChoice, SettledPassword } from '../../../actions/databases/settle-known-passwords.ts';
import { namedIdField } from './field-shapes.ts';

export const passwordQuery = z.object({
  reset_known_passwords: z.enum(['true', 'false']).optional().meta({
    description: 'Replaces the passwords of database roles that were shown to those who lose access.',
  }),
});

export const knownPasswordsField = z
  .array(
    z.object({
      project_id: namedIdField,
      role_name: z.string(),
      status: z.enum(['kept', 'reset', 'failed']),
      message: z.string().optional().meta({ description: 'Why the reset failed.' }),
    }),
  )
  .optional()
  .meta({ description: 'Passwords of database roles that were shown to those who lost access.' });

export function passwordChoice({ reset_known_passwords }: z.output<typeof passwordQuery>): PasswordChoice {
  return { passwords: reset_known_passwords === 'true' ? 'reset' : 'keep' };
}

/** Absent when there are none, as in Neon's answers. */
export function knownPasswordsOnWire({ knownPasswords }: { readonly knownPasswords: readonly SettledPassword[] }) {
  if (knownPasswords.length === 0) return {};
  const rows = knownPasswords.map((known) => ({
    project_id: known.projectId,
    role_name: known.roleName,
    status: known.kind,
    ...(known.kind === 'failed' && { message: known.error.message }),
  }));
  return { known_passwords: rows };
}
