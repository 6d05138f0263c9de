// The provider's settings: public programs on the person's own machine, by code and PKCE, with
// refresh tokens that change with each use. Everything else that it can do is off.

import { Check, Prompt } from 'oidc-provider/lib/helpers/interaction_policy/index.js';
import type { Adapter, ProviderContext } from 'oidc-provider/lib/provider.js';
import { findEnabledPerson } from '../../../catalogue/accounts/find-person.ts';
import { IDLE_CONSENT_MS } from '../../../catalogue/oauth/consents.ts';
import type { SigningKeys } from '../../../catalogue/oauth/signing-keys.ts';
import { API_SCOPES } from '../../../catalogue/rights/scopes.ts';
import type { Catalogue } from '../../../catalogue/store/catalogue.ts';
import type { PublicAddress } from '../../../config/public-address.ts';
import { idFrom, type UserId } from '../../../ids.ts';
import { PATHS } from './paths.ts';

// docs/security.md, "Programs with consent"
const LIFE_SECONDS = {
  Interaction: 10 * 60,
  AuthorizationCode: 60,
  AccessToken: 3_600,
  IdToken: 3_600,
  RefreshToken: IDLE_CONSENT_MS / 1_000,
  Grant: IDLE_CONSENT_MS / 1_000,
  Session: 10 * 60,
} as const;
const SECRET_BITS = 256;

// neonctl 5.0.1: `offline` is another name of `offline_access`.
export const OPENID_SCOPES = ['openid', 'offline', 'offline_access'] as const;
export const CLAIMS = ['sub', 'email', 'email_verified', 'name'] as const;
export const SIGNATURE = 'RS256';

export interface SettingsParts {
  readonly catalogue: Catalogue;
  readonly clientIds: readonly string[];
  readonly address: PublicAddress;
  readonly keys: SigningKeys;
  readonly store: (model: string) => Adapter;
  readonly renderError: (context: ProviderContext, error: { readonly error: string }) => void;
}

export function providerSettings({ catalogue, clientIds, address, keys, store, renderError }: SettingsParts): object {
  const { authorization, token, revocation, userinfo, jwks } = PATHS;
  return {
    adapter: store,
    clients: clientIds.map(loopbackProgram),
    jwks: { keys: [keys.current] },
    scopes: [...OPENID_SCOPES, ...API_SCOPES],
    claims: { openid: [...CLAIMS] },
    responseTypes: ['code'],
    clientAuthMethods: ['none'],
    pkce: { required: () => true },
    // Refresh tokens of public clients must change (RFC 9700, 4.14.2).
    rotateRefreshToken: true,
    issueRefreshToken: (_context: unknown, _client: unknown, code: { readonly scopes: ReadonlySet<string> }) =>
      code.scopes.has('offline') || code.scopes.has('offline_access'),
    expiresWithSession: () => false,
    revokeGrantPolicy: () => true,
    clientBasedCORS: () => false,
    formats: { bitsOfOpaqueRandomness: SECRET_BITS },
    ttl: LIFE_SECONDS,
    routes: { authorization, token, revocation, userinfo, jwks },
    interactions: {
      policy: [consentPrompt()],
      url: (_context: unknown, { uid }: { readonly uid: string }) => `${PATHS.consent}/${uid}`,
    },
    cookies: cookieSettings(catalogue, address),
    findAccount: async (_context: unknown, sub: string) => await accountOf(catalogue, sub),
    renderError,
    features: FEATURES,
  };
}

const OFF = { enabled: false };
const FEATURES = {
  devInteractions: OFF,
  rpInitiatedLogout: OFF,
  dPoP: OFF,
  claimsParameter: OFF,
  resourceIndicators: OFF,
  revocation: { enabled: true, allowedPolicy: isOwnToken },
  userinfo: { enabled: true },
};

// RFC 8252, 7.3: any port. `localhost` may be another machine (8.3).
function loopbackProgram(clientId: string) {
  return {
    client_id: clientId,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    response_modes: ['query'],
    redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
    id_token_signed_response_alg: SIGNATURE,
  };
}

/** NOTE: asked each time, whatever was given before: any program of the machine can send it. */
function consentPrompt(): Prompt {
  const isUnanswered = ({ oidc }: ProviderContext) => oidc.result?.consent === undefined;
  const check = new Check('consent_missing', 'the person has to agree', 'consent_required', isUnanswered);
  return new Prompt({ name: 'consent', requestable: true }, check);
}

function cookieSettings({ sealer }: Catalogue, { isHttps }: Pick<PublicAddress, 'isHttps'>) {
  const prefix = isHttps ? '__Secure-' : '';
  const attributes = { httpOnly: true, sameSite: 'lax', secure: isHttps, signed: true };
  return {
    keys: [sealer.deriveSecret('cookies of oauth requests').toString('base64url')],
    names: {
      interaction: `${prefix}postern_oauth_asked`,
      resume: `${prefix}postern_oauth_resume`,
      session: UNUSED_COOKIE,
    },
    long: attributes,
    short: attributes,
  };
}

/** Of the provider's own session, which is never kept. */
export const UNUSED_COOKIE = 'postern_oauth_session';

function isOwnToken(_context: unknown, client: { readonly clientId: string }, token: { readonly clientId?: string }) {
  return token.clientId === client.clientId;
}

/** Undefined for nobody, and for a disabled person. */
async function accountOf(catalogue: Catalogue, sub: string) {
  const user = await findEnabledPerson(catalogue.db, idFrom<UserId>(sub));
  if (user === null) return undefined;
  const { id, email, emailVerified, name } = user;
  return { accountId: id, claims: async () => ({ sub: id, email, email_verified: emailVerified, name }) };
}
