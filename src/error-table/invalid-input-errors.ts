// `invalid_input`: what a form, an API call or a command says, and cannot be taken as it is.

import { type ErrorEntry, entriesOf } from './error-entry.ts';

const invalidInput = entriesOf({
  code: 'invalid_input',
  sqlstate: '22023',
  httpStatus: 400,
  kind: 'client',
  correctableOn: ['approval', 'console'],
});

export const INVALID_INPUT_ERRORS = {
  invalid_field: invalidInput('{field}: {rule}'),
  connections_at_a_time: invalidInput('connections at a time {rule}'),
  unreadable_request: invalidInput('the request could not be read'),
  unreadable_filter: invalidInput('the filter "{field}" cannot be read'),
  form_empty: invalidInput('the form was empty'),
  form_field_invalid: invalidInput('field "{field}" is missing or not valid'),
  body_not_json: invalidInput('the body is not JSON'),
  body_not_utf8: invalidInput('the body is not UTF-8'),
  body_unstorable: invalidInput('the body has text with a NUL character or half a surrogate pair'),
  text_unstorable: invalidInput('text with a NUL character cannot be kept'),
  cursor_invalid: invalidInput('cursor is not one that a page of this list gave'),

  name_invalid: invalidInput('{field} must have 1 to {limit} characters, none of them invisible'),
  name_mismatch: invalidInput('the name does not match'),
  key_name_too_long: invalidInput("a key's name must have 1 to {limit} characters"),
  identifier_invalid: invalidInput('{field} must have 1 to {limit} bytes and no control characters'),
  identifier_invisible: invalidInput('{field} must not hold invisible characters'),
  identifier_reserved: invalidInput('{field} must not be "{name}"'),
  email_invalid: invalidInput('"{email}" is not an email address'),
  email_missing: invalidInput('no email address was given'),
  too_many_emails: invalidInput('at most {limit} email addresses at once'),
  password_length: invalidInput('a password has {minimum} to {maximum} characters'),
  password_common: {
    ...invalidInput('this password is one of the first that anybody would try'),
    hint: 'Choose another. A short sentence works well.',
  },
  identity_without_email: {
    ...invalidInput('the identity provider tells no email address of you'),
    hint: 'Sign in to an account that you have and link the identity under "Profile", or ask your operator to name the claim that holds it.',
  },

  token_without_person: invalidInput('only people have tokens of their own'),
  token_life_too_long: invalidInput('a token lives at most {limit} days'),
  token_connections: invalidInput('a token allows 1 to {limit} connections'),
  too_many_token_networks: invalidInput('a token lists at most {limit} networks'),
  network_invalid: invalidInput('"{network}" is not a network such as 10.0.0.0/8'),
  autoscaling_limits: invalidInput(
    'autoscaling limits must be at least {minimum} and the lower one not above the upper one',
  ),
  suspend_timeout: invalidInput('suspend_timeout_seconds must be from {minimum} to {maximum}'),
  transfer_size: invalidInput('name 1 to {limit} projects'),
  transfer_to_owner: invalidInput('the projects are there already'),
  transfer_destination: invalidInput('choose an account'),

  url_unusable: invalidInput('the URL cannot be used: {problem}'),
  url_without_user: invalidInput('the URL names no user'),

  secret_empty: invalidInput('the secret is empty'),
  password_not_given: invalidInput('give the password by --password-stdin or --password-file'),
  url_not_given: invalidInput('give the URL by --url-stdin or --url-file'),
  token_life_invalid: invalidInput('--life is a duration like 30d'),
  api_key_not_given: invalidInput('no API key: set POSTERN_API_KEY'),
  api_host_invalid: invalidInput('"{host}" is not a web address'),
  name_or_id_invalid: invalidInput('"{name}" is not a name or an id'),
  audit_trail_changed: invalidInput('the audit trail was changed: see "postern audit verify", and keep it as it is'),
  audit_report_invalid: invalidInput('{path} is not what "audit verify --json" prints'),
} as const satisfies Readonly<Record<string, ErrorEntry>>;
