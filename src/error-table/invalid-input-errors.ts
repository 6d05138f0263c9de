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
  notification_url_invalid: {
    ...invalidInput('that is not the address of a webhook'),
    hint: 'Copy the address as the chat shows it. It begins with https://.',
  },
  web_address_forbidden: {
    ...invalidInput('Postern may not send to this address: {reason}'),
    hint: 'Ask an operator: POSTERN_WEBHOOK_NETWORKS says which private networks webhooks may be in.',
  },
  notification_classes_missing: invalidInput('choose at least one kind of event'),
  too_many_notification_targets: invalidInput('an organization is told at {limit} places at most'),
  scim_attribute_missing: invalidInput('{attribute} is missing'),
  scim_member_unknown: invalidInput('"{id}" is no user here'),
  scim_group_full: invalidInput('a group has at most {limit} members'),
  too_many_scim_users: invalidInput('an organization has at most {limit} provisioned users'),
  scim_filter: { ...invalidInput('the filter cannot be used: {problem}'), code: 'invalid_filter' },
  scim_filter_here: { ...invalidInput('a filter is not taken here'), httpStatus: 403 },
  scim_path: { ...invalidInput('the path "{path}" cannot be used'), code: 'invalid_path' },
  scim_read_only: { ...invalidInput('{attribute} cannot be changed'), code: 'read_only' },
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
  code_refused: {
    ...invalidInput('that code is not right, or was used already'),
    hint: 'Wait for the next code and type that. If none is taken, set the clock of the device with the app.',
  },
  too_many_passkeys: invalidInput('a person has at most {limit} passkeys; remove one first'),
  passkey_unusable: {
    ...invalidInput('that passkey could not be added'),
    hint: 'Try again, and answer within five minutes. It must ask for a fingerprint, a face or a PIN.',
  },
  identity_without_email: {
    ...invalidInput('the identity provider tells no email address of you'),
    hint: 'Sign in to an account that you have and link the identity under "Profile", or ask your operator to name the claim that holds it.',
  },

  join_value_missing: invalidInput('name a group or a domain of at most 512 characters'),
  too_many_join_rules: invalidInput('an organization has at most {limit} such rules'),
  issuer_without_groups: {
    ...invalidInput('{name} tells no groups here'),
    hint: 'Ask your operator to name the claim that holds them (GROUPS_CLAIM).',
  },
  domain_not_of_issuer: {
    ...invalidInput('{name} does not vouch for addresses at "{domain}" here'),
    hint: 'Ask your operator to name the domain for that provider (DOMAINS). Nobody else can prove that it is yours.',
  },

  token_without_person: invalidInput('only people have tokens of their own'),
  token_life_too_long: invalidInput('a token lives at most {limit} days'),
  workload_invalid: invalidInput('the workload cannot be trusted like that: {problem}'),
  token_connections: invalidInput('a token allows 1 to {limit} connections'),
  too_many_rules: invalidInput('there can be at most {limit} access rules {which}'),
  person_not_here: invalidInput('nobody here has the email "{email}"'),
  rule_invalid: invalidInput('the rule cannot be kept: {problem}'),
  team_not_chosen: invalidInput('choose the team that has to agree'),
  reason_missing: invalidInput('say why you need access'),
  access_too_long: invalidInput('ask for 1 to {minutes} minutes'),
  too_many_asked: invalidInput(
    'at most {limit} requests of yours wait at once; withdraw one, or wait for its decision',
  ),
  too_many_approved_ahead: invalidInput('at most {limit} approvals in advance are made in an hour'),
  too_many_glass_people: invalidInput('an organization names at most {limit} people who may break the glass'),
  too_many_teams: invalidInput('an organization has at most {limit} teams'),
  too_many_keys: invalidInput('there are {limit} {things} already; revoke one first'),
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
