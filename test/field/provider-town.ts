// Starts the town of providers, and says how each of them behaves.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { z } from 'zod';

type Claims = Readonly<Record<string, unknown>>;

interface Account {
  readonly idToken?: Claims;
  readonly userinfo?: Claims;
  /** The account that signs in with these claims instead of its own. */
  readonly variantOf?: string;
}

interface Flavour {
  /** The issuer's path; providers rarely live at the root. */
  readonly path: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly methods: readonly string[];
  readonly decodesBasic: boolean;
  readonly userinfo: 'works' | 'broken';
  readonly accounts: Readonly<Record<string, Account>>;
  /** With which the provider signs; RS256 when absent. */
  readonly alg?: 'ES256' | 'PS256';
  /** What an installation sets besides issuer and client. */
  readonly settings: Readonly<Record<string, string>>;
}

export const FLAVOURS = {
  // No email_verified, often no email; a name to sign in with; more than 200 groups are elsewhere.
  entra: {
    path: '/4f1c9f4e-0000-4000-8000-000000000001/v2.0',
    clientId: '1b4e28ba-2fa1-11d2-883f-0016d3cca427',
    clientSecret: '8Q~Xy.Zw-3_abc~1',
    methods: ['client_secret_post', 'client_secret_basic'],
    decodesBasic: true,
    userinfo: 'works',
    settings: { POSTERN_OIDC_EMAIL_VERIFIED: 'always' },
    accounts: {
      ann: {
        idToken: {
          name: 'Ann Entra',
          email: null,
          preferred_username: 'Ann@entra.example',
          oid: '00000000-0000-0000-66f3-3332eca7ea81',
          tid: '4f1c9f4e-0000-4000-8000-000000000001',
          _claim_names: { groups: 'src1' },
          _claim_sources: { src1: { endpoint: 'https://graph.example/getMemberObjects' } },
        },
        userinfo: { name: 'Ann Entra' },
      },
    },
  },
  google: {
    path: '',
    clientId: '407408718192-abc.apps.googleusercontent.example',
    clientSecret: 'GOCSPX-secret_with-hyphens',
    methods: ['client_secret_post', 'client_secret_basic'],
    decodesBasic: true,
    userinfo: 'works',
    settings: {},
    accounts: {
      ann: {
        idToken: { email: 'ann@google.example', email_verified: true, hd: 'google.example' },
        userinfo: { email: 'ann@google.example', email_verified: true, given_name: 'Ann', family_name: '', name: '' },
      },
      twin: { idToken: { email: 'twin@shared.example', email_verified: true, name: 'Twin' } },
      boss: { idToken: { email: 'boss@entra.example', email_verified: true, name: 'Not the boss' } },
    },
  },
  // The ID token is thin, the rest is at the userinfo endpoint; values arrive as text.
  okta: {
    path: '/oauth2/default',
    clientId: '0oa1b2c3d4',
    clientSecret: 'a+secret/with=odd%signs',
    methods: ['client_secret_basic'],
    decodesBasic: true,
    userinfo: 'works',
    alg: 'PS256',
    settings: {},
    accounts: {
      ann: {
        idToken: { name: null },
        userinfo: { email: 'ann@okta.example', email_verified: 'True', name: null, preferred_username: 'ann.okta' },
      },
    },
  },
  keycloak: {
    path: '/realms/acme',
    clientId: 'postern',
    clientSecret: 'kc+secret/==',
    methods: ['client_secret_basic'],
    decodesBasic: false,
    userinfo: 'works',
    alg: 'ES256',
    settings: { POSTERN_OIDC_TOKEN_AUTH: 'client_secret_basic_raw', POSTERN_OIDC_GROUPS_CLAIM: 'groups' },
    accounts: {
      ann: {
        idToken: {
          preferred_username: 'ann',
          email: 'ann@keycloak.example',
          email_verified: 1,
          groups: ['/staff', '/dba'],
        },
        userinfo: { preferred_username: 'ann', email: 'ann@keycloak.example', email_verified: 1 },
      },
      'ann-without-groups': {
        variantOf: 'ann',
        idToken: { preferred_username: 'ann', email: 'ann@keycloak.example', email_verified: 1, groups: [] },
      },
      twin: { idToken: { email: 'Twin@shared.example', email_verified: true, name: 'Twin' } },
    },
  },
  // upn is the name; the userinfo endpoint refuses tokens of another resource.
  adfs: {
    path: '/adfs',
    clientId: '5e1f0c2a-postern',
    clientSecret: 'adfs secret with spaces',
    methods: ['client_secret_post'],
    decodesBasic: false,
    userinfo: 'broken',
    settings: { POSTERN_OIDC_EMAIL_CLAIMS: 'upn', POSTERN_OIDC_EMAIL_VERIFIED: 'always' },
    accounts: { ann: { idToken: { upn: 'ann@adfs.example', unique_name: 'ADFS\\ann', email: '', name: '' } } },
  },
} as const satisfies Readonly<Record<string, Flavour>>;

export type FlavourName = keyof typeof FLAVOURS;
export const FLAVOUR_NAMES = ['entra', 'google', 'okta', 'keycloak', 'adfs'] as const satisfies readonly FlavourName[];

/** Issuer, client and settings as an installation sets them, under the names that begin so. */
export function environmentOf(
  name: FlavourName,
  town: ProviderTown,
  prefix = 'POSTERN_OIDC_',
): Array<[string, string]> {
  const { clientId, clientSecret, settings } = FLAVOURS[name];
  return [
    [`${prefix}ISSUER`, town.issuers[name] ?? ''],
    [`${prefix}CLIENT_ID`, clientId],
    [`${prefix}CLIENT_SECRET`, clientSecret],
    ...Object.entries(settings).map(([key, value]): [string, string] => [key.replace('POSTERN_OIDC_', prefix), value]),
  ];
}

export interface ProviderTown extends AsyncDisposable {
  /** A logout token that a provider of the town might have sent. */
  logoutToken(name: FlavourName, claims: Readonly<Record<string, unknown>>): Promise<string>;
  readonly issuers: Readonly<Record<string, string>>;
}

/** One process for all; disposing ends it. */
export async function startProviderTown(redirectUris: Readonly<Record<string, string>>): Promise<ProviderTown> {
  const program = fileURLToPath(new URL('provider-town.mjs', import.meta.url));
  const keys = await Promise.all(['RS256', 'ES256', 'PS256'].map(newKey));
  const input = JSON.stringify({ redirectUris, flavours: FLAVOURS, jwks: { keys } });
  const child = spawn(process.execPath, [program, input], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the providers did not start'))),
  ]);
  const issuers = z.record(z.string(), z.string()).parse(JSON.parse(String(line)));
  return {
    issuers,
    logoutToken: (name, claims) => signLogout(keys, { iss: issuers[name], aud: FLAVOURS[name].clientId, ...claims }),
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function newKey(alg: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, kid: alg, use: 'sig' };
}

async function signLogout([key]: readonly JWK[], claims: JWTPayload): Promise<string> {
  if (key === undefined) throw new Error('the town has no keys');
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const signing = new SignJWT({ jti: randomUUID(), events, ...claims }).setIssuedAt().setExpirationTime('2m');
  return await signing.setProtectedHeader({ alg: 'RS256', kid: 'RS256', typ: 'logout+jwt' }).sign(await importJWK(key));
}
