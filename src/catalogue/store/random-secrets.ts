// Random secrets for people and programs, and the hash under which they are stored
// (docs/security.md, "Secrets that people and programs hold").

import { createHash, randomBytes } from 'node:crypto';
import { Secret } from '../../secret.ts';

/** 256 random bits as 43 base64url characters; the prefix tells people and scanners what it is. */
export function newRandomSecret(prefix = ''): Secret {
  return new Secret(`${prefix}${randomBytes(32).toString('base64url')}`);
}

/** SHA-256: enough for random secrets, never for a password that a person chose. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}
