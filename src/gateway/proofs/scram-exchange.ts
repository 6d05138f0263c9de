// Asks a client for proof of a password by SCRAM, bound to TLS where both sides can.

import { authenticationSasl, authenticationSaslContinue } from '../../protocol/backend-messages.ts';
import { MAX_SASL_MESSAGE_BYTES, parseSaslInitialResponse } from '../../protocol/frontend-messages.ts';
import { finishScram, type ScramFailure, scramMechanisms, startScram } from '../../protocol/scram-server.ts';
import type { ScramVerifier } from '../../protocol/scram-verifier.ts';
import { tlsServerEndPoint } from '../../protocol/tls-server-end-point.ts';
import type { TlsFacts } from '../../wire/accept-tls.ts';
import type { LiveSession } from '../session/live-session.ts';
import { readPasswordMessage } from './read-password-message.ts';

export type ScramOutcome =
  /** The client waits for `serverFinal`. */
  | { readonly kind: 'proved'; readonly serverFinal: string }
  | { readonly kind: 'failed'; readonly reason: ScramFailure };

/**
 * The client has no answer yet, whatever the outcome. A failed exchange takes the same steps for a
 * known and an unknown name. Throws ClientGone, which is no attempt, and ProtocolViolation.
 */
export async function exchangeScram(
  session: LiveSession,
  { tls, verifier }: { readonly tls: TlsFacts; readonly verifier: ScramVerifier },
  limitMs: number,
): Promise<ScramOutcome> {
  const { line } = session.client;
  const channelBinding = tlsServerEndPoint(tls.certificateDer);
  const read = () => readPasswordMessage(session, MAX_SASL_MESSAGE_BYTES, limitMs);

  line.continueSasl(authenticationSasl(scramMechanisms(channelBinding)));
  const { mechanism, data } = parseSaslInitialResponse(await read());
  const started = startScram({ mechanism, clientFirst: data ?? Buffer.alloc(0), channelBinding, verifier });
  if (started.kind === 'failed') return started;

  line.continueSasl(authenticationSaslContinue(started.serverFirst));
  const finished = finishScram(started.exchange, await read());
  return finished.kind === 'failed' ? finished : { kind: 'proved', serverFinal: finished.serverFinal };
}
