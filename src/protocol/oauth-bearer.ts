// The messages of SASL OAUTHBEARER (RFC 7628) as libpq 18 speaks it (PostgreSQL documentation,
// "OAUTHBEARER Authentication").

export const OAUTHBEARER = 'OAUTHBEARER';
/** Longest SASLInitialResponse body: tokens of others may be long before they are refused. */
export const MAX_BEARER_MESSAGE_BYTES = 32 * 1_024;

export type BearerResponse =
  /** Asks where tokens are to be had. */
  | { readonly kind: 'discovery' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'malformed'; readonly reason: string };

// RFC 7628, 3.1: gs2-header kvsep *kvpair kvsep. An authzid is matched to be refused.
const MESSAGE = /^(n|y|p=[A-Za-z0-9.-]+),(a=[^,\x01]*)?,\x01((?:[A-Za-z]+=[\x20-\x7e\t\r\n]*\x01)*)\x01$/;
// RFC 6750, 2.1: b64token.
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** Never throws. Keys other than `auth` are ignored, as the RFC says. */
export function parseBearerResponse(mechanism: string, data: Buffer | null): BearerResponse {
  if (mechanism !== OAUTHBEARER) return { kind: 'malformed', reason: 'another mechanism' };
  const [, binding, authzid, pairs] = MESSAGE.exec((data ?? Buffer.alloc(0)).toString('latin1')) ?? [];
  if (binding === undefined || pairs === undefined) return { kind: 'malformed', reason: 'not as RFC 7628 says' };
  if (binding.startsWith('p=')) return { kind: 'malformed', reason: 'channel binding' };
  if (authzid !== undefined && authzid !== 'a=') return { kind: 'malformed', reason: 'another identity' };
  const values = pairs.split('\x01').filter((pair) => pair.startsWith('auth='));
  if (values.length !== 1) return { kind: 'malformed', reason: `${values.length} values of auth` };
  return authOf((values[0] ?? '').slice('auth='.length));
}

function authOf(value: string): BearerResponse {
  if (value === '') return { kind: 'discovery' };
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(value) ?? [];
  if (!TOKEN.test(token)) return { kind: 'malformed', reason: 'not a bearer token' };
  return { kind: 'token', token };
}

/** RFC 7628, 3.2.2. libpq goes on for `invalid_token` alone. */
export function bearerFailure(discoveryUrl: string): string {
  return JSON.stringify({ status: 'invalid_token', 'openid-configuration': discoveryUrl, scope: 'openid' });
}

/** What a client answers to a failure. */
export const BEARER_FAILURE_TAKEN = '\x01';
