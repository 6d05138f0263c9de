// What a server keeps instead of a SCRAM password, as PostgreSQL writes it. RFC 5802 3, RFC 7677.

import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

export interface ScramVerifier {
  readonly iterations: number;
  readonly salt: Buffer;
  /** 32 bytes; with an eavesdropped exchange enough to act as the client: a secret. */
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** RFC 7677 4: at least 4096, which is also PostgreSQL's default. */
export const SCRAM_ITERATIONS = 4_096;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const VERIFIER_TEXT =
  /^SCRAM-SHA-256\$([1-9]\d{0,8}):([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)$/;

/** Off the main thread, some milliseconds; a fresh 16-byte salt unless one is given. */
export async function makeVerifier(
  password: string,
  options: { readonly iterations?: number; readonly salt?: Buffer } = {},
): Promise<ScramVerifier> {
  const { iterations = SCRAM_ITERATIONS, salt = randomBytes(SALT_BYTES) } = options;
  const { clientKey, serverKey } = await deriveScramKeys(password, { salt, iterations });
  return { iterations, salt, storedKey: sha256(clientKey), serverKey };
}

/** `clientKey` is as good as the password. */
export interface ScramKeyPair {
  readonly clientKey: Buffer;
  readonly serverKey: Buffer;
}

export async function deriveScramKeys(
  password: string,
  { salt, iterations }: { readonly salt: Buffer; readonly iterations: number },
): Promise<ScramKeyPair> {
  const saltedPassword = await promisify(pbkdf2)(saslPrep(password), salt, iterations, KEY_BYTES, 'sha256');
  return { clientKey: hmac(saltedPassword, 'Client Key'), serverKey: hmac(saltedPassword, 'Server Key') };
}

/** Stable for name and the installation's secret, so that an unknown name looks known (T31). */
export function mockVerifier(secret: Buffer, userName: string): ScramVerifier {
  const derive = (purpose: string) => hmac(secret, `mock ${purpose}\0${userName}`);
  return {
    iterations: SCRAM_ITERATIONS,
    salt: derive('salt').subarray(0, SALT_BYTES),
    storedKey: derive('stored key'),
    serverKey: derive('server key'),
  };
}

/** pg_authid.rolpassword: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`. */
export function encodeVerifier(verifier: ScramVerifier): string {
  const [salt, storedKey, serverKey] = [verifier.salt, verifier.storedKey, verifier.serverKey].map((bytes) =>
    bytes.toString('base64'),
  );
  return `SCRAM-SHA-256$${verifier.iterations}:${salt}$${storedKey}:${serverKey}`;
}

export function parseVerifier(text: string): ScramVerifier | null {
  const [, iterations, salt, storedKey, serverKey] = VERIFIER_TEXT.exec(text) ?? [];
  if (salt === undefined || storedKey === undefined || serverKey === undefined) return null;
  return {
    iterations: Number(iterations),
    salt: Buffer.from(salt, 'base64'),
    storedKey: Buffer.from(storedKey, 'base64'),
    serverKey: Buffer.from(serverKey, 'base64'),
  };
}

export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}

export function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

export function xor(first: Buffer, second: Buffer): Buffer {
  return Buffer.from(first.map((byte, index) => byte ^ (second[index] ?? 0)));
}

/** SASLprep (RFC 4013) as far as it changes bytes; like PostgreSQL's, it prohibits nothing. */
function saslPrep(password: string): string {
  // RFC 3454 C.1.2
  const otherSpaces = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;
  // RFC 3454 B.1
  const mappedToNothing = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/g;
  return password.replace(otherSpaces, ' ').replace(mappedToNothing, '').normalize('NFKC');
}

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
