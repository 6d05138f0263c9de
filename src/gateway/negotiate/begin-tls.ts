// The two ways into TLS, within the bound on concurrent handshakes.

import type { Socket } from 'node:net';
import { ProtocolViolation } from '../../protocol/protocol-violation.ts';
import { type AcceptTlsOptions, acceptTls, type TlsFacts } from '../../wire/accept-tls.ts';
import { readStartupPacket } from '../../wire/read-startup-packet.ts';
import type { TlsCertificates } from '../../wire/tls-certificates.ts';
import { ClientGone } from '../client/client.ts';
import type { GatewayParts, GatewayTimes } from '../session/gateway-parts.ts';
import type { Asking } from '../session/key-asking.ts';

/** `direct`: the ClientHello came first of all (PostgreSQL 17). */
export type TlsStart = 'after_ssl_request' | 'direct';

interface TlsBeginning {
  readonly start: TlsStart;
  readonly certificates: TlsCertificates;
  /** The client's, by which slots for handshakes are shared out. */
  readonly address: string;
  readonly signal: AbortSignal;
}

interface HandshakeParts extends Pick<GatewayParts, 'handshakes' | 'keyAsking' | 'log'> {
  readonly times: Pick<GatewayTimes, 'handshakeMs'>;
}

/** Throws ProtocolViolation, ClientTlsFailed, ClientGone, TimeLimitExceeded or the reason. */
export async function beginTls(
  plain: Socket,
  { start, certificates, address, signal }: TlsBeginning,
  parts: HandshakeParts,
): Promise<{ readonly socket: Socket; readonly tls: TlsFacts }> {
  if (start === 'after_ssl_request') await agreeToTls(plain, signal);
  const kind = start === 'direct' ? 'direct' : 'after_client_hello';
  return await parts.keyAsking.inTurn({ address, signal }, (inTurn, asking) =>
    parts.handshakes.run({ address, signal: inTurn }, (undisturbed) =>
      handshake(plain, { kind, certificates, address, signal: undisturbed, asking }, parts),
    ),
  );
}

interface HandshakeBeginning extends Omit<TlsBeginning, 'start'> {
  readonly kind: AcceptTlsOptions['kind'];
  readonly asking: Asking;
}

async function handshake(
  plain: Socket,
  { kind, certificates, address, signal, asking }: HandshakeBeginning,
  { keyAsking, log, times }: HandshakeParts,
): Promise<{ readonly socket: Socket; readonly tls: TlsFacts }> {
  const { asksForKey, end } = keyAsking.begin(address, asking);
  const bytesBefore = plain.bytesRead;
  try {
    return await acceptTls(plain, certificates, { kind, asksForKey, signal, limitMs: times.handshakeMs });
  } finally {
    const bytes = plain.bytesRead - bytesBefore;
    if (end(bytes)) log.warn({ event: 'tls.long_handshake', address, bytes }, 'fewer keys are asked for there now');
  }
}

// Waits for the ClientHello without a handshake slot: a peer that only opens connections must not
// take one from others.
async function agreeToTls(plain: Socket, signal: AbortSignal): Promise<void> {
  // NOTE: bytes behind an SSLRequest came in clear text; fed into TLS they would count as the
  // client's (CVE-2021-23214).
  if (plain.readableLength > 0) {
    throw new ProtocolViolation('not_postgres', 'received unencrypted data after SSL request');
  }
  plain.write('S');
  const { kind } = await readStartupPacket(plain, signal);
  // Do not spend a handshake slot on a client that has already hung up.
  if (kind === 'closed') throw new ClientGone();
  if (kind === 'packet') throw new ProtocolViolation('not_postgres', 'startup packet where TLS was agreed on');
}
