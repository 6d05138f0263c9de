// Caches the keys that SCRAM derives from a password: 4,096 rounds of a hash cost more than the
// rest of a login, and a gateway logs in on the same few upstreams all day. RFC 5802 3 foresees it.

import { createHash } from 'node:crypto';
import { deriveScramKeys, type ScramKeyPair } from './scram-verifier.ts';

/** Passwords whose keys are kept, the last used; each takes some hundred bytes. */
const MAX_KEPT = 1_000;

export class ScramKeys {
  readonly #derive: typeof deriveScramKeys;
  /** By a hash of everything that the keys depend on; in the order of their last use. */
  readonly #kept = new Map<string, Promise<ScramKeyPair>>();

  constructor(derive: typeof deriveScramKeys = deriveScramKeys) {
    this.#derive = derive;
  }

  /** Takes some milliseconds off the main thread, unless the keys are at hand or on their way. */
  async derive(password: string, { salt, iterations }: { salt: Buffer; iterations: number }): Promise<ScramKeyPair> {
    const id = createHash('sha256')
      .update(`${iterations}:${salt.toString('base64')}:`)
      .update(password)
      .digest('base64');
    const pair = this.#kept.get(id) ?? this.#derive(password, { salt, iterations });
    this.#kept.delete(id);
    this.#kept.set(id, pair);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    try {
      return await pair;
    } catch (error) {
      if (this.#kept.get(id) === pair) this.#kept.delete(id);
      throw error;
    }
  }
}
