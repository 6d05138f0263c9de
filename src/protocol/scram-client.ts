// The client's side of SCRAM-SHA-256 and -PLUS: message in, message out. RFC 5802, RFC 7677.

import { randomBytes } from 'node:crypto';
import { SCRAM_SHA_256, SCRAM_SHA_256_PLUS } from './scram-server.ts';
import { hmac, type ScramKeys, sha256, xor } from './scram-verifier.ts';
import type { ChannelBinding } from './tls-server-end-point.ts';

const CLIENT_NONCE_BYTES = 18;
const MAX_ITERATIONS = 100_000;

// RFC 5802 7. An `m=` before the nonce is an extension that one must understand, so it is no match.
const SERVER_FIRST =
  /^r=([\x21-\x2b\x2d-\x7e]+),s=((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?),i=([1-9]\d{0,8})(?:,.*)?$/;
const SERVER_FINAL = /^v=([A-Za-z0-9+/]{43}=)(?:,.*)?$/;

/** The server's message must not be answered, or does not prove that it knows the password. */
export class ScramRefused extends Error {
  override readonly name = 'ScramRefused';
}

export interface ScramStarted {
  readonly mechanism: string;
  readonly clientFirst: string;
  readonly clientFirstBare: string;
  readonly clientNonce: string;
  readonly binding: string;
}

export interface ScramAnswered {
  readonly clientFinal: string;
  readonly serverSignature: Buffer;
}

/** -PLUS whenever offered over TLS. Throws ScramRefused for no mechanism, or nothing to bind to. */
export function startScramClient(mechanisms: readonly string[], channelBinding: ChannelBinding | null): ScramStarted {
  const { mechanism, header, data } = chooseMechanism(mechanisms, channelBinding);
  const clientNonce = randomBytes(CLIENT_NONCE_BYTES).toString('base64');
  // "SASL Authentication": the user name of the StartupMessage counts, not this one.
  const clientFirstBare = `n=*,r=${clientNonce}`;
  const binding = Buffer.concat([Buffer.from(header), data]).toString('base64');
  return { mechanism, clientFirst: header + clientFirstBare, clientFirstBare, clientNonce, binding };
}

/** Throws ScramRefused: malformed, a foreign nonce, or more than 100,000 iterations. */
export async function answerScramServer(
  { clientFirstBare, clientNonce, binding }: ScramStarted,
  serverFirst: string,
  { password, keys }: { readonly password: string; readonly keys: ScramKeys },
): Promise<ScramAnswered> {
  const [, nonce, salt, iterationsText] = SERVER_FIRST.exec(serverFirst) ?? [];
  if (nonce === undefined || salt === undefined) throw new ScramRefused('malformed server-first-message');
  if (!nonce.startsWith(clientNonce) || nonce === clientNonce) throw new ScramRefused('the nonce is not ours');
  const iterations = Number(iterationsText);
  if (iterations > MAX_ITERATIONS) throw new ScramRefused(`${iterations} iterations are too many`);

  const { clientKey, serverKey } = await keys.derive(password, { salt: Buffer.from(salt, 'base64'), iterations });
  const withoutProof = `c=${binding},r=${nonce}`;
  const authMessage = `${clientFirstBare},${serverFirst},${withoutProof}`;
  const proof = xor(clientKey, hmac(sha256(clientKey), authMessage));
  return {
    clientFinal: `${withoutProof},p=${proof.toString('base64')}`,
    serverSignature: hmac(serverKey, authMessage),
  };
}

/** Throws ScramRefused unless the server has proved that it knows the password too. */
export function finishScramClient({ serverSignature }: ScramAnswered, serverFinal: string): void {
  const [, signature] = SERVER_FINAL.exec(serverFinal) ?? [];
  if (signature === undefined) throw new ScramRefused('the server ended without a signature');
  if (!Buffer.from(signature, 'base64').equals(serverSignature)) throw new ScramRefused('wrong server signature');
}

// RFC 5802 6. NOTE: `n` is never sent over TLS, not even for a certificate that cannot be bound to:
// an attacker in between could present such a certificate on purpose.
function chooseMechanism(mechanisms: readonly string[], channelBinding: ChannelBinding | null) {
  const plain = { mechanism: SCRAM_SHA_256, data: Buffer.alloc(0) };
  if (channelBinding !== null && mechanisms.includes(SCRAM_SHA_256_PLUS)) {
    if (channelBinding.kind === 'none') throw new ScramRefused('the certificate’s signature names no hash to bind to');
    return { mechanism: SCRAM_SHA_256_PLUS, header: `p=${channelBinding.kind},,`, data: channelBinding.data };
  }
  if (!mechanisms.includes(SCRAM_SHA_256)) throw new ScramRefused(`only ${SCRAM_SHA_256} and -PLUS are supported`);
  return { ...plain, header: channelBinding === null ? 'n,,' : 'y,,' };
}
