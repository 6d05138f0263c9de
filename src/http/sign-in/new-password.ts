// Validation of names and new passwords in forms, with messages for the person.

import { z } from 'zod';
import { PASSWORD_LENGTH } from '../../catalogue/store/password-hash.ts';

export const nameField = z.string().trim().min(1, 'Enter your name.').max(100, 'At most 100 characters.');

export const newPasswordField = z
  .string()
  .min(PASSWORD_LENGTH.minimum, `At least ${PASSWORD_LENGTH.minimum} characters.`)
  .max(PASSWORD_LENGTH.maximum, `At most ${PASSWORD_LENGTH.maximum} characters.`);

/** The first problem of each field, by the field's name. */
export function problemsOf(error: z.ZodError): Record<string, string> {
  return Object.fromEntries(error.issues.map((issue) => [String(issue.path[0]), issue.message]).reverse());
}
