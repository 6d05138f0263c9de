// Starts the town of providers, and says how each of them behaves.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

type Claims = Readonly<Record<string, unknown>>;

interface Flavour {
  /** The issuer's path; providers rarely live at the root. */
  readonly path: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly methods: readonly string[];
  readonly decodesBasic: boolean;
  readonly userinfo: 'works' | 'broken';
  readonly accounts: Readonly<Record<string, { readonly idToken?: Claims; readonly userinfo?: Claims }>>;
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
    settings: { POSTERN_OIDC_TOKEN_AUTH: 'client_secret_basic_raw' },
    accounts: {
      ann: {
        idToken: { preferred_username: 'ann', email: 'ann@keycloak.example', email_verified: 1, groups: ['/staff'] },
        userinfo: { preferred_username: 'ann', email: 'ann@keycloak.example', email_verified: 1 },
      },
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

export interface ProviderTown extends AsyncDisposable {
  readonly issuers: Readonly<Record<string, string>>;
}

/** One process for all; disposing ends it. */
export async function startProviderTown(redirectUris: Readonly<Record<string, string>>): Promise<ProviderTown> {
  const program = fileURLToPath(new URL('provider-town.mjs', import.meta.url));
  const input = JSON.stringify({ redirectUris, flavours: FLAVOURS });
  const child = spawn(process.execPath, [program, input], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the providers did not start'))),
  ]);
  return {
    issuers: z.record(z.string(), z.string()).parse(JSON.parse(String(line))),
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
