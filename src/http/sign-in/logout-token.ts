// Verifies logout tokens (OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6).

import { type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { ProviderLogout } from '../../catalogue/people/end-by-logout.ts';
import { SIGNATURE_ALGORITHMS } from '../../protocol/signature-algorithms.ts';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** OpenID Connect Discovery 1.0, 3: what is offered where a provider does not say. */
const DEFAULT_ALGORITHMS = ['RS256'];
const TYPES: ReadonlySet<string> = new Set(['logout+jwt', 'jwt']);

/** A token is for now; these bound also how long its `jti` must be remembered. */
export const LONGEST_AGE_S = 300;
export const CLOCK_TOLERANCE_S = 60;

const identifier = z.string().min(1).max(512);
const claimsSchema = z
  .object({
    iss: z.string(),
    jti: identifier,
    sub: identifier.optional(),
    sid: identifier.optional(),
    events: z.object({ [LOGOUT_EVENT]: z.record(z.string(), z.unknown()) }),
    nonce: z.undefined('a logout token must not have a nonce').optional(),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined, 'neither sub nor sid');

export interface LogoutVerifier {
  /** As the provider calls itself. */
  readonly issuer: string;
  readonly clientId: string;
  readonly keys: JWTVerifyGetKey;
  /** Null: the provider does not say. */
  readonly offeredAlgorithms: readonly string[] | null;
  readonly now: Date;
}

/** Throws an Error that says why, for the log alone. Whether it came before is not asked here. */
export async function verifyLogoutToken(
  token: string,
  verifier: LogoutVerifier,
): Promise<ProviderLogout & { readonly jti: string }> {
  const offered = verifier.offeredAlgorithms ?? DEFAULT_ALGORITHMS;
  const { payload, protectedHeader } = await jwtVerify(token, verifier.keys, {
    issuer: verifier.issuer,
    audience: verifier.clientId,
    algorithms: SIGNATURE_ALGORITHMS.filter((name) => offered.includes(name)),
    requiredClaims: ['iat', 'jti', 'events'],
    maxTokenAge: LONGEST_AGE_S,
    clockTolerance: CLOCK_TOLERANCE_S,
    currentDate: verifier.now,
  });
  // Providers from before the type was registered send another one or none.
  const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
  if (type !== undefined && !TYPES.has(type)) throw new Error('the type is not that of a logout token');
  const { iss: issuer, jti, sub: subject = null, sid = null } = claimsSchema.parse(payload);
  return { issuer, jti, subject, sid };
}
