// The server's side of a TLS handshake on a socket that is open already. Whoever calls has decided that TLS comes now.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { listen } from './listen.ts';
import type { ServerCertificate, TlsCertificates } from './tls-certificates.ts';

export interface TlsFacts {
  /** As OpenSSL names it: `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  /** What the client asked for by SNI. */
  readonly serverName: string | null;
  readonly alpn: string | null;
  /** The leaf that was served on this connection, for channel binding. */
  readonly certificateDer: Buffer;
}

export interface AcceptTlsOptions {
  /** `direct` (PostgreSQL 17, sslnegotiation=direct) requires ALPN. */
  readonly kind: 'after_ssl_request' | 'direct';
  readonly signal: AbortSignal;
}

/** A client that does not speak TLS as Postgres clients do; for the log. */
export class TlsHandshakeFailed extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TlsHandshakeFailed';
  }
}

// PostgreSQL documentation, "SSL Session Encryption": the protocol's registered name.
const ALPN_PROTOCOL = 'postgresql';

/**
 * Resolves with the encrypted socket, on which nothing was read yet; bytes unshifted into the plain one are part of the
 * handshake. Throws TlsHandshakeFailed, or the signal's reason; the socket is destroyed then.
 */
export async function acceptTls(
  plain: Socket,
  certificates: TlsCertificates,
  { kind, signal }: AcceptTlsOptions,
): Promise<{ readonly socket: TLSSocket; readonly tls: TlsFacts }> {
  signal.throwIfAborted();
  let served: ServerCertificate = certificates.choose(null);
  const socket = new TLSSocket(plain, {
    isServer: true,
    secureContext: served.context,
    ALPNProtocols: [ALPN_PROTOCOL],
    SNICallback: (serverName, callback) => {
      served = certificates.choose(serverName);
      callback(null, served.context);
    },
  });
  try {
    await handshake(socket, signal);
    if (kind === 'direct' && socket.alpnProtocol !== ALPN_PROTOCOL) {
      throw new TlsHandshakeFailed('direct TLS without ALPN "postgresql"');
    }
    return { socket, tls: factsOf(socket, served) };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function handshake(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown): void =>
      settle(() => reject(new TlsHandshakeFailed(message, cause)));
    const onAbort = (): void => settle(() => reject(signal.reason));
    const stopListening = listen(socket, {
      // A server-side TLSSocket made by hand says 'secure' and never 'secureConnect'.
      secure: () => settle(resolve),
      error: (error) => fail('handshake failed', error),
      close: () => fail('the client hung up during the handshake'),
      end: () => fail('the client hung up during the handshake'),
    });
    const settle = (outcome: () => void): void => {
      stopListening();
      signal.removeEventListener('abort', onAbort);
      outcome();
    };
    signal.addEventListener('abort', onAbort);
  });
}

function factsOf(socket: TLSSocket, served: ServerCertificate): TlsFacts {
  // `servername` is false or null where the client named none.
  const serverName: unknown = Reflect.get(socket, 'servername');
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    serverName: typeof serverName === 'string' && serverName !== '' ? serverName : null,
    alpn: socket.alpnProtocol === false || socket.alpnProtocol === null ? null : socket.alpnProtocol,
    certificateDer: served.der,
  };
}
