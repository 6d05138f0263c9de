// What all ways to sign in share: fields, the check of a password, a new browser session.

import type { Request, Response } from 'express';
import { z } from 'zod';
import * as signIn from '../../actions/people/sign-in.ts';
import { assertNever } from '../../assert-never.ts';
import type { User } from '../../catalogue/accounts/users.ts';
import { PASSWORD_LENGTH } from '../../catalogue/store/password-hash.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import { wholeSeconds } from '../../limits/require-allowed.ts';
import type { Secret } from '../../secret.ts';
import { setCookie } from '../request/cookies.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import { keptForm } from '../request/kept-form.ts';
import type { PageRenderer } from '../request/page-renderer.ts';
import { contextOf } from '../request/request-context.ts';

export interface SignInParts {
  readonly deps: HttpDependencies;
  readonly renderer: PageRenderer;
  readonly address: PublicAddress;
}

export const passwordField = z.string().max(1_024);

export type PasswordCheck =
  | { readonly kind: 'right'; readonly user: User }
  | { readonly kind: 'refused'; readonly status: 401 | 429; readonly problem: string };

/** Throws `rate_limited` when too many passwords wait to be compared. */
export async function checkPassword(
  deps: HttpDependencies,
  response: Response,
  credentials: { readonly email: string; readonly password: Secret },
): Promise<PasswordCheck> {
  const checked = await signIn.checkPassword(deps, contextOf(response), credentials);
  switch (checked.kind) {
    case 'right':
      return checked;
    case 'wrong':
      return { kind: 'refused', status: 401, problem: 'That email and password don’t match.' };
    case 'too_many_attempts': {
      const seconds = wholeSeconds(checked);
      response.set('Retry-After', seconds);
      const problem = `Too many wrong passwords for this account from your network. Try again in ${seconds} seconds.`;
      return { kind: 'refused', status: 429, problem };
    }
    default:
      return assertNever(checked);
  }
}

export const nameField = z
  .string('Enter your name.')
  .trim()
  .min(1, 'Enter your name.')
  .max(100, 'At most 100 characters.');

export const newPasswordField = z
  .string('Enter a password.')
  .min(PASSWORD_LENGTH.minimum, `At least ${PASSWORD_LENGTH.minimum} characters.`)
  .max(PASSWORD_LENGTH.maximum, `At most ${PASSWORD_LENGTH.maximum} characters.`);

/** The first problem of each field, by the field's name. */
export function problemsOf(error: z.ZodError): Record<string, string> {
  return Object.fromEntries(error.issues.map((issue) => [String(issue.path[0]), issue.message]).reverse());
}

/** A page of fields that comes back with what is wrong and what was typed. */
export interface ShownAgain {
  readonly problems: Readonly<Record<string, string>>;
  readonly typed: Readonly<Record<string, string>>;
}

export function keptOf({ address }: Pick<SignInParts, 'address'>, request: Request): ShownAgain {
  const kept = keptForm(request, address);
  return { problems: kept?.said ?? {}, typed: kept?.typed ?? {} };
}

export async function startBrowserSession(
  parts: Pick<SignInParts, 'deps' | 'address'>,
  response: Response,
  proof: Parameters<typeof signIn.startBrowserSession>[2],
): Promise<void> {
  const { cookie, expiresAt } = await signIn.startBrowserSession(parts.deps, contextOf(response), proof);
  setCookie(response, parts.address, { name: 'session', value: cookie.reveal(), expiresAt });
}
