// The identity providers of an installation, made from their variables, and what is wrong with
// them.

import { asciiDomain } from '../network-address.ts';
import type { Secret } from '../secret.ts';
import { FIRST_ISSUER_PREFIX, ISSUER_VARIABLES, type IssuerValues, prefixOfIssuer } from './issuer-variables.ts';
import type { OutgoingSettings } from './outgoing-agent.ts';

export interface IssuerConfig {
  /** In addresses: `default` for the first, else the name in lower case. */
  readonly key: string;
  /** What the button says. */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Secret | null;
  readonly tokenAuth: IssuerValues['TOKEN_AUTH'];
  readonly scopes: readonly string[];
  /** In order; the first that holds an address counts. */
  readonly emailClaims: readonly string[];
  /** Whether this issuer's addresses count as verified: as the claim says, or always, or never. */
  readonly emailVerified: 'claim' | 'always' | 'never';
  /** Of `amr` or `acr`, by which this issuer vouches for a second factor. */
  readonly secondFactor: readonly string[];
  readonly nameClaims: readonly string[];
  /** Null: groups are not read. */
  readonly groupsClaim: string | null;
  /** In ASCII. The operator trusts this issuer alone for addresses in them. */
  readonly domains: readonly string[];
  /** Of the other issuers, which alone vouch for addresses in them. */
  readonly foreignDomains: readonly string[];
  readonly outgoing: OutgoingSettings;
}

export interface NamedIssuer {
  readonly name: string;
  readonly values: IssuerValues;
}

const FIRST_ISSUER = 'default';

/** The first issuer, where it is set, and those with a name. */
export function issuersFrom(
  values: { readonly firstIssuer: IssuerValues; readonly namedIssuers: readonly NamedIssuer[] },
  outgoing: OutgoingSettings,
): IssuerConfig[] {
  const first = { key: FIRST_ISSUER, prefix: FIRST_ISSUER_PREFIX, values: values.firstIssuer, outgoing };
  const named = values.namedIssuers.map((issuer) => {
    // A button needs a name of its own.
    const isNamed = issuer.values.NAME !== ISSUER_VARIABLES.NAME.default;
    const own = isNamed ? issuer.values : { ...issuer.values, NAME: issuer.name };
    return { key: issuer.name.toLowerCase(), prefix: prefixOfIssuer(issuer.name), values: own, outgoing };
  });
  const all = [first, ...named].flatMap((each) => issuerFrom(each) ?? []);
  return all.map((issuer) => {
    const others = all.filter((other) => other !== issuer);
    return { ...issuer, foreignDomains: others.flatMap(({ domains }) => domains) };
  });
}

interface IssuerSource {
  readonly key: string;
  readonly prefix: string;
  readonly values: IssuerValues;
  readonly outgoing: OutgoingSettings;
}

function issuerFrom({ key, prefix, values, outgoing }: IssuerSource): Omit<IssuerConfig, 'foreignDomains'> | null {
  const { ISSUER: issuer, CLIENT_ID: clientId } = values;
  if (issuer === null || clientId === null) return null;
  return {
    ...{ key, issuer, clientId, name: values.NAME, clientSecret: values.CLIENT_SECRET },
    ...{ tokenAuth: values.TOKEN_AUTH, scopes: values.SCOPES, secondFactor: values.SECOND_FACTOR },
    ...{ emailClaims: values.EMAIL_CLAIMS, emailVerified: values.EMAIL_VERIFIED, nameClaims: values.NAME_CLAIMS },
    ...{ groupsClaim: values.GROUPS_CLAIM, domains: values.DOMAINS },
    outgoing: outgoingOf(values, { prefix, outgoing }),
  };
}

function outgoingOf(
  { CA_FILE: caFile, PROXY: proxy }: IssuerValues,
  { prefix, outgoing }: Pick<IssuerSource, 'prefix' | 'outgoing'>,
): OutgoingSettings {
  const own = caFile === null ? [] : [{ variable: `${prefix}CA_FILE`, path: caFile }];
  const authorities = [...outgoing.authorities, ...own];
  if (proxy === null) return { ...outgoing, authorities };
  const url = proxy === 'direct' ? null : proxy;
  return { httpProxy: url, httpsProxy: url, noProxy: [], authorities };
}

/** Each begins with the variable that has to be changed. */
export function issuerProblems(first: IssuerValues, named: readonly NamedIssuer[]): string[] {
  const all = [
    { prefix: FIRST_ISSUER_PREFIX, values: first },
    ...named.map(({ name, values }) => ({ prefix: prefixOfIssuer(name), values })),
  ];
  const problems = named.flatMap(({ name, values }) =>
    values.ISSUER === null ? [`${prefixOfIssuer(name)}ISSUER: needed, since POSTERN_OIDC_ISSUERS names it`] : [],
  );
  const seen = new Map<string, string>();
  for (const { prefix, values } of all) {
    if (values.ISSUER == null) continue;
    problems.push(...problemsOfOne(prefix, values));
    const claims = [
      { claimed: values.ISSUER.replace(/\/$/, ''), by: `${prefix}ISSUER` },
      ...(values.DOMAINS ?? []).map((domain) => ({ claimed: `@${domain}`, by: `${prefix}DOMAINS` })),
    ];
    for (const { claimed, by } of claims) {
      const other = seen.get(claimed);
      if (other !== undefined) problems.push(`${by}: ${claimed} is in ${other} already`);
      seen.set(claimed, by);
    }
  }
  return problems;
}

/**
 * The issuers of Entra ID for everybody who has a tenant, or none: its ID tokens come from other
 * issuers, one for each tenant, where anybody may choose any address.
 */
const OF_ANY_TENANT =
  /^https:\/\/login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn)\/(common|organizations|consumers)(\/|$)/i;
/** As documentation and discovery have it, such as `{tenantid}`; a URL writes the braces so. */
const PLACEHOLDER = /\{|%7B/i;

function problemsOfOne(prefix: string, values: IssuerValues): string[] {
  const problems: string[] = [];
  if (values.CLIENT_ID === null) problems.push(`${prefix}CLIENT_ID: needed with ${prefix}ISSUER`);
  if (OF_ANY_TENANT.test(values.ISSUER ?? '')) {
    problems.push(`${prefix}ISSUER: is for all tenants, which may say any address; name your tenant's issuer`);
  }
  if (PLACEHOLDER.test(values.ISSUER ?? '')) {
    problems.push(`${prefix}ISSUER: has a placeholder in braces; put your own tenant's id there`);
  }
  return problems;
}

/** In ASCII, as it is compared; null for a text that is no address. */
export function domainOf(email: string): string | null {
  const at = email.lastIndexOf('@');
  return at < 1 ? null : asciiDomain(email.slice(at + 1));
}
