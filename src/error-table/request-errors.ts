// Errors of pages and of the management API that have one text each.

import { client, type ErrorEntry, limit, person, service } from './error-entry.ts';

export const REQUEST_ERRORS = {
  not_signed_in: person('28000', 401, { message: 'sign-in required' }),
  invalid_key: client('28000', 401, { message: 'API key is missing, unknown or revoked' }),
  sign_in_failed: person('28P01', 401, { message: 'email or password is wrong' }),
  passkey_refused: person('28000', 401, {
    message: 'that passkey did not sign you in',
    hint: 'Try again, or sign in another way. A passkey that was removed here can be deleted from your device.',
  }),
  passkeys_elsewhere: person('28000', 400, {
    message: 'passkeys do not work at this address',
    hint: "They need this installation's own name under https, or localhost on its machine. Sign in another way here.",
  }),
  not_fresh: person('28000', 401, {
    message: 'your sign-in is too old for this',
    hint: 'Sign in again, then try once more.',
  }),
  identity_refused: person('28000', 401, {
    message: 'signing in with the identity provider did not work',
    hint: 'Try again, or sign in with email and password.',
  }),
  identity_denied: person('28000', 401, {
    code: 'identity_refused',
    message: 'the identity provider did not sign you in ("{code}")',
    hint: 'Try again and agree there. If you did, ask the people who run the provider whether you can use this application.',
  }),
  identity_not_configured: person('28000', 401, {
    code: 'identity_refused',
    message: 'the identity provider refused this installation ("{code}")',
    hint: 'Tell your operator that code: the log has the rest, and docs/operate.md says what it means.',
  }),
  identity_not_fresh: person('28000', 401, {
    message: 'the identity provider did not ask you to sign in again',
    hint: 'Sign out there and try again, or ask your operator whether it knows "max_age".',
  }),
  identity_provider_away: service('08001', 502, {
    message: 'the identity provider cannot be reached',
    hint: 'Try again in a moment, or sign in with email and password.',
    logLevel: 'warn',
  }),
  forged_request: client('42501', 403, {
    message: 'the form was not sent from this site',
    hint: 'Open {url} itself, or set POSTERN_PUBLIC_URL to the address that you use, and repeat the step.',
  }),
  cookies_needed: client('42501', 400, {
    message: 'this browser sent back no cookie of this site',
    hint: 'Allow cookies for this address in the settings of the browser, load the page anew and send the form again.',
  }),
  not_found: client('42704', 404, { message: '{thing} not found', correctableOn: ['approval', 'console'] }),
  person_unknown: client('42704', 404, {
    code: 'not_found',
    message: 'person "{email}" not found',
    hint: 'Add them with `postern user add`, or invite them to an organization.',
  }),
  link_unknown: client('42704', 404, {
    message: 'this login link is unknown, too old, or was opened by somebody else',
    hint: 'Run the command again to get a new link.',
  }),
  consent_over: client('42704', 404, {
    message: 'this request of a program is over, was answered, or began in another browser',
    hint: 'Start it again from the program.',
  }),
  method_not_allowed: client('0A000', 405, { message: 'method not allowed here' }),
  already_decided: person('55000', 409, { message: 'this login request was already {status}' }),
  too_large: client('54000', 413, { message: 'request body is too large' }),
  address_too_long: client('54000', 414, {
    message: 'the address is too long',
    hint: 'It may have {most}.',
  }),
  host_repeated: client('08P01', 400, {
    message: 'the request names more than one host',
    hint: 'Send one Host header.',
  }),
  too_many_headers: client('54000', 431, {
    message: 'the request has too many headers',
    hint: 'It may have {most}.',
  }),
  host_away: service('57P03', 503, {
    message: 'the server that hosts projects cannot be reached now',
    hint: 'Retry in a moment.',
    correctableOn: ['console'],
    logLevel: 'warn',
  }),
  busy: limit('55P03', 423, {
    message: '{thing} is being changed by somebody else',
    hint: 'Retry in a moment.',
    correctableOn: ['console'],
  }),
  account_busy: limit('55P03', 423, {
    message: '{limit} changes of projects of this account are under way, which is all at once, and too many wait',
    hint: 'Retry when some of them have ended.',
    correctableOn: ['console'],
  }),
  rate_limited: limit('53400', 429, { message: 'too many requests', hint: 'Retry in {seconds} s.' }),
  passwords_busy: limit('53400', 429, {
    code: 'rate_limited',
    message: 'too many passwords are being checked',
    hint: 'Retry in a moment.',
  }),
} as const satisfies Readonly<Record<string, ErrorEntry>>;
