// The server's side of SCRAM-SHA-256 and -PLUS: message in, message out. RFC 5802, RFC 7677.

import { isUtf8 } from 'node:buffer';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { hmac, type ScramVerifier, sha256, xor } from './scram-verifier.ts';
import type { ChannelBinding } from './tls-server-end-point.ts';

export const SCRAM_SHA_256 = 'SCRAM-SHA-256';
export const SCRAM_SHA_256_PLUS = 'SCRAM-SHA-256-PLUS';
const SERVER_NONCE_BYTES = 18;

// RFC 5802 7: gs2-header, then client-first-message-bare. An authzid is matched to be refused.
const CLIENT_FIRST = /^((n|y|p=[A-Za-z0-9.-]+),(a=[^,]*)?,)(n=[^,]*,r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,]*)*)$/;
const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-z]=[^,]*)*),p=([A-Za-z0-9+/]{43}=)$/;

/** For the log; the client learns of every failure alike. */
export type ScramFailure =
  | 'unknown_mechanism'
  | 'malformed'
  | 'downgrade'
  | 'wrong_channel_binding'
  | 'wrong_nonce'
  | 'wrong_proof';

export interface ScramStartInput {
  readonly mechanism: string;
  readonly clientFirst: Buffer;
  /** What this connection can bind to, and so whether -PLUS was offered. */
  readonly channelBinding: ChannelBinding;
  readonly verifier: ScramVerifier;
  /** Printable ASCII without comma; random unless given. */
  readonly serverNonce?: string;
}

/** Between the two messages of a client; holds the verifier, so it is a secret. */
export interface ScramExchange {
  readonly verifier: ScramVerifier;
  readonly clientFirstBare: string;
  readonly serverFirst: string;
  readonly nonce: string;
  /** What `c=` must be: the client's own header and the binding's bytes, base64. */
  readonly expectedBinding: string;
}

export type ScramStart =
  | { readonly kind: 'challenge'; readonly serverFirst: string; readonly exchange: ScramExchange }
  | { readonly kind: 'failed'; readonly reason: ScramFailure };

export type ScramFinish =
  | { readonly kind: 'ok'; readonly serverFinal: string }
  | { readonly kind: 'failed'; readonly reason: ScramFailure };

/** The mechanisms to offer, -PLUS first, and only where there is something to bind to. */
export function scramMechanisms(channelBinding: ChannelBinding): string[] {
  return channelBinding.kind === 'none' ? [SCRAM_SHA_256] : [SCRAM_SHA_256_PLUS, SCRAM_SHA_256];
}

/** Never throws; an unknown user gets a mock verifier in the same steps. */
export function startScram(input: ScramStartInput): ScramStart {
  const { channelBinding, verifier } = input;
  if (!scramMechanisms(channelBinding).includes(input.mechanism)) return failed('unknown_mechanism');
  if (!isUtf8(input.clientFirst)) return failed('malformed');
  const [, gs2Header = '', flag = '', authzid, clientFirstBare = '', clientNonce] =
    CLIENT_FIRST.exec(input.clientFirst.toString('utf8')) ?? [];
  if (clientNonce === undefined || authzid !== undefined) return failed('malformed');
  const problem = bindingProblem(input.mechanism, flag, channelBinding);
  if (problem !== null) return failed(problem);

  const nonce = clientNonce + (input.serverNonce ?? randomBytes(SERVER_NONCE_BYTES).toString('base64'));
  const serverFirst = `r=${nonce},s=${verifier.salt.toString('base64')},i=${verifier.iterations}`;
  const bindingData = flag.startsWith('p') && channelBinding.kind !== 'none' ? channelBinding.data : Buffer.alloc(0);
  const expectedBinding = Buffer.concat([Buffer.from(gs2Header), bindingData]).toString('base64');
  return {
    kind: 'challenge',
    serverFirst,
    exchange: { verifier, clientFirstBare, serverFirst, nonce, expectedBinding },
  };
}

/** Never throws. NOTE: only a success has a server-final, or passwords could be tested offline. */
export function finishScram(exchange: ScramExchange, clientFinal: Buffer): ScramFinish {
  if (!isUtf8(clientFinal)) return failed('malformed');
  const [, withoutProof, binding, nonce, proof] = CLIENT_FINAL.exec(clientFinal.toString('utf8')) ?? [];
  if (withoutProof === undefined || proof === undefined) return failed('malformed');
  if (binding !== exchange.expectedBinding) return failed('wrong_channel_binding');
  if (nonce !== exchange.nonce) return failed('wrong_nonce');

  const { storedKey, serverKey } = exchange.verifier;
  const authMessage = `${exchange.clientFirstBare},${exchange.serverFirst},${withoutProof}`;
  const clientKey = xor(Buffer.from(proof, 'base64'), hmac(storedKey, authMessage));
  if (!timingSafeEqual(sha256(clientKey), storedKey)) return failed('wrong_proof');
  return { kind: 'ok', serverFinal: `v=${hmac(serverKey, authMessage).toString('base64')}` };
}

// RFC 5802 6: `n` no support, `y` the client believes that we have none, `p=` binds, and then the
// mechanism must be -PLUS.
function bindingProblem(mechanism: string, flag: string, channelBinding: ChannelBinding): ScramFailure | null {
  if (mechanism === SCRAM_SHA_256_PLUS) {
    return flag === `p=${channelBinding.kind}` ? null : 'wrong_channel_binding';
  }
  if (flag.startsWith('p')) return 'wrong_channel_binding';
  // An attacker removed -PLUS from the list that we sent.
  return flag === 'y' && channelBinding.kind !== 'none' ? 'downgrade' : null;
}

function failed(reason: ScramFailure): { readonly kind: 'failed'; readonly reason: ScramFailure } {
  return { kind: 'failed', reason };
}
