// An email and a password from a form: limited, compared, and written down when they are wrong.

import type { Response } from 'express';
import { z } from 'zod';
import { type User, verifyPassword } from '../../catalogue/accounts/users.ts';
import type { Secret } from '../../secret.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import { contextOf } from '../request/request-context.ts';
import { recordFailedSignIn } from './record-failed-sign-in.ts';

/** As long as the fields of our pages take. */
export const passwordField = z.string().max(1_024);

export type PasswordCheck =
  | { readonly kind: 'right'; readonly user: User }
  | { readonly kind: 'refused'; readonly status: 401 | 429; readonly problem: string };

/** The page that comes back says `problem`. Throws as `verifyPassword`. */
export async function checkPassword(
  deps: Pick<HttpDependencies, 'catalogue' | 'limits' | 'auditTrail' | 'clock'>,
  response: Response,
  { email, password }: { readonly email: string; readonly password: Secret },
): Promise<PasswordCheck> {
  const who = { email, address: contextOf(response).address };
  if ((await deps.limits.signInAttempt(who)) === 'limited') {
    const problem = 'Too many attempts. Wait a quarter of an hour, then try again.';
    return { kind: 'refused', status: 429, problem };
  }
  const user = await verifyPassword(deps.catalogue, { email, password });
  if (user === null) {
    recordFailedSignIn(deps, response, 'password');
    return { kind: 'refused', status: 401, problem: 'Email or password is wrong.' };
  }
  await deps.limits.signInSucceeded(who);
  return { kind: 'right', user };
}
