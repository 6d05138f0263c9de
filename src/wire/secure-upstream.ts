// The client's side of TLS towards an upstream, asked for as Postgres does it. Verifies by the names and authorities of the
// catalogue; whether TLS is wanted at all stands there, too.

import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { PosternError } from '../errors.ts';
import { encodeSslRequest } from '../protocol/upstream-packets.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { PinnedAddress } from './dial-address.ts';
import { listen } from './listen.ts';
import { nextBytes } from './take-bytes.ts';
import { TimeLimitExceeded, withTimeLimit } from './time-limit.ts';
import { type UpstreamTls, verifiesCertificate } from './upstream-target.ts';

const TLS_LIMIT_MS = 5_000;
const SSL_YES = 0x53;
const SSL_NO = 0x4e;

interface SecureTarget {
  /** The compute's name, for the error. */
  readonly name: string;
  readonly address: PinnedAddress;
  readonly tls: Exclude<UpstreamTls, { readonly mode: 'disable' }>;
}

/**
 * Throws PosternError `upstream_tls` when the far side has no TLS or the wrong certificate, `upstream_protocol` when it is
 * no Postgres, `upstream_unreachable` when it is silent, or the signal's reason. The plain socket is then the caller's to
 * destroy.
 */
export async function secureUpstream(plain: Socket, target: SecureTarget, signal: AbortSignal): Promise<TLSSocket> {
  try {
    return await withTimeLimit(TLS_LIMIT_MS, signal, async (limited) => {
      await askForTls(plain, target, limited);
      return await handshake(plain, target, limited);
    });
  } catch (error) {
    if (!(error instanceof TimeLimitExceeded)) throw error;
    throw new PosternError('upstream_unreachable', {
      params: { compute: target.name },
      cause: new ConnectFailure('timed_out', 'TLS took too long', error),
    });
  }
}

async function askForTls(plain: Socket, { name }: SecureTarget, signal: AbortSignal): Promise<void> {
  plain.write(encodeSslRequest());
  const answer = await nextBytes(plain, signal);
  const params = { compute: name };
  if (answer === null) {
    const cause = new ConnectFailure('closed', 'closed after SSLRequest');
    throw new PosternError('upstream_unreachable', { params, cause });
  }
  if (answer[0] === SSL_NO) throw new PosternError('upstream_tls', { params, cause: new Error('TLS is not offered') });
  // NOTE: bytes behind the S came in clear text and would count as the upstream's (CVE-2021-23222).
  if (answer[0] !== SSL_YES || answer.length > 1 || plain.readableLength > 0) {
    throw new PosternError('upstream_protocol', { params, cause: new Error('unexpected answer to SSLRequest') });
  }
}

function handshake(plain: Socket, target: SecureTarget, signal: AbortSignal): Promise<TLSSocket> {
  const socket = connect({ socket: plain, ...tlsOptions(target) });
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      settle(() => {
        socket.destroy();
        reject(new PosternError('upstream_tls', { params: { compute: target.name }, cause }));
      });
    const onAbort = (): void =>
      settle(() => {
        socket.destroy();
        reject(signal.reason);
      });
    const stopListening = listen(socket, {
      secureConnect: () => settle(() => resolve(socket)),
      error: fail,
      close: () => fail(new Error('closed during the handshake')),
      end: () => fail(new Error('closed during the handshake')),
    });
    const settle = (outcome: () => void): void => {
      stopListening();
      signal.removeEventListener('abort', onAbort);
      outcome();
    };
    signal.addEventListener('abort', onAbort);
  });
}

function tlsOptions({ tls, address }: SecureTarget): ConnectionOptions {
  const name = tls.serverName ?? address.host;
  return {
    // The name that is verified; SNI takes no addresses (RFC 6066 3).
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: verifiesCertificate(tls),
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(tls.clientCertificate === null
      ? {}
      : { cert: tls.clientCertificate.cert, key: tls.clientCertificate.key.reveal() }),
  };
}
