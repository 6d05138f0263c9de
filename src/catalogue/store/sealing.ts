// Encrypts credentials at rest: AES-256-GCM, bound to the place where they are stored, so that a
// copied ciphertext does not open elsewhere (docs/security.md, "Credentials at rest"). Knows
// nothing of what it seals.

import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { Secret } from '../../secret.ts';

/** Where a sealed value is stored; part of the authenticated data. */
export interface SealedPlace {
  readonly table: string;
  readonly rowId: string;
  readonly column: string;
}

interface SealingKey {
  readonly id: string;
  readonly bytes: Buffer;
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class Sealer {
  readonly #keys: ReadonlyMap<string, SealingKey>;
  readonly #current: SealingKey;

  /** 32 bytes in base64 each. The first one seals, all of them open. Throws an Error. */
  constructor(keys: readonly Secret[]) {
    const parsed = keys.map(sealingKey);
    const [current] = parsed;
    if (current === undefined) throw new Error('no sealing key is configured');
    this.#current = current;
    this.#keys = new Map(parsed.map((key) => [key.id, key]));
  }

  /** Names the key that seals: 8 hexadecimal digits, not secret. */
  get currentKeyId(): string {
    return this.#current.id;
  }

  knowsKey(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  /** `<key id>.<base64url of nonce, ciphertext, tag>`, different every time. */
  seal(text: string, place: SealedPlace): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#current.bytes, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(place));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${this.#current.id}.${sealed.toString('base64url')}`;
  }

  /** Throws an Error when the key is unknown or the value was modified or moved from its place. */
  open(sealed: string, place: SealedPlace): Secret {
    const key = this.#keys.get(keyIdOf(sealed));
    if (key === undefined) throw new Error(`sealed with unknown key "${keyIdOf(sealed)}"`);
    const bytes = Buffer.from(sealed.slice(key.id.length + 1), 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('sealed value is too short');
    const decipher = createDecipheriv(ALGORITHM, key.bytes, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(associatedData(place));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return new Secret(text.toString('utf8'));
  }

  /** 32 bytes for one purpose, the same on every node as long as the current key stays. */
  deriveSecret(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#current.bytes, '', `postern:v1:${purpose}`, KEY_BYTES));
  }
}

/** The id of the key that sealed a value; needs no key. */
export function keyIdOf(sealed: string): string {
  return sealed.slice(0, Math.max(0, sealed.indexOf('.')));
}

function associatedData(place: SealedPlace): Buffer {
  return Buffer.from(`postern:v1:${place.table}:${place.rowId}:${place.column}`, 'utf8');
}

function sealingKey(secret: Secret): SealingKey {
  const bytes = Buffer.from(secret.reveal(), 'base64');
  if (bytes.length !== KEY_BYTES) throw new Error(`a sealing key must be ${KEY_BYTES} bytes in base64`);
  const id = createHash('sha256').update('postern:key-id:').update(bytes).digest('hex').slice(0, 8);
  return { id, bytes };
}
