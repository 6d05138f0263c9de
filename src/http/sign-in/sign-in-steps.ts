// What all ways to sign in share: fields, the check of a password, a new browser session.

import type { Request, Response } from 'express';
import { z } from 'zod';
import type { ActionParts } from '../../actions/action-parts.ts';
import * as signIn from '../../actions/people/sign-in.ts';
import { assertNever } from '../../assert-never.ts';
import type { User } from '../../catalogue/accounts/users.ts';
import type { PublicAddress } from '../../config/public-address.ts';
import type { ErrorEntry } from '../../error-table/error-entry.ts';
import { ERRORS } from '../../error-table/error-table.ts';
import { PosternError } from '../../errors.ts';
import { wholeSeconds } from '../../limits/require-allowed.ts';
import type { Secret } from '../../secret.ts';
import { keptForm } from '../forms/kept-form.ts';
import { asSentence } from '../pages/error-handler.ts';
import type { PageRenderer } from '../pages/page-renderer.ts';
import { setCookie } from '../request/cookies.ts';
import type { HttpDependencies } from '../request/http-dependencies.ts';
import { leftSignal } from '../request/left-signal.ts';
import { contextOf } from '../request/request-context.ts';
import type { Issuers } from './issuers.ts';

export interface SignInParts {
  readonly deps: HttpDependencies & Pick<ActionParts, 'address' | 'mailer'>;
  readonly renderer: PageRenderer;
  readonly address: PublicAddress;
  readonly issuers: Issuers;
}

/** Of a mailed or shown link. */
export function tokenOf(request: Request): string {
  return z.string().parse(request.params.token);
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
  const typed = { ...credentials, left: leftSignal(response) };
  const checked = await signIn.checkPassword(deps, contextOf(response), typed);
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

/** The rule itself is the catalogue's (password-rule.ts). */
export const newPasswordField = passwordField.catch('');

/** Why a new password was refused, to be shown beside its field. Throws any other error. */
function newPasswordProblem(error: unknown): string {
  if (!(error instanceof PosternError) || !PASSWORD_REFUSALS.includes(error.entry)) throw error;
  return [error.message, error.hint]
    .filter((text) => text !== null)
    .map(asSentence)
    .join(' ');
}

const PASSWORD_REFUSALS: readonly ErrorEntry[] = [ERRORS.password_length, ERRORS.password_common];

/** The first problem of each field, by the field's name. */
export function problemsOf(error: z.ZodError): Problems {
  return Object.fromEntries(error.issues.map((issue) => [String(issue.path[0]), issue.message]).reverse());
}

export type Problems = Readonly<Record<string, string>>;

/** Null when the new password was refused, which the page then says. Throws any other error. */
export async function orPasswordProblem<T>(
  work: Promise<T>,
  refuse: (said: Problems) => Promise<void>,
): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    await refuse({ password: newPasswordProblem(error) });
    return null;
  }
}

/** A page of fields that comes back with what is wrong and what was typed. */
export interface ShownAgain {
  readonly problems: Problems;
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
