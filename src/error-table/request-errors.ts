// Errors of pages and of the management API that have one text each.

import type { ErrorEntry } from './error-entry.ts';

export const REQUEST_ERRORS = {
  not_signed_in: { sqlstate: '28000', httpStatus: 401, kind: 'person', message: 'sign-in required' },
  invalid_key: {
    sqlstate: '28000',
    httpStatus: 401,
    kind: 'client',
    message: 'API key is missing, unknown or revoked',
  },
  sign_in_failed: { sqlstate: '28P01', httpStatus: 401, kind: 'person', message: 'email or password is wrong' },
  identity_refused: {
    sqlstate: '28000',
    httpStatus: 401,
    kind: 'person',
    message: 'signing in with the identity provider did not work',
    hint: 'Try again, or sign in with email and password.',
  },
  identity_not_fresh: {
    sqlstate: '28000',
    httpStatus: 401,
    kind: 'person',
    message: 'the identity provider did not ask you to sign in again',
    hint: 'Sign out there and try again, or ask your operator whether it knows "max_age".',
  },
  identity_provider_away: {
    sqlstate: '08001',
    httpStatus: 502,
    kind: 'service',
    message: 'the identity provider cannot be reached',
    hint: 'Try again in a moment, or sign in with email and password.',
    logLevel: 'warn',
  },
  forged_request: {
    sqlstate: '42501',
    httpStatus: 403,
    kind: 'client',
    message: 'the form was not sent from this site',
    hint: 'Open the page again and repeat the step.',
  },
  not_found: {
    sqlstate: '42704',
    httpStatus: 404,
    kind: 'client',
    message: '{thing} not found',
    correctableOn: ['approval'],
  },
  link_unknown: {
    sqlstate: '42704',
    httpStatus: 404,
    kind: 'client',
    message: 'this login link is unknown, too old, or was opened by somebody else',
    hint: 'Run the command again to get a new link.',
  },
  method_not_allowed: { sqlstate: '0A000', httpStatus: 405, kind: 'client', message: 'method not allowed here' },
  already_decided: {
    sqlstate: '55000',
    httpStatus: 409,
    kind: 'person',
    message: 'this login request was already {status}',
  },
  too_large: { sqlstate: '54000', httpStatus: 413, kind: 'client', message: 'request body is too large' },
  host_away: {
    sqlstate: '57P03',
    httpStatus: 503,
    kind: 'service',
    message: 'the server that hosts projects cannot be reached now',
    hint: 'Retry in a moment.',
    correctableOn: ['console'],
    logLevel: 'warn',
  },
  busy: {
    sqlstate: '55P03',
    httpStatus: 423,
    kind: 'limit',
    message: '{thing} is being changed by somebody else',
    hint: 'Retry in a moment.',
    correctableOn: ['console'],
  },
  rate_limited: {
    sqlstate: '53300',
    httpStatus: 429,
    kind: 'limit',
    message: 'too many requests',
    hint: 'Retry in a moment.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
