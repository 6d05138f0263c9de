// Keys of bounded length for what a peer typed, so that no name stands in Redis.

import { createHash } from 'node:crypto';

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
