// `invalid_input`: what a form, an API call or a command says, and cannot be taken as it is.

import type { ErrorEntry } from './error-entry.ts';

const INVALID_INPUT = {
  code: 'invalid_input',
  sqlstate: '22023',
  httpStatus: 400,
  kind: 'client',
  correctableOn: ['approval', 'console'],
} as const;

export const INVALID_INPUT_ERRORS = {
  invalid_field: { ...INVALID_INPUT, message: '{field}: {rule}' },
  connections_at_a_time: { ...INVALID_INPUT, message: 'connections at a time {rule}' },
  unreadable_request: { ...INVALID_INPUT, message: 'the request could not be read' },
  unreadable_filter: { ...INVALID_INPUT, message: 'the filter "{field}" cannot be read' },
  form_empty: { ...INVALID_INPUT, message: 'the form was empty' },
  form_field_invalid: { ...INVALID_INPUT, message: 'field "{field}" is missing or not valid' },
  body_not_json: { ...INVALID_INPUT, message: 'the body is not JSON' },
  body_not_utf8: { ...INVALID_INPUT, message: 'the body is not UTF-8' },
  body_unstorable: {
    ...INVALID_INPUT,
    message: 'the body has text with a NUL character or half a surrogate pair',
  },
  text_unstorable: { ...INVALID_INPUT, message: 'text with a NUL character cannot be kept' },
  cursor_invalid: { ...INVALID_INPUT, message: 'cursor is not one that a page of this list gave' },

  name_invalid: {
    ...INVALID_INPUT,
    message: '{field} must have 1 to {limit} characters and no control characters',
  },
  name_mismatch: { ...INVALID_INPUT, message: 'the name does not match' },
  key_name_too_long: { ...INVALID_INPUT, message: "a key's name must have 1 to {limit} characters" },
  identifier_invalid: {
    ...INVALID_INPUT,
    message: '{field} must have 1 to {limit} bytes and no control characters',
  },
  identifier_reserved: { ...INVALID_INPUT, message: '{field} must not be "{name}"' },
  email_invalid: { ...INVALID_INPUT, message: '"{email}" is not an e-mail address' },
  email_missing: { ...INVALID_INPUT, message: 'no e-mail address was given' },
  too_many_emails: { ...INVALID_INPUT, message: 'at most {limit} e-mail addresses at once' },
  password_length: { ...INVALID_INPUT, message: 'a password has {minimum} to {maximum} characters' },
  identity_without_email: { ...INVALID_INPUT, message: 'the provider tells no e-mail address' },

  token_without_person: { ...INVALID_INPUT, message: 'only people have tokens of their own' },
  token_life_too_long: { ...INVALID_INPUT, message: 'a token lives at most {limit} days' },
  token_connections: { ...INVALID_INPUT, message: 'a token allows 1 to {limit} connections' },
  too_many_token_networks: { ...INVALID_INPUT, message: 'a token lists at most {limit} networks' },
  network_invalid: { ...INVALID_INPUT, message: '"{network}" is not a network such as 10.0.0.0/8' },
  autoscaling_limits: {
    ...INVALID_INPUT,
    message: 'autoscaling limits must be at least {minimum} and the lower one not above the upper one',
  },
  suspend_timeout: {
    ...INVALID_INPUT,
    message: 'suspend_timeout_seconds must be from {minimum} to {maximum}',
  },
  transfer_size: { ...INVALID_INPUT, message: 'name 1 to {limit} projects' },
  transfer_to_owner: { ...INVALID_INPUT, message: 'the projects are there already' },
  transfer_destination: { ...INVALID_INPUT, message: 'choose an account' },

  url_not_postgres: { ...INVALID_INPUT, message: 'not a postgres:// URL' },
  url_without_host: { ...INVALID_INPUT, message: 'the URL names no host' },
  url_without_user: { ...INVALID_INPUT, message: 'the URL names no user' },
  url_badly_encoded: { ...INVALID_INPUT, message: 'the URL is not encoded correctly' },
  url_sslmode: { ...INVALID_INPUT, message: 'sslmode must be disable, require, verify-ca or verify-full' },

  secret_empty: { ...INVALID_INPUT, message: 'the secret is empty' },
  password_not_given: { ...INVALID_INPUT, message: 'give the password by --password-stdin or --password-file' },
  url_not_given: { ...INVALID_INPUT, message: 'give the URL by --url-stdin or --url-file' },
  token_life_invalid: { ...INVALID_INPUT, message: '--life is a duration like 30d' },
  api_key_not_given: { ...INVALID_INPUT, message: 'no API key: set POSTERN_API_KEY' },
  api_host_invalid: { ...INVALID_INPUT, message: '"{host}" is not a web address' },
  name_or_id_invalid: { ...INVALID_INPUT, message: '"{name}" is not a name or an id' },
  audit_trail_changed: {
    ...INVALID_INPUT,
    message: 'the audit trail was changed: see "postern audit verify", and keep it as it is',
  },
  audit_report_invalid: { ...INVALID_INPUT, message: '{path} is not what "audit verify --json" prints' },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
