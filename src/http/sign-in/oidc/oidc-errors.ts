// What a provider answers instead of a sign-in: by its code, never by its text.

import * as oidc from 'openid-client';
import { PosternError } from '../../../errors.ts';

/** RFC 6749, 4.1.2.1; OpenID Connect Core, 3.1.2.6: refusals of the person or about the person. */
const PERSONS_CODES: ReadonlySet<string> = new Set([
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
]);
/** RFC 6749, 4.1.2.1 and 5.2: what only an operator can put right, here or there. */
const OPERATORS_CODES: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'server_error',
  'temporarily_unavailable',
]);

/** A PosternError that names the code; of codes that no standard knows it says so much only. */
export function providerError(cause: unknown): PosternError {
  if (cause instanceof PosternError) return cause;
  const code = providerCode(cause);
  if (code === null) return new PosternError('identity_refused', { cause });
  if (PERSONS_CODES.has(code)) return new PosternError('identity_denied', { params: { code }, cause });
  const params = { code: OPERATORS_CODES.has(code) ? code : 'another code' };
  return new PosternError('identity_not_configured', { params, cause });
}

/** The `error` of an answer, for the log; null for a mismatch that was found here. */
export function providerCode(cause: unknown): string | null {
  if (cause instanceof oidc.AuthorizationResponseError || cause instanceof oidc.ResponseBodyError) return cause.error;
  // A provider that answers with WWW-Authenticate alone means the client's secret (RFC 6749, 5.2).
  return cause instanceof oidc.WWWAuthenticateChallengeError ? 'invalid_client' : null;
}
