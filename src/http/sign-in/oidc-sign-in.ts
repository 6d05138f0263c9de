// The OpenID Connect client: discovery, the authorization request with PKCE, state and nonce, and
// the code exchange. Knows nothing of people in the catalogue; returns the verified claims.

import * as oidc from 'openid-client';
import type { Identity } from '../../catalogue/accounts/identities.ts';
import type { OidcConfig } from '../../config/config.ts';
import type { OutgoingAgent } from '../../config/outgoing-agent.ts';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { isLoopback } from '../../network-address.ts';
import { cleanForLog } from '../../untrusted-text.ts';
import { type Claims, claimsElsewhere, readClaims } from './oidc-claims.ts';
import { clientAuthentication } from './oidc-client-authentication.ts';
import { providerError } from './oidc-errors.ts';

/** A signed-in person who must authenticate at the provider anew, after `since`, and what for. */
export interface Again {
  readonly to: 'sign_in' | 'link';
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
export class OidcSignIn {
  readonly #config: OidcConfig;
  readonly #log: Log;
  readonly #agent: OutgoingAgent;
  #discovered: oidc.Configuration | null = null;

  constructor(config: OidcConfig, { log, agent }: { readonly log: Log; readonly agent: OutgoingAgent }) {
    this.#config = config;
    this.#log = log;
    this.#agent = agent;
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
    // NOTE: to link, the person is asked anew as well, but not every provider tells when it asked.
    const since = again === null || again.to === 'link' ? null : again.since.getTime() - CLOCK_TOLERANCE_MS;
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
      return this.#identityFrom(idToken, await userInfo(provider, tokens.access_token, idToken.sub));
    } catch (cause) {
      throw providerError(cause);
    }
  }

  #identityFrom(idToken: oidc.IDToken, { claims, problem }: UserInfo): ProvenIdentity {
    const { emailClaim, ...read } = readClaims([idToken, claims], this.#config);
    const { iss: issuer, sub: subject, auth_time: seconds } = idToken;
    const facts = { event: 'signin.claims_read', issuer, email_claim: emailClaim, email_verified: read.emailVerified };
    const names = { id_token_claims: namesOf(idToken), userinfo_claims: namesOf(claims) };
    this.#log.debug({ ...facts, ...names }, 'read the claims of a sign-in');
    if (problem !== null) {
      this.#log.warn({ event: 'signin.userinfo_failed', err: problem, issuer }, 'the userinfo endpoint failed');
    }
    const elsewhere = claimsElsewhere([idToken, claims]);
    if (elsewhere.length > 0) {
      const told = { event: 'signin.claims_elsewhere', issuer, claims: elsewhere };
      this.#log.info(told, 'claims that the provider keeps elsewhere, such as many groups, are not read');
    }
    if (read.email === null) {
      const expected = this.#config.emailClaims;
      this.#log.warn(
        { event: 'signin.no_email', issuer, expected_claims: expected, ...names },
        'no claim holds an e-mail',
      );
    }
    const authenticatedAt = typeof seconds === 'number' ? new Date(seconds * 1_000) : null;
    return { issuer, subject, ...read, name: read.name === '' ? subject : read.name, authenticatedAt };
  }

  async #discover(): Promise<oidc.Configuration> {
    if (this.#discovered !== null) return this.#discovered;
    const { issuer, clientId } = this.#config;
    const url = new URL(issuer);
    const authentication = clientAuthentication(this.#config);
    try {
      this.#discovered = await oidc.discovery(url, clientId, undefined, authentication, {
        timeout: REQUEST_LIMIT_S,
        [oidc.customFetch]: (url, options) => this.#agent.fetch(url, options as RequestInit),
        // Plain http only to a provider on this machine.
        execute: isLoopback(url.hostname) || url.hostname === 'localhost' ? [oidc.allowInsecureRequests] : [],
      });
      return this.#discovered;
    } catch (cause) {
      throw new PosternError('identity_provider_away', { cause });
    }
  }
}

/**
 * Claims outside the ID token; many providers omit the e-mail from it. A provider that refuses
 * them, or speaks of somebody else, refuses no sign-in by that.
 */
async function userInfo(provider: oidc.Configuration, accessToken: string, subject: string): Promise<UserInfo> {
  if (provider.serverMetadata().userinfo_endpoint === undefined) return { claims: {}, problem: null };
  try {
    return { claims: await oidc.fetchUserInfo(provider, accessToken, subject), problem: null };
  } catch (error) {
    return { claims: {}, problem: error };
  }
}

interface UserInfo {
  readonly claims: Claims;
  readonly problem: unknown;
}

/** Names only: what claims say of people stays out of the log. */
function namesOf(claims: Claims): string[] {
  return Object.keys(claims).slice(0, MAX_LOGGED_CLAIMS).map(cleanForLog);
}

const MAX_LOGGED_CLAIMS = 40;
