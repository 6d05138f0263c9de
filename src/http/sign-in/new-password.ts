// Validation of names and new passwords in forms, with messages for the person.

import { z } from 'zod';

const MIN_PASSWORD_CHARACTERS = 10;

export const nameField = z.string().trim().min(1, 'Enter your name.').max(100, 'At most 100 characters.');

export const newPasswordField = z
  .string()
  .min(MIN_PASSWORD_CHARACTERS, `At least ${MIN_PASSWORD_CHARACTERS} characters.`)
  .max(1_024, 'At most 1,024 characters.');

/** The first problem of each field, by the field's name. */
export function problemsOf(error: z.ZodError): Record<string, string> {
  return Object.fromEntries(error.issues.map((issue) => [String(issue.path[0]), issue.message]).reverse());
}
