// The OpenID Connect client: discovery, the authorization request with PKCE, state and nonce, and
// the code exchange. Knows nothing of people in the catalogue; returns the verified claims.

import * as oidc from 'openid-client';
import { KeptAnswer } from '../../async/kept-answer.ts';
import type { Identity } from '../../catalogue/accounts/identities.ts';
import type { IssuerConfig } from '../../config/issuer-config.ts';
import type { OutgoingAgent } from '../../config/outgoing-agent.ts';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import { isLoopback } from '../../network-address.ts';
import { readClaims, vouchesFor } from './oidc/oidc-claims.ts';
import { clientAuthentication } from './oidc/oidc-client-authentication.ts';
import { providerError } from './oidc/oidc-errors.ts';
import { type ReadGroups, readGroups } from './oidc/oidc-groups.ts';
import { tellClaims, type UserInfo } from './tell-claims.ts';

/** A signed-in person who must authenticate at the provider anew, after `since`, and what for. */
export interface Again {
  readonly to: 'sign_in' | 'link';
  readonly userId: UserId;
  readonly since: Date;
}

/** The verified identity; time and session are null when the provider does not say them. */
export interface ProvenIdentity extends Identity {
  readonly authenticatedAt: Date | null;
  /** The provider's session, by which a logout names it (`sid`). */
  readonly sid: string | null;
  readonly groups: ReadGroups;
  /** The provider asked for two factors, and is trusted with saying so. */
  readonly vouchesSecondFactor: boolean;
}

export interface PendingSignIn {
  /** The key of the issuer where the person is. */
  readonly issuer: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly again: Again | null;
}

const REQUEST_LIMIT_S = 10;
/** A provider that is away is left alone for so long. */
export const AWAY_KEPT_MS = 5_000;
/** Afterwards it is asked again, and nobody waits longer for that. */
const PATIENCE_MS = 2_000;
const MAX_SID_CHARACTERS = 512;
/** The tolerated difference between the provider's clock and ours. */
const CLOCK_TOLERANCE_MS = 30_000;

export class OidcSignIn {
  readonly #config: IssuerConfig;
  readonly #log: Log;
  readonly #agent: OutgoingAgent;
  readonly #provider: KeptAnswer<oidc.Configuration>;

  constructor(config: IssuerConfig, { log, agent }: { readonly log: Log; readonly agent: OutgoingAgent }) {
    this.#config = config;
    this.#log = log;
    this.#agent = agent;
    this.#provider = new KeptAnswer({ ask: () => this.#ask(), failureKeptMs: AWAY_KEPT_MS, patienceMs: PATIENCE_MS });
  }

  /** Throws `identity_provider_away` when the provider cannot be reached. */
  async start(
    redirectUri: string,
    { again, loginHint }: { readonly again: Again | null; readonly loginHint: string | null },
  ): Promise<{ readonly url: URL; readonly pending: PendingSignIn }> {
    const provider = await this.#discover();
    const pending = {
      issuer: this.#config.key,
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
      again,
    };
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: this.#config.scopes.join(' '),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
      // OpenID Connect Core, 3.1.2.1: max_age makes the provider say when the person signed in.
      ...(again !== null && { prompt: 'login', max_age: '0' }),
      ...(loginHint !== null && { login_hint: loginHint }),
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

  #identityFrom(idToken: oidc.IDToken, userInfo: UserInfo): ProvenIdentity {
    const sources = [idToken, userInfo.claims];
    const { emailClaim, ...read } = readClaims(sources, this.#config);
    const { iss: issuer, sub: subject, auth_time: seconds } = idToken;
    const groups = readGroups(sources, this.#config.groupsClaim);
    tellClaims({ log: this.#log, config: this.#config }, { idToken, userInfo, read: { ...read, emailClaim }, groups });
    const authenticatedAt = typeof seconds === 'number' ? new Date(seconds * 1_000) : null;
    const sid = typeof idToken.sid === 'string' && idToken.sid.length <= MAX_SID_CHARACTERS ? idToken.sid : null;
    const name = read.name === '' ? subject : read.name;
    const vouchesSecondFactor = vouchesFor(idToken, this.#config.secondFactor);
    return { issuer, subject, ...read, name, authenticatedAt, sid, groups, vouchesSecondFactor };
  }

  /** For the keys of the provider. Throws `identity_provider_away`. */
  async describe(): Promise<{ readonly server: oidc.ServerMetadata; readonly fetch: typeof fetch }> {
    return { server: (await this.#discover()).serverMetadata(), fetch: this.#agent.fetch };
  }

  async #discover(): Promise<oidc.Configuration> {
    try {
      return await this.#provider.get();
    } catch (cause) {
      throw new PosternError('identity_provider_away', { cause });
    }
  }

  async #ask(): Promise<oidc.Configuration> {
    const { issuer, clientId } = this.#config;
    const url = new URL(issuer);
    return await oidc.discovery(url, clientId, undefined, clientAuthentication(this.#config), {
      timeout: REQUEST_LIMIT_S,
      [oidc.customFetch]: (url, options) => this.#agent.fetch(url, options as RequestInit),
      // Plain http only to a provider on this machine.
      execute: isLoopback(url.hostname) || url.hostname === 'localhost' ? [oidc.allowInsecureRequests] : [],
    });
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
