// Checks an email and a password from a form, with a message for the page when they are refused.

import type { Response } from 'express';
import { z } from 'zod';
import * as signIn from '../../actions/people/sign-in.ts';
import { assertNever } from '../../assert-never.ts';
import type { User } from '../../catalogue/accounts/users.ts';
import type { Secret } from '../../secret.ts';
import { contextOf } from '../request/request-context.ts';

/** The maximum length of the fields on our pages. */
export const passwordField = z.string().max(1_024);

export type PasswordCheck =
  | { readonly kind: 'right'; readonly user: User }
  | { readonly kind: 'refused'; readonly status: 401 | 429; readonly problem: string };

/**
 * A refusal carries the message for the page. Throws `rate_limited` when too many passwords wait to
 * be compared.
 */
export async function checkPassword(
  deps: Parameters<typeof signIn.checkPassword>[0],
  response: Response,
  credentials: { readonly email: string; readonly password: Secret },
): Promise<PasswordCheck> {
  const checked = await signIn.checkPassword(deps, contextOf(response), credentials);
  switch (checked.kind) {
    case 'right':
      return checked;
    case 'wrong':
      return { kind: 'refused', status: 401, problem: 'Email or password is wrong.' };
    case 'too_many_attempts': {
      const problem = 'Too many attempts. Wait a quarter of an hour, then try again.';
      return { kind: 'refused', status: 429, problem };
    }
    default:
      return assertNever(checked);
  }
}
