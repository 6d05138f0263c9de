// Every error that may leave the process, by its stable code. docs/errors.md is made from it.

/** What went wrong, for metrics: the peer's doing, the person's, the operator's rule, or ours. */
export type ErrorKind = 'client' | 'person' | 'policy' | 'limit' | 'upstream' | 'service';

export interface ErrorEntry {
  readonly sqlstate: string;
  readonly httpStatus: number;
  readonly kind: ErrorKind;
  /** PostgreSQL's style: lower case, no final period. `{name}` is filled from the error's parameters. */
  readonly message: string;
  /** A full sentence that says what to do next, or null. */
  readonly hint: string | null;
}

// SQLSTATEs: PostgreSQL documentation, "PostgreSQL Error Codes"; reasons: the endings of a connection and of a request.
export const ERRORS = {
  tls_required: entry('28000', 400, 'client', 'connection requires TLS', 'Set sslmode=require.'),
  user_missing: entry('28000', 400, 'client', 'no PostgreSQL user name specified in startup packet', null),
  invalid_startup: entry('08P01', 400, 'client', 'invalid startup packet', null),
  data_while_waiting: entry(
    '08P01',
    400,
    'client',
    'received data before the login was approved',
    'Wait for the prompt before sending queries.',
  ),
  gateway_is_up: entry('28000', 200, 'client', 'gateway is up', null),
  denied: entry('28000', 403, 'person', 'login was denied', 'Run the command again if this was a mistake.'),
  approve_and_retry: entry(
    '28000',
    401,
    'person',
    'approve this login at {url}, user code {userCode}',
    'Approve, then connect again.',
  ),
  code_required: entry(
    '28000',
    401,
    'person',
    'enter the code shown in your browser as the password',
    'Run the command again; type the code only into your own terminal.',
  ),
  code_wrong: entry(
    '28P01',
    401,
    'person',
    'the code is not the one in your browser',
    'Run the command again and type the digits that the page shows; tries left: {triesLeft}.',
  ),
  password_failed: entry(
    '28P01',
    401,
    'person',
    'password authentication failed',
    'Tokens are made and revoked in the console.',
  ),
  expired: entry(
    '57014',
    410,
    'person',
    'login request expired after {duration}',
    'Run the command again to get a new link.',
  ),
  refused_by_policy: entry(
    '08004',
    403,
    'policy',
    'connections from {address} are not allowed',
    'Ask an organization admin to add this address.',
  ),
  link_login_disabled: entry(
    '08004',
    403,
    'policy',
    'login by link is not allowed for compute "{compute}"',
    'Use an access token or a database role, or ask an organization admin.',
  ),
  permission_lost: entry(
    '42501',
    403,
    'policy',
    'permission denied for project "{project}"',
    'Ask an organization admin for access.',
  ),
  role_is_fixed: entry(
    '42501',
    403,
    'policy',
    'parameter "{parameter}" cannot be set at connection start',
    'The database role was chosen when the login was approved.',
  ),
  project_unknown: entry(
    '3D000',
    404,
    'client',
    'project "{project}" does not exist',
    'Leave out -d to choose in the browser.',
  ),
  replication_refused: entry(
    '0A000',
    403,
    'policy',
    'replication connections are not allowed on this compute',
    'An admin can allow them on the compute.',
  ),
  too_many_requests: entry(
    '53300',
    429,
    'limit',
    'too many login requests from this address',
    'Finish or close the waiting ones, or retry in a minute.',
  ),
  too_many_connections: entry(
    '53300',
    429,
    'limit',
    'too many connections for this compute',
    'Close idle connections and retry.',
  ),
  overloaded: entry('53300', 503, 'limit', 'too many connections to this gateway', 'Retry in a moment.'),
  quota_exceeded: entry(
    '53400',
    403,
    'limit',
    'consumption limit reached',
    'An organization admin can raise it under Billing.',
  ),
  store_unavailable: entry('57P03', 503, 'service', 'cannot connect now', 'Retry in a moment.'),
  starting: entry('57P03', 503, 'service', 'cannot connect now', 'Retry in a moment.'),
  upstream_unreachable: entry(
    '08001',
    502,
    'upstream',
    'could not connect to compute "{compute}"',
    'The compute may be stopped; see its page in the console.',
  ),
  upstream_tls: entry(
    '08001',
    502,
    'upstream',
    'certificate of compute "{compute}" could not be verified',
    "An admin can check the compute's TLS settings.",
  ),
  upstream_protocol: entry(
    '08006',
    502,
    'upstream',
    'compute "{compute}" did not answer like PostgreSQL',
    "An admin can check the compute's address.",
  ),
  upstream_authentication: entry(
    '08001',
    502,
    'upstream',
    'unsupported authentication method on compute "{compute}"',
    "An admin can check the compute's authentication settings.",
  ),
  upstream_refused: entry(
    '28000',
    502,
    'upstream',
    'upstream refused the login',
    'Ask an admin of the project to check its database role.',
  ),
  upstream_lost: entry('08006', 502, 'upstream', 'connection to upstream was lost', 'Connect again.'),
  idle: entry('57P05', 408, 'policy', 'terminating connection due to idle timeout', null),
  max_duration: entry(
    '57P01',
    403,
    'policy',
    'terminating connection due to maximum duration',
    'Connect again to continue.',
  ),
  revoked: entry(
    '57P01',
    403,
    'policy',
    'terminating connection because access was revoked',
    'Ask an organization admin.',
  ),
  killed: entry('57P01', 403, 'policy', 'terminating connection due to administrator command', 'Reason: {reason}.'),
  drain: entry(
    '57P01',
    503,
    'service',
    'terminating connection due to administrator command',
    'Postern is restarting, connect again.',
  ),
  internal: entry(
    'XX000',
    500,
    'service',
    'internal error (reference {reference})',
    'Give the reference to your operator.',
  ),

  // Pages and the management API.
  invalid_input: entry('22023', 400, 'client', '{problem}', null),
  not_signed_in: entry('28000', 401, 'person', 'sign-in required', null),
  invalid_key: entry('28000', 401, 'client', 'API key is missing, unknown or revoked', null),
  sign_in_failed: entry('28P01', 401, 'person', 'email or password is wrong', null),
  identity_refused: entry(
    '28000',
    401,
    'person',
    'signing in with the identity provider did not work',
    'Try again, or sign in with email and password.',
  ),
  identity_not_fresh: entry(
    '28000',
    401,
    'person',
    'the identity provider did not ask you to sign in again',
    'Sign out there and try again, or ask your operator whether it knows "max_age".',
  ),
  identity_provider_away: entry(
    '08001',
    502,
    'service',
    'the identity provider cannot be reached',
    'Try again in a moment, or sign in with email and password.',
  ),
  forbidden: entry('42501', 403, 'policy', '{problem}', null),
  forged_request: entry(
    '42501',
    403,
    'client',
    'the form was not sent from this site',
    'Open the page again and repeat the step.',
  ),
  plan_gate: entry('42501', 403, 'policy', '{problem}', 'Another plan includes it; see Billing.'),
  not_found: entry('42704', 404, 'client', '{thing} not found', null),
  link_unknown: entry(
    '42704',
    404,
    'client',
    'this login link is unknown, too old, or was opened by somebody else',
    'Run the command again to get a new link.',
  ),
  method_not_allowed: entry('0A000', 405, 'client', 'method not allowed here', null),
  out_of_range: entry('22003', 406, 'client', '{problem}', null),
  conflict: entry('23505', 409, 'client', '{problem}', null),
  already_decided: entry('55000', 409, 'person', 'this login request was already {status}', null),
  precondition: entry('55000', 412, 'policy', '{problem}', null),
  too_large: entry('54000', 413, 'client', 'request body is too large', null),
  not_offered: entry('0A000', 422, 'client', '{problem}', null),
  host_away: entry(
    '57P03',
    503,
    'service',
    'the server that hosts projects cannot be reached now',
    'Retry in a moment.',
  ),
  busy: entry('55P03', 423, 'limit', '{thing} is being changed by somebody else', 'Retry in a moment.'),
  attach_refused: entry('08001', 422, 'upstream', '{problem}', 'Check the address, the credentials and the TLS mode.'),
  rate_limited: entry('53300', 429, 'limit', 'too many requests', 'Retry in a moment.'),
} as const satisfies Record<string, ErrorEntry>;

function entry(
  sqlstate: string,
  httpStatus: number,
  kind: ErrorKind,
  ...[message, hint]: [message: string, hint: string | null]
): ErrorEntry {
  return { sqlstate, httpStatus, kind, message, hint };
}
