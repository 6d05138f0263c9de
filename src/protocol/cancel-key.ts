// The keys with which clients of ours may cancel: made here, known to the fleet by digest only.

import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { ProtocolMinor } from './startup-packet.ts';

export interface CancelKey {
  /** Signed 32-bit; ours are positive. */
  readonly processId: number;
  readonly secretKey: Buffer;
}

// libpq on 3.0 dies of a longer key; 3.2 allows 256 bytes, and 32 cannot be guessed.
const SECRET_KEY_BYTES = { 0: 4, 2: 32 } as const satisfies Record<ProtocolMinor, number>;
const PROCESS_ID_LIMIT = 2 ** 31;

export interface CancelKeyOptions {
  /** Which clients receive the upstream's process id; without it the id is random, too. */
  readonly upstreamPid?: { readonly processId: number; readonly toldTo: 'long_keys' | 'everybody' };
}

/**
 * 4 bytes on 3.0, 32 on 3.2. The upstream's process id is passed on, since programs know a session
 * by it, unless the operator wants short keys harder to guess.
 */
export function newCancelKey(minor: ProtocolMinor, { upstreamPid }: CancelKeyOptions = {}): CancelKey {
  const isTold = upstreamPid !== undefined && (minor === 2 || upstreamPid.toldTo === 'everybody');
  const processId = isTold ? upstreamPid.processId : randomInt(1, PROCESS_ID_LIMIT);
  return { processId, secretKey: randomBytes(SECRET_KEY_BYTES[minor]) };
}

/** SHA-256 in hex of processId (int32) and secretKey: what Redis holds instead of the key. */
export function cancelKeyDigest(key: CancelKey): string {
  const processId = Buffer.alloc(4);
  processId.writeInt32BE(key.processId);
  return createHash('sha256').update(processId).update(key.secretKey).digest('hex');
}
