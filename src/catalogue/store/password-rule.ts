// Which passwords people may choose for their accounts: the one rule, for pages and commands alike.
// NIST SP 800-63B 3.1.1.2: a length, and none of those that everybody tries first.

import { PosternError } from '../../errors.ts';
import type { Secret } from '../../secret.ts';

/** In characters: at least 8 are required, and room for passphrases. */
export const PASSWORD_LENGTH = { minimum: 10, maximum: 256 } as const;

/** Throws `invalid_input` for a password that is too short, too long or too common. */
export async function requireGoodPassword(password: Secret): Promise<void> {
  const text = password.reveal();
  const { minimum, maximum } = PASSWORD_LENGTH;
  if (text.length < minimum || text.length > maximum) {
    throw new PosternError('password_length', { params: { minimum: String(minimum), maximum: String(maximum) } });
  }
  if (await isCommon(text)) throw new PosternError('password_common');
}

async function isCommon(text: string): Promise<boolean> {
  const lower = text.normalize('NFKC').toLowerCase();
  // `aaaaaaaaaa`, `password123!!`: what people add when a common one is refused.
  const bare = lower.replace(/[^\p{L}\p{N}]+$/u, '').replace(/^[^\p{L}\p{N}]+/u, '');
  if (new Set(bare).size <= 2) return true;
  // Read on first use only: the list takes 15 MiB.
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const common = dictionary['passwords-common'];
  return common.includes(lower) || common.includes(bare) || isDoubled(bare, common);
}

/** `passwordpassword`, `qwertyqwerty`. */
function isDoubled(text: string, common: readonly string[]): boolean {
  const half = text.slice(0, text.length / 2);
  return half + half === text && common.includes(half);
}
