// Every error that may leave the process, by the name of its entry. docs/errors.md is made from it.

import { CONFLICT_ERRORS } from './conflict-errors.ts';
import { CONNECTION_ERRORS } from './connection-errors.ts';
import type { ErrorEntry } from './error-entry.ts';
import { INVALID_INPUT_ERRORS } from './invalid-input-errors.ts';
import { LOGIN_ERRORS } from './login-errors.ts';
import { OFFER_ERRORS } from './offer-errors.ts';
import { PERMISSION_ERRORS } from './permission-errors.ts';
import { REQUEST_ERRORS } from './request-errors.ts';

export const ENDINGS = { ...LOGIN_ERRORS, ...CONNECTION_ERRORS } as const;

export const ERRORS = {
  ...ENDINGS,
  ...REQUEST_ERRORS,
  ...INVALID_INPUT_ERRORS,
  ...PERMISSION_ERRORS,
  ...CONFLICT_ERRORS,
  ...OFFER_ERRORS,
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type ErrorName = keyof typeof ERRORS;

/** What programs match on; several entries may share one. */
export type ErrorCode = { [Name in ErrorName]: CodeOf<Name> }[ErrorName];

export type CodeOf<Name extends ErrorName> = (typeof ERRORS)[Name] extends { readonly code: infer Code } ? Code : Name;
