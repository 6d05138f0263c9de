// Reads the claims about a person as providers send them: absent, null, empty, or of another type.
// No optional claim refuses a sign-in; what cannot be read counts as absent.

import { z } from 'zod';
import type { Identity } from '../../../catalogue/accounts/identities.ts';
import { parseEmail } from '../../../catalogue/store/email-address.ts';
import { domainOf, type IssuerConfig } from '../../../config/issuer-config.ts';
import { cleanForPage } from '../../../untrusted-text.ts';

export type ClaimSettings = Pick<
  IssuerConfig,
  'emailClaims' | 'emailVerified' | 'nameClaims' | 'domains' | 'foreignDomains'
>;
export type Claims = Readonly<Record<string, unknown>>;

/** OpenID Connect Core 5.1: `email_verified` speaks of `email` and of no other claim. */
const STANDARD_EMAIL = 'email';
const TRUE_WORDS: ReadonlySet<unknown> = new Set([true, 1, 'true', 'True', 'TRUE', '1']);

export interface ReadClaims extends Pick<Identity, 'email' | 'emailVerified' | 'name'> {
  /** Where the e-mail was found; null without one. */
  readonly emailClaim: string | null;
}

// NOTE: an e-mail counts as verified only by the source that contains it. Combining one source's
// address with the other's `email_verified` would let anybody claim another person's address.
export function readClaims(sources: readonly Claims[], settings: ClaimSettings): ReadClaims {
  const found = findEmail(sources, settings.emailClaims);
  const email = found?.email ?? null;
  return {
    email,
    emailVerified: found !== null && isVerified(found, sources, settings),
    emailClaim: found?.claim ?? null,
    name: nameIn(sources, settings.nameClaims) ?? email ?? '',
  };
}

const objectSchema = z.record(z.string(), z.unknown());

/** A claim by its whole name, which may contain dots, else `a.b` as b inside a. */
export function claimAt(source: Claims, path: string): unknown {
  if (Object.hasOwn(source, path)) return source[path];
  const [first = '', ...rest] = path.split('.');
  const inner = rest.length === 0 ? null : objectSchema.safeParse(source[first]);
  return inner?.success === true ? claimAt(inner.data, rest.join('.')) : undefined;
}

interface FoundEmail {
  readonly email: string;
  readonly claim: string;
}

function findEmail(sources: readonly Claims[], claims: readonly string[]): FoundEmail | null {
  for (const claim of claims) {
    for (const source of sources) {
      const email = addressOf(claimAt(source, claim));
      if (email !== null) return { email, claim };
    }
  }
  return null;
}

/** Some providers send a list, or a name that is no address. */
function addressOf(value: unknown): string | null {
  if (Array.isArray(value)) return value.map(addressOf).find((address) => address !== null) ?? null;
  if (typeof value !== 'string') return null;
  try {
    return parseEmail(value).text;
  } catch {
    // It is no address, which is no fault of anybody: accounts have names such as "ann" there.
    return null;
  }
}

/** NOTE: of a domain that is another issuer's nobody else vouches for an address. */
function isVerified(found: FoundEmail, sources: readonly Claims[], settings: ClaimSettings): boolean {
  const { email, claim } = found;
  const domain = domainOf(email) ?? '';
  if (settings.emailVerified === 'never' || settings.foreignDomains.includes(domain)) return false;
  const isTrusted = settings.domains.length === 0 || settings.domains.includes(domain);
  if (settings.emailVerified === 'always' && isTrusted) return true;
  if (claim !== STANDARD_EMAIL) return false;
  return sources.some((source) => addressOf(source.email) === email && TRUE_WORDS.has(source.email_verified));
}

function nameIn(sources: readonly Claims[], nameClaims: readonly string[]): string | null {
  const names = sources.flatMap((source) => [
    ...nameClaims.map((claim) => nameOf(claimAt(source, claim))),
    nameOf(source.name),
    nameOf(source),
    source.preferred_username,
  ]);
  const cleaned = names.map((name) => (typeof name === 'string' ? cleanForPage(name).trim() : ''));
  return cleaned.find((name) => name !== '') ?? null;
}

const partsSchema = z
  .object({
    formatted: z.string().catch(''),
    given_name: z.string().catch(''),
    givenName: z.string().catch(''),
    family_name: z.string().catch(''),
    familyName: z.string().catch(''),
  })
  .partial();

/** A text, or an object of its parts, as SCIM has it. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const parts = partsSchema.safeParse(value).data ?? {};
  if (parts.formatted) return parts.formatted;
  return [parts.given_name || parts.givenName, parts.family_name || parts.familyName].filter(Boolean).join(' ');
}

/** Claims that the provider keeps elsewhere (OpenID Connect Core 5.6.2), such as many groups. */
export function claimsElsewhere(sources: readonly Claims[]): string[] {
  const named = objectSchema.catch({});
  return [...new Set(sources.flatMap((source) => Object.keys(named.parse(source._claim_names))))];
}

/**
 * Whether an ID token says that the person proved two factors, by one of the values that the
 * operator named (OpenID Connect Core 2: `amr`, `acr`; RFC 8176). Of the ID token alone: it speaks
 * of this sign-in.
 */
export function vouchesFor({ amr, acr }: Claims, values: readonly string[]): boolean {
  return [amr, acr].flat().some((said) => values.some((value) => value === said));
}
