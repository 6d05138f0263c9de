// How a person had signed in when they approved. It is kept with the approval and its grant, and
// rules judge each use by it.

import { z } from 'zod';

export const provenSignInSchema = z.object({
  /** Between sign-in and approval; null: unknown, and so never fresh. */
  ageMs: z.number().nullable(),
  passkey: z.boolean(),
});
export type ProvenSignIn = Readonly<z.output<typeof provenSignInSchema>>;
