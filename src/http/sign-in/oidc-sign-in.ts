// The OpenID Connect client: discovery, the authorization request with PKCE, state and nonce, and
// the code exchange. Knows nothing of people in the catalogue; returns the verified claims.

import * as oidc from 'openid-client';
import { z } from 'zod';
import type { Identity } from '../../catalogue/accounts/identities.ts';
import type { OidcConfig } from '../../config/config.ts';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import { isLoopback } from '../../network-address.ts';

/** A signed-in person who must authenticate at the provider again, after `since`. */
export interface Again {
  readonly userId: UserId;
  readonly since: Date;
}

/** The verified identity; the time is null when the provider does not say it. */
export interface ProvenIdentity extends Identity {
  readonly authenticatedAt: Date | null;
}

export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly again: Again | null;
}

const SCOPE = 'openid email profile';
const REQUEST_LIMIT_S = 10;
/** The tolerated difference between the provider's clock and ours. */
const CLOCK_TOLERANCE_MS = 30_000;
const claimsSchema = z.object({
  email: z.email().optional(),
  // Some providers send a string.
  email_verified: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).optional(),
  name: z.string().optional(),
});

export class OidcSignIn {
  readonly #config: OidcConfig;
  #discovered: oidc.Configuration | null = null;

  constructor(config: OidcConfig) {
    this.#config = config;
  }

  /** Throws `identity_provider_away` when the provider cannot be reached. */
  async start(
    redirectUri: string,
    again: Again | null,
  ): Promise<{ readonly url: URL; readonly pending: PendingSignIn }> {
    const provider = await this.#discover();
    const pending = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
      again,
    };
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
      // OpenID Connect Core, 3.1.2.1: with max_age the provider must report when the person signed
      // in.
      ...(again !== null && { prompt: 'login', max_age: '0' }),
    });
    return { url, pending };
  }

  /** Throws `identity_refused` on any mismatch, `identity_not_fresh` without the new sign-in. */
  async finish(callbackUrl: URL, pending: PendingSignIn): Promise<ProvenIdentity> {
    const proven = await this.#exchange(callbackUrl, pending);
    const { again } = pending;
    const since = again === null ? null : again.since.getTime() - CLOCK_TOLERANCE_MS;
    // A missing time counts as long ago.
    if (since !== null && (proven.authenticatedAt?.getTime() ?? 0) < since)
      throw new PosternError('identity_not_fresh');
    return proven;
  }

  async #exchange(callbackUrl: URL, pending: PendingSignIn): Promise<ProvenIdentity> {
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
      const identity = identityFrom(idToken, await userInfo(provider, tokens.access_token, idToken.sub));
      const { auth_time: seconds } = idToken;
      return { ...identity, authenticatedAt: seconds === undefined ? null : new Date(seconds * 1_000) };
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
        // Plain http only to a provider on this machine.
        execute: isLoopback(url.hostname) || url.hostname === 'localhost' ? [oidc.allowInsecureRequests] : [],
      });
      return this.#discovered;
    } catch (cause) {
      throw new PosternError('identity_provider_away', { cause });
    }
  }
}

/** Claims outside the ID token; many providers omit the e-mail from it. */
async function userInfo(provider: oidc.Configuration, accessToken: string, subject: string): Promise<object> {
  if (provider.serverMetadata().userinfo_endpoint === undefined) return {};
  return await oidc.fetchUserInfo(provider, accessToken, subject);
}

// NOTE: an e-mail counts as verified only by the source that contains it. Combining one source's
// address with the other's `email_verified` would let anybody claim another person's address.
function identityFrom(idToken: oidc.IDToken, userInfo: object): Identity {
  const sources = [claimsSchema.parse(idToken), claimsSchema.parse(userInfo)];
  const withEmail = sources.find(({ email }) => email !== undefined);
  const name = sources.find((source) => source.name !== undefined)?.name;
  return {
    issuer: idToken.iss,
    subject: idToken.sub,
    email: withEmail?.email ?? null,
    emailVerified: withEmail?.email_verified === true,
    name: name ?? withEmail?.email ?? idToken.sub,
  };
}
