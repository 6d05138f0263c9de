// The keys with which clients of ours may cancel: made here, known to the fleet by digest only.

import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { ProtocolMinor } from './version-negotiation.ts';

export interface CancelKey {
  /** Signed 32-bit; ours are positive. */
  readonly processId: number;
  readonly secretKey: Buffer;
}

// libpq on 3.0 dies of a longer key; 3.2 allows 256 bytes, and 32 cannot be guessed.
const SECRET_KEY_BYTES = { 0: 4, 2: 32 } as const satisfies Record<ProtocolMinor, number>;
const PROCESS_ID_LIMIT = 2 ** 31;

/** A random key of the size that the agreed minor version allows: 4 bytes on 3.0, 32 on 3.2. */
export function newCancelKey(minor: ProtocolMinor): CancelKey {
  return { processId: randomInt(1, PROCESS_ID_LIMIT), secretKey: randomBytes(SECRET_KEY_BYTES[minor]) };
}

/** SHA-256 of processId (int32) and secretKey, 64 hex digits: what Redis may hold instead of the key. */
export function cancelKeyDigest(key: CancelKey): string {
  const processId = Buffer.alloc(4);
  processId.writeInt32BE(key.processId);
  return createHash('sha256').update(processId).update(key.secretKey).digest('hex');
}
