// The variables of one OpenID Connect provider: of the first one (`POSTERN_OIDC_…`) and of each
// that POSTERN_OIDC_ISSUERS names (`POSTERN_OIDC_<NAME>_…`).

import { z } from 'zod';
import { asciiDomain } from '../network-address.ts';
import { plain, secret } from './variable.ts';
import { list, oidcTokenAuth, optionalSecret, optionalText, text, webUrl } from './variable-formats.ts';

/** RFC 6749, appendix A.4. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;
const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/i;
const MAX_NAME_CHARACTERS = 32;

const words = text.transform((value) => value.split(/[\s,]+/).filter((word) => word !== ''));

const scopes = words.refine(
  (items) => items.includes('openid') && items.every((item) => SCOPE.test(item)),
  'not a list of scopes that contains `openid`',
);

const domains = words
  .transform((items) => items.map((item) => asciiDomain(item.replace(/^@/, '')) ?? ''))
  .refine((items) => items.every((item) => /^[^.]+(\.[^.]+)+$/.test(item)), 'not a list of domains like acme.example');

/** `direct`: no proxy; null: as all outgoing requests go. */
const ownProxy = text
  .refine(
    (value) => ['', 'none'].includes(value) || /^https?:\/\/[^/]+\/?$/.test(value),
    'not `none`, nor http://host:port',
  )
  .transform((value) => (value === 'none' ? ('direct' as const) : optionalSecret.parse(value)));

export const issuerNames = words.refine(
  (names) =>
    names.every((name) => NAME.test(name) && name.length <= MAX_NAME_CHARACTERS && name.toLowerCase() !== 'default') &&
    new Set(names.map((name) => name.toUpperCase())).size === names.length,
  'not a list of different names of letters, digits and single underscores, like entra,okta',
);

/** By what follows `POSTERN_OIDC_`, or `POSTERN_OIDC_<NAME>_`. */
export const ISSUER_VARIABLES = {
  ISSUER: plain('', 'OpenID Connect issuer for sign-in', webUrl),
  CLIENT_ID: plain('', 'client id there', optionalText),
  CLIENT_SECRET: secret('', 'client secret there; unset: a public client', optionalSecret),
  NAME: plain('single sign-on', 'what the sign-in button says', text),
  EMAIL_CLAIMS: plain('email,preferred_username,upn', 'claims of the e-mail; the first address counts', list),
  EMAIL_VERIFIED: plain('claim', 'which e-mails are verified', z.enum(['claim', 'always', 'never'])),
  NAME_CLAIMS: plain('name', "claims of the person's name; then the standard ones", list),
  SECOND_FACTOR: plain(
    '',
    'values of `amr` or `acr` by which it vouches for a second factor, like `mfa,hwk`; unset: it does not',
    words,
  ),
  TOKEN_AUTH: plain('auto', 'how the secret is sent: see operate.md', oidcTokenAuth),
  SCOPES: plain('openid email profile', 'scopes that are asked for', scopes),
  GROUPS_CLAIM: plain(
    '',
    'claim of the groups, `a.b` for one inside another; unset: groups are not read',
    optionalText,
  ),
  DOMAINS: plain('', 'e-mail domains whose people sign in there; it alone vouches for their addresses', domains),
  CA_FILE: plain('', 'authorities (PEM) to trust for it, too', optionalText),
  PROXY: secret('', 'proxy for it, or `none`; unset: as for everything', ownProxy),
} as const;

type Suffix = keyof typeof ISSUER_VARIABLES;
export type IssuerValues = { readonly [Name in Suffix]: z.output<(typeof ISSUER_VARIABLES)[Name]['parse']> };

type FirstIssuer = { readonly [Name in Suffix as `POSTERN_OIDC_${Name}`]: (typeof ISSUER_VARIABLES)[Name] };

/** The same table under the names of the first issuer. */
export const FIRST_ISSUER_VARIABLES = Object.fromEntries(
  Object.entries(ISSUER_VARIABLES).map(([suffix, variable]) => [`POSTERN_OIDC_${suffix}`, variable]),
) as FirstIssuer;

export const FIRST_ISSUER_PREFIX = 'POSTERN_OIDC_';
export const prefixOfIssuer = (name: string): string => `${FIRST_ISSUER_PREFIX}${name.toUpperCase()}_`;
