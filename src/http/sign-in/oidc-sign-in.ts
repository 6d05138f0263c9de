// Our side of OpenID Connect: discovery, the authorization request with PKCE, state and nonce, and the code exchange.
// Knows nothing of people in the catalogue; hands over the verified claims.

import * as oidc from 'openid-client';
import { z } from 'zod';
import type { OidcConfig } from '../../config.ts';
import { PosternError } from '../../errors.ts';
import { isLoopback } from '../../network-address.ts';

/** What must be remembered between leaving for the provider and coming back. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface VerifiedIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** Null unless the provider says that it is verified. */
  readonly verifiedEmail: string | null;
  readonly name: string | null;
}

const SCOPE = 'openid email profile';
const REQUEST_LIMIT_S = 10;
const claimsSchema = z.object({
  email: z.email().optional(),
  // Some providers send the text.
  email_verified: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).optional(),
  name: z.string().optional(),
});

export class OidcSignIn {
  readonly #config: OidcConfig;
  #discovered: oidc.Configuration | null = null;

  constructor(config: OidcConfig) {
    this.#config = config;
  }

  /** The provider's address to go to, and what to remember. Throws `sign_in_unavailable` when the provider is away. */
  async start(redirectUri: string): Promise<{ readonly url: URL; readonly pending: PendingSignIn }> {
    const provider = await this.#discover();
    const pending = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
    };
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url, pending };
  }

  /** Exchanges the code of the callback's address. Throws `sign_in_failed` for whatever does not fit. */
  async finish(callbackUrl: URL, pending: PendingSignIn): Promise<VerifiedIdentity> {
    const provider = await this.#discover();
    try {
      const tokens = await oidc.authorizationCodeGrant(provider, callbackUrl, {
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.codeVerifier,
        idTokenExpected: true,
      });
      const idToken = tokens.claims();
      if (idToken === undefined) throw new Error('the provider sent no ID token');
      const userInfo = await oidc.fetchUserInfo(provider, tokens.access_token, idToken.sub);
      return identityFrom(idToken, { ...userInfo, ...idToken });
    } catch (cause) {
      throw new PosternError('identity_refused', { cause });
    }
  }

  async #discover(): Promise<oidc.Configuration> {
    if (this.#discovered !== null) return this.#discovered;
    const { issuer, clientId, clientSecret } = this.#config;
    const url = new URL(issuer);
    const authentication = clientSecret === null ? oidc.None() : oidc.ClientSecretBasic(clientSecret.reveal());
    try {
      this.#discovered = await oidc.discovery(url, clientId, undefined, authentication, {
        timeout: REQUEST_LIMIT_S,
        // Clear text only to a provider on this machine.
        execute: isLoopback(url.hostname) || url.hostname === 'localhost' ? [oidc.allowInsecureRequests] : [],
      });
      return this.#discovered;
    } catch (cause) {
      throw new PosternError('identity_provider_away', { cause });
    }
  }
}

function identityFrom(idToken: oidc.IDToken, claims: object): VerifiedIdentity {
  const { email, email_verified, name } = claimsSchema.parse(claims);
  return {
    issuer: idToken.iss,
    subject: idToken.sub,
    verifiedEmail: email_verified === true ? (email ?? null) : null,
    name: name ?? null,
  };
}
