// Reads the claims about a person as providers send them: absent, null, empty, or of another type.
// No optional claim refuses a sign-in; what cannot be read counts as absent.

import { z } from 'zod';
import type { Identity } from '../../catalogue/accounts/identities.ts';
import { parseEmail } from '../../catalogue/store/email-address.ts';
import type { OidcConfig } from '../../config/config.ts';
import { cleanForPage } from '../../untrusted-text.ts';

export type ClaimSettings = Pick<OidcConfig, 'emailClaims' | 'emailVerified'>;
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
    name: nameIn(sources) ?? email ?? '',
  };
}

interface FoundEmail {
  readonly email: string;
  readonly claim: string;
}

function findEmail(sources: readonly Claims[], claims: readonly string[]): FoundEmail | null {
  for (const claim of claims) {
    for (const source of sources) {
      const email = addressOf(source[claim]);
      if (email !== null) return { email, claim };
    }
  }
  return null;
}

/** Some providers send a list, or a name that is no address. */
function addressOf(value: unknown): string | null {
  const text = z.string().safeParse(Array.isArray(value) ? value[0] : value);
  if (!text.success) return null;
  try {
    return parseEmail(text.data).text;
  } catch {
    // It is no address, which is no fault of anybody: accounts have names such as "ann" there.
    return null;
  }
}

function isVerified(
  { email, claim }: FoundEmail,
  sources: readonly Claims[],
  { emailVerified }: ClaimSettings,
): boolean {
  if (emailVerified !== 'claim') return emailVerified === 'always';
  if (claim !== STANDARD_EMAIL) return false;
  return sources.some((source) => addressOf(source.email) === email && TRUE_WORDS.has(source.email_verified));
}

function nameIn(sources: readonly Claims[]): string | null {
  const names = sources.flatMap((source) => [
    source.name,
    [source.given_name, source.family_name].filter((part) => typeof part === 'string').join(' '),
    source.preferred_username,
  ]);
  const cleaned = names.map((name) => (typeof name === 'string' ? cleanForPage(name).trim() : ''));
  return cleaned.find((name) => name !== '') ?? null;
}

/** Claims that the provider keeps elsewhere (OpenID Connect Core 5.6.2), such as many groups. */
export function claimsElsewhere(sources: readonly Claims[]): string[] {
  const named = z.record(z.string(), z.unknown()).catch({});
  return [...new Set(sources.flatMap((source) => Object.keys(named.parse(source._claim_names))))];
}
