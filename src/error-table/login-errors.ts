// How a connection can be refused before it is connected to an upstream.

import { client, type ErrorEntry, limit, person, policy } from './error-entry.ts';

const APPROVE_AND_RETRY = {
  message: 'approve this login at {url}, user code {userCode}',
  hint: 'Approve, then connect again.',
} as const;

export const LOGIN_ERRORS = {
  tls_required: client('28000', 400, { message: 'connection requires TLS', hint: 'Set sslmode=require.' }),
  user_missing: client('28000', 400, { message: 'no PostgreSQL user name specified in startup packet' }),
  invalid_startup: client('08P01', 400, { message: 'invalid startup packet' }),
  data_while_waiting: client('08P01', 400, {
    message: 'received data before the login was approved',
    hint: 'Wait for the prompt before sending queries.',
  }),
  gateway_is_up: client('28000', 200, { message: 'gateway is up', isCheap: true }),
  key_forgotten: client('28000', 200, { message: 'this key is forgotten', isCheap: true }),
  key_missing: client('28000', 400, {
    message: 'the client showed no certificate',
    hint: 'Connect with the certificate whose key is to be forgotten.',
  }),
  link_needed: person('28000', 403, {
    message: 'this login needs a code that is typed where psql runs, which OAuth cannot ask for',
    hint: 'Connect again without oauth_issuer and use the link.',
  }),
  denied: person('28000', 403, { message: 'login was denied', hint: 'Run the command again if this was a mistake.' }),
  asked_and_denied: person('28000', 403, {
    message: '{who} denied this login{answer}',
    hint: 'Talk to them, or ask again with another reason.',
  }),
  asked_withdrawn: person('28000', 403, {
    message: 'the request for this login was withdrawn',
    hint: 'Run the command again to ask anew.',
  }),
  asked_elsewhere: person('28000', 403, {
    message: 'asked {who} for access',
    hint: 'Run the command again once they have agreed; you are told by mail.',
  }),
  asked_unanswered: person('57014', 410, {
    message: 'nobody decided within {duration}',
    hint: 'Run the command again to ask anew, or ask somebody of the team directly.',
  }),
  approve_and_retry: person('28000', 401, APPROVE_AND_RETRY),
  // pg8000 puts a text of its own in the place of every error 28000.
  approve_and_retry_unnamed: { ...person('28P01', 401, APPROVE_AND_RETRY), code: 'approve_and_retry' },
  oauth_token_needed: client('28000', 401, {
    message: 'a bearer token is needed',
    hint: 'Set oauth_issuer and oauth_client_id for psql 18, or leave out door=oauth and use the link.',
    isCheap: true,
  }),
  oauth_token_refused: person('28000', 401, {
    message: 'the bearer token is unknown, used or expired',
    hint: 'Connect again; a token is for one connection from the address that asked for it.',
  }),
  code_required: person('28000', 401, {
    message: 'enter the code shown in your browser as the password',
    hint: 'Run the command again with -W to send no saved password. Type the code only into your own terminal.',
    keepsLoginRequest: true,
  }),
  code_wrong: person('28P01', 401, {
    message: 'the code is not the one in your browser',
    hint: 'Run the command again and type the digits that the page shows.',
  }),
  code_burned: person('28P01', 403, {
    message: 'the code was wrong three times, so this login was denied',
    hint: 'Run the command again to get a new link.',
  }),
  saved_password: person('28P01', 401, {
    message: 'this is a saved password, not the digits shown in your browser',
    hint: 'Run the command again with -W, or with PGPASSWORD unset and without an entry in the password file, and type the digits.',
  }),
  password_failed: person('28P01', 401, {
    message: 'password authentication failed',
    hint: 'Check user and password in the console; for a login by link name no endpoint and no project.',
  }),
  endpoint_unknown: person('28000', 404, {
    message: 'endpoint "{compute}" does not exist',
    hint: 'It may be deleted or disabled: copy the connection string again, or name no endpoint to get a link.',
  }),
  project_unknown: person('28000', 404, {
    message: 'project "{project}" does not exist',
    hint: 'It may be deleted or have no compute: copy the connection string again, or name none to get a link.',
  }),
  too_many_failures: limit('28000', 429, {
    message: 'too many wrong passwords for this name from this address',
    hint: 'Retry in {seconds} s; this answer says nothing of the password that was sent.',
  }),
  expired: person('57014', 410, {
    message: 'login request expired after {duration}',
    hint: 'Run the command again to get a new link.',
  }),
  refused_by_policy: policy('08004', 403, {
    message: 'connections from {address} are not allowed',
    hint: 'Ask an organization admin to add this address.',
    correctableOn: ['approval'],
  }),
  link_login_disabled: policy('08004', 403, {
    message: 'login by link is not allowed for compute "{compute}"',
    hint: 'Use an access token or a database role, or ask an organization admin.',
    correctableOn: ['approval'],
  }),
  permission_lost: policy('42501', 403, {
    message: 'permission denied for project "{project}"',
    hint: 'Ask an organization admin for access.',
    correctableOn: ['approval'],
  }),
  role_is_fixed: policy('42501', 403, {
    message: 'parameter "{parameter}" cannot be set at connection start',
    hint: 'The database role was chosen when the login was approved.',
  }),
  replication_refused: policy('0A000', 403, {
    message: 'replication connections are not allowed on this compute',
    hint: 'An admin can allow them on the compute.',
  }),
  too_many_requests: limit('53300', 429, {
    message: 'too many login requests from this address',
    hint: 'Finish or close the waiting ones, or retry in a minute.',
    correctableOn: ['approval'],
  }),
  too_many_waiting_of_address: limit('53300', 429, {
    code: 'too_many_requests',
    message: 'too many login requests from this address',
    hint: 'At most {limit} may wait unopened, and this one gave way to a newer one. Close others, and retry.',
  }),
  too_many_waiting_of_network: limit('53300', 429, {
    code: 'too_many_requests',
    message: 'too many login requests from this network',
    hint: 'At most {limit} may wait unopened, and this one gave way to a newer one. Close others, and retry.',
  }),
  too_many_opened: limit('53300', 429, {
    code: 'too_many_requests',
    message: 'too many login requests are open in your browser',
    hint: 'At most {limit} may be open, and this one gave way to a newer one. Decide on the others, and retry.',
  }),
  too_many_connections: limit('53300', 429, {
    message: 'too many connections {of} (limit {limit})',
    hint: 'Close idle connections, or {wayOut}.',
  }),
  project_share_full: limit('53300', 429, {
    message: 'the project has all {share} connections that are its share of the server',
    hint: 'Close idle connections, or ask the operator to raise POSTERN_CONNECTIONS_PER_PROJECT.',
  }),
  account_share_full: limit('53300', 429, {
    message: 'the account has all {share} connections that it may hold on this server now',
    hint:
      'Close idle connections of its projects: one account gets two thirds of what others leave. ' +
      'The operator can raise max_connections of the server.',
  }),
  lock_table_filled: limit('53400', 429, {
    message: 'the project filled the table of locks of its server again and again',
    hint: 'Retry in {seconds} s, and lock fewer objects in one session or transaction.',
  }),
  overloaded: limit('53300', 503, {
    message: 'too many connections to this gateway (limit {limit})',
    hint: 'Retry in a moment.',
    isCheap: true,
  }),
  crowded_out: limit('53300', 503, {
    message: 'too many unfinished logins at this gateway, most of them from this address or network',
    hint: 'Finish or close the waiting ones, or retry in a few seconds.',
    isCheap: true,
  }),
  too_many_waiting: limit('53300', 503, {
    code: 'overloaded',
    message: 'too many logins wait at this gateway (limit {limit})',
    hint: 'This one gave way to a newer one. Retry in a moment.',
    isCheap: true,
  }),
} as const satisfies Readonly<Record<string, ErrorEntry>>;
