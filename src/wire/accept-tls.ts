// The server's side of a TLS handshake on a socket that is open already.

import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket, type TlsOptions } from 'node:tls';
import { ProtocolViolation } from '../protocol/protocol-violation.ts';
import type { ServerCertificate, TlsCertificates } from './tls-certificates.ts';
import { type Patience, surviveErrors, waitOnStream } from './wait-on-stream.ts';

export interface TlsFacts {
  readonly version: string;
  readonly cipher: string;
  /** What the client asked for by SNI. */
  readonly serverName: string | null;
  readonly alpn: string | null;
  /** The leaf that was served on this connection, for channel binding. */
  readonly certificateDer: Buffer;
  /** Of the key that the client proved to hold, `SHA256:…`; null where it showed no certificate. */
  readonly clientKey: string | null;
  /** False: it may have a certificate, and was not asked for it. */
  readonly isAskedForKey: boolean;
}

export interface AcceptTlsOptions extends Patience {
  /** `direct` (PostgreSQL 17) requires ALPN; `after_client_hello`: the ClientHello was put back. */
  readonly kind: 'after_ssl_request' | 'after_client_hello' | 'direct';
  /** Whether the client is asked for a certificate; one costs what its whole chain costs. */
  readonly asksForKey: boolean;
}

/** A client that does not speak TLS as Postgres clients do; for the log. */
export class ClientTlsFailed extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ClientTlsFailed';
  }
}

// PostgreSQL documentation, "SSL Session Encryption": the protocol's registered name.
const ALPN_PROTOCOL = 'postgresql';
/**
 * As it goes over the wire, and as a view that is no Buffer: of a list or a Buffer every socket
 * keeps a copy in Node's pool, and with that up to 64 KiB of the pool.
 */
const ALPN_PROTOCOLS = alpnList(ALPN_PROTOCOL);

/** Call `after_ssl_request` in the turn of the `S`: no bytes may be there. Destroys on a throw. */
export async function acceptTls(
  plain: Socket,
  certificates: TlsCertificates,
  { kind, asksForKey, signal, limitMs }: AcceptTlsOptions,
): Promise<{ readonly socket: TLSSocket; readonly tls: TlsFacts }> {
  try {
    signal.throwIfAborted();
    if (kind === 'after_ssl_request') refuseEarlyBytes(plain);
    if (plain.destroyed) throw new ClientTlsFailed('the client hung up before the handshake');
    const { socket, servedCertificate } = beginTls(plain, certificates, asksForKey ? 'asks_for_key' : 'asks_nothing');
    await handshake(socket, plain, { signal, limitMs });
    if (kind === 'direct' && socket.alpnProtocol !== ALPN_PROTOCOL) {
      throw new ClientTlsFailed('direct TLS without ALPN "postgresql"');
    }
    return { socket, tls: { ...factsOf(socket, servedCertificate()), isAskedForKey: asksForKey } };
  } catch (error) {
    plain.destroy();
    throw error;
  }
}

// RFC 7301, 3.1: each name behind its length.
function alpnList(name: string): DataView {
  return new DataView(Uint8Array.from([name.length, ...Buffer.from(name)]).buffer);
}

// NOTE: clear-text bytes must never be fed into TLS (CVE-2021-23214, CVE-2021-3935).
function refuseEarlyBytes(plain: Socket): void {
  if (plain.readableLength > 0) {
    throw new ProtocolViolation('not_postgres', 'received unencrypted data after SSL request');
  }
}

function beginTls(
  plain: Socket,
  certificates: TlsCertificates,
  asking: 'asks_for_key' | 'asks_nothing',
): { readonly socket: TLSSocket; readonly servedCertificate: () => ServerCertificate } {
  let served = certificates.choose(null);
  const chooseByName: TlsOptions['SNICallback'] = (serverName, callback) => {
    served = certificates.choose(serverName);
    callback(null, served.context);
  };
  const socket = new TLSSocket(plain, {
    isServer: true,
    secureContext: served.context,
    ALPNProtocols: ALPN_PROTOCOLS,
    // Of any issuer: the handshake proves that the client holds the key, and no more is asked.
    requestCert: asking === 'asks_for_key',
    rejectUnauthorized: false,
    // Where it makes no difference, the handshake need not stop for it.
    ...(certificates.areSeveral && { SNICallback: chooseByName }),
  });
  surviveErrors(socket);
  // Without a tls.Server around it, Node reports a broken record after the handshake by this event
  // alone: neither 'error' nor 'close' would follow, and the connection would hang.
  socket.on('_tlsError', (error: Error) => socket.destroy(new ClientTlsFailed('broken record', error)));
  return { socket, servedCertificate: () => served };
}

async function handshake(socket: TLSSocket, plain: Socket, patience: Patience): Promise<void> {
  // An end that was read before TLS took over reaches nobody but the plain socket.
  const onEarlyEnd = (): void => void socket.destroy(new Error('the client hung up before the handshake'));
  plain.once('end', onEarlyEnd);
  try {
    await waitOnStream<void>(socket, patience, ({ resolve, reject }) => ({
      // A server-side TLSSocket made by hand says 'secure' and never 'secureConnect'.
      secure: resolve,
      error: (error) => reject(new ClientTlsFailed('handshake failed', error)),
      close: () => reject(new ClientTlsFailed('the client hung up during the handshake')),
      end: () => reject(new ClientTlsFailed('the client hung up during the handshake')),
    }));
  } finally {
    plain.off('end', onEarlyEnd);
  }
}

function factsOf(socket: TLSSocket, served: ServerCertificate): Omit<TlsFacts, 'isAskedForKey'> {
  // `servername` is false or null where the client named none.
  const serverName: unknown = Reflect.get(socket, 'servername');
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    serverName: typeof serverName === 'string' && serverName !== '' ? serverName : null,
    alpn: socket.alpnProtocol === false || socket.alpnProtocol === null ? null : socket.alpnProtocol,
    certificateDer: served.der,
    clientKey: findClientKey(socket),
  };
}

/**
 * Of the public key, since a certificate is renewed and its key stays (RFC 7469 2.4). Null also for
 * one that Node cannot export. A resumed session has the certificate that it began with.
 */
function findClientKey(socket: TLSSocket): string | null {
  try {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return null;
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    return `SHA256:${createHash('sha256').update(spki).digest('base64').replace(/=+$/, '')}`;
  } catch {
    return null;
  }
}
