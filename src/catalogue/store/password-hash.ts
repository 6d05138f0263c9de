// Account passwords: argon2id at rest, and equal work whether or not there is a hash to compare
// with.

import { hash, type Options, verify } from '@node-rs/argon2';
import { PosternError } from '../../errors.ts';
import type { Secret } from '../../secret.ts';

/** NIST SP 800-63B 3.1.1.2: at least 8 characters, and room for passphrases. */
const MIN_PASSWORD_CHARACTERS = 8;
const MAX_PASSWORD_CHARACTERS = 256;

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
export const ARGON2_OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const satisfies Options;

/**
 * The hash of 32 random bytes that were thrown away: compared with when a person has no password.
 */
export const DECOY_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$cC64/pzRbvZElL85kGTxRA$okFNuFi6uLNslq+WUsi0cnkbPIOnvf7Cm6yMgSoCX8E';

/**
 * Returns an argon2id hash in PHC format. Throws `invalid_input` for a password that is too short
 * or too long.
 */
export async function hashPassword(password: Secret): Promise<string> {
  const { length } = password.reveal();
  if (length < MIN_PASSWORD_CHARACTERS || length > MAX_PASSWORD_CHARACTERS) {
    throw new PosternError('password_length', {
      params: { minimum: String(MIN_PASSWORD_CHARACTERS), maximum: String(MAX_PASSWORD_CHARACTERS) },
    });
  }
  return hash(password.reveal(), ARGON2_OPTIONS);
}

/** False, after the same amount of work, when the hash is null. */
export async function passwordMatches(password: Secret, passwordHash: string | null): Promise<boolean> {
  const candidate = password.reveal().slice(0, MAX_PASSWORD_CHARACTERS + 1);
  const isRight = await verify(passwordHash ?? DECOY_HASH, candidate);
  return isRight && passwordHash !== null;
}
