// Account passwords: argon2id at rest, and equal work whether or not there is a hash.

import { hash, type Options, verify } from '@node-rs/argon2';
import type { Secret } from '../../secret.ts';
import type { Catalogue } from './catalogue.ts';
import { PASSWORD_LENGTH, requireGoodPassword } from './password-rule.ts';

/** Hashing takes a thread for a long time: no caller may do it outside the limiter. */
type PasswordParts = Pick<Catalogue, 'passwordWork'>;

// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane.
export const ARGON2_OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const satisfies Options;

/** Of 32 random bytes that were thrown away: compared with when a person has no password. */
export const DECOY_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$cC64/pzRbvZElL85kGTxRA$okFNuFi6uLNslq+WUsi0cnkbPIOnvf7Cm6yMgSoCX8E';

/** Argon2id in PHC format. Throws as `requireGoodPassword`, `rate_limited` when too many wait. */
export async function hashPassword({ passwordWork }: PasswordParts, password: Secret): Promise<string> {
  await requireGoodPassword(password);
  return passwordWork.run(() => hash(password.reveal(), ARGON2_OPTIONS));
}

interface Comparison {
  readonly password: Secret;
  readonly passwordHash: string | null;
  /** Of who asks, so that a flood from one place displaces its own. */
  readonly address?: string | undefined;
}

/** False, after the same amount of work, when the hash is null. Throws `rate_limited` as above. */
export async function passwordMatches(
  { passwordWork }: PasswordParts,
  { password, passwordHash, address = '' }: Comparison,
): Promise<boolean> {
  const candidate = password.reveal().slice(0, PASSWORD_LENGTH.maximum + 1);
  const isRight = await passwordWork.run(() => verify(passwordHash ?? DECOY_HASH, candidate), address);
  return isRight && passwordHash !== null;
}
