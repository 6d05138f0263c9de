// Secrets for single purposes, derived from the installation's sealing key, so that all nodes have the same ones.

import { hkdfSync } from 'node:crypto';
import { Secret } from './secret.ts';

const SECRET_BYTES = 32;

/** 32 bytes in base64, the same for the same key and purpose. RFC 5869. */
export function derivedSecret(key: Secret, purpose: string): Secret {
  const bytes = hkdfSync('sha256', Buffer.from(key.reveal(), 'base64'), '', `postern:v1:${purpose}`, SECRET_BYTES);
  return new Secret(Buffer.from(bytes).toString('base64'));
}
