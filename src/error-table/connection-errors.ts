// How an admitted connection can end, and what may end any connection or request.

import { type ErrorEntry, policy, service, upstream } from './error-entry.ts';

export const CONNECTION_ERRORS = {
  store_unavailable: service('57P03', 503, {
    message: 'cannot connect now',
    hint: 'Retry in a moment.',
    logLevel: 'warn',
  }),
  starting: service('57P03', 503, { message: 'cannot connect now', hint: 'Retry in a moment.', isCheap: true }),
  upstream_forbidden: upstream('08001', 502, {
    message: 'Postern may not connect to the address of compute "{compute}": {reason}',
    hint: 'Ask the operator, or give the compute another address.',
    correctableOn: ['console'],
    logLevel: 'warn',
  }),
  upstream_unreachable: upstream('08001', 502, {
    message: 'could not connect to compute "{compute}"',
    hint: 'The compute may be stopped; see its page in the console.',
    correctableOn: ['console'],
    logLevel: 'warn',
  }),
  upstream_tls: upstream('08001', 502, {
    message: 'certificate of compute "{compute}" could not be verified',
    hint: "An admin can check the compute's TLS settings.",
    correctableOn: ['console'],
    logLevel: 'warn',
  }),
  upstream_protocol: upstream('08006', 502, {
    message: 'compute "{compute}" did not answer like PostgreSQL',
    hint: "An admin can check the compute's address.",
    logLevel: 'warn',
  }),
  upstream_authentication: upstream('08001', 502, {
    message: 'unsupported authentication method on compute "{compute}"',
    hint: "An admin can check the compute's authentication settings.",
    logLevel: 'warn',
  }),
  upstream_refused: upstream('28000', 502, {
    message: 'upstream refused the login',
    hint: 'Ask an admin of the project to check its database role.',
    logLevel: 'warn',
  }),
  upstream_lost: upstream('08006', 502, {
    message: 'connection to upstream was lost',
    hint: 'Connect again.',
    logLevel: 'warn',
  }),
  idle: policy('57P05', 408, { message: 'terminating connection due to idle timeout' }),
  agreed_time_over: policy('57P01', 403, {
    message: 'terminating connection because the time that was agreed to is over',
    hint: 'Ask for access again, under My requests in the console.',
  }),
  max_duration: policy('57P01', 403, {
    message: 'terminating connection due to maximum duration',
    hint: 'Connect again to continue.',
  }),
  revoked: policy('57P01', 403, {
    message: 'terminating connection because access was revoked',
    hint: 'Ask an organization admin.',
  }),
  revoked_approval: policy('57P01', 403, {
    code: 'revoked',
    message: 'terminating connection because access was revoked',
    hint: 'You ended this approval. Connect again for a new link.',
  }),
  revoked_sign_in: policy('57P01', 403, {
    code: 'revoked',
    message: 'terminating connection because access was revoked',
    hint: 'You signed out everywhere, or your password changed. Connect again for a new link.',
  }),
  revoked_access_token: policy('57P01', 403, {
    code: 'revoked',
    message: 'terminating connection because access was revoked',
    hint: 'The access token was revoked. Create a new one in the console.',
  }),
  revoked_database_role: policy('57P01', 403, {
    code: 'revoked',
    message: 'terminating connection because access was revoked',
    hint: 'Its database role has a new password, or was deleted. See the roles of the project.',
  }),
  revoked_by_rule: policy('57P01', 403, {
    code: 'revoked',
    message: 'terminating connection because access was revoked',
    hint: 'Access rules no longer allow it. {why}.',
  }),
  revoked_by_demand: policy('57P01', 403, {
    code: 'revoked',
    message: 'terminating connection because access was revoked',
    hint: 'Organization "{organization}" asks for a second factor. Add one under Security in the console, and connect again.',
  }),
  suspended: policy('57P01', 403, {
    message: 'terminating connection because the compute was suspended',
    hint: 'The compute was suspended by {by}; connect again to wake it.',
  }),
  killed: policy('57P01', 403, {
    message: 'terminating connection due to administrator command',
    hint: 'Reason: {reason}.',
  }),
  drain: service('57P01', 503, {
    message: 'terminating connection due to administrator command',
    hint: 'Postern is restarting, connect again.',
    keepsLoginRequest: true,
  }),
  internal: service('XX000', 500, {
    message: 'internal error (reference {reference})',
    hint: 'Give the reference to your operator.',
    logLevel: 'error',
  }),
} as const satisfies Readonly<Record<string, ErrorEntry>>;
