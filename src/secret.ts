// A value that must not be printed: logs, errors, JSON and inspection show `[redacted]`.

import { hkdfSync } from 'node:crypto';
import { inspect } from 'node:util';

const DERIVED_BYTES = 32;

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The plain value; call it only where it is used, never to keep it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}

/** 32 bytes in base64, the same on every node with the same key. RFC 5869. */
export function derivedSecret(key: Secret, purpose: string): Secret {
  const bytes = hkdfSync('sha256', Buffer.from(key.reveal(), 'base64'), '', `postern:v1:${purpose}`, DERIVED_BYTES);
  return new Secret(Buffer.from(bytes).toString('base64'));
}
