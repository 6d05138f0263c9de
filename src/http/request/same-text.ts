// Compares what a browser sent with a secret, in a time that tells nothing of either.

import { createHash, timingSafeEqual } from 'node:crypto';

export function isSameText(first: string, second: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(first), digest(second));
}
