// The client's side of TLS towards an upstream, asked for as Postgres does it.

import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { serialize } from 'pg-protocol';
import { TimeLimitExceeded, withTimeLimit } from '../../async/time-limit.ts';
import { PosternError } from '../../errors.ts';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import { takeAvailableBytes } from '../take-bytes.ts';
import { connectTls, connectTlsBounded } from './bounded-handshake.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { PinnedAddress } from './dial-address.ts';
import { verifiesCertificate } from './upstream-target.ts';

const TLS_LIMIT_MS = 5_000;
const SSL_YES = 0x53;
const SSL_NO = 0x4e;

interface SecureTarget {
  readonly name: string;
  readonly address: PinnedAddress;
  readonly tls: Exclude<UpstreamTls, { readonly mode: 'disable' }>;
  readonly namedBy: NamedBy;
}

/** A tenant's server may be made to cost much (`bounded-handshake.ts`). */
export type NamedBy = 'operator' | 'tenant';

/** Throws PosternError `upstream_tls`, `_protocol`, `_unreachable`. The caller destroys `plain`. */
export async function secureUpstream(plain: Socket, target: SecureTarget, signal: AbortSignal): Promise<TLSSocket> {
  try {
    return await withTimeLimit(TLS_LIMIT_MS, signal, async (limited) => {
      await askForTls(plain, target, limited);
      return await handshake(plain, target, limited);
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PosternError) throw error;
    const cause =
      error instanceof TimeLimitExceeded
        ? new ConnectFailure('silent', 'TLS took too long', error)
        : new ConnectFailure('closed', 'connection lost before TLS', error);
    throw new PosternError('upstream_unreachable', { params: { compute: target.name }, cause });
  }
}

async function askForTls(plain: Socket, { name }: SecureTarget, signal: AbortSignal): Promise<void> {
  plain.write(serialize.requestSsl());
  const answer = await takeAvailableBytes(plain, signal);
  if (answer === null) throw new ConnectFailure('closed', 'closed after SSLRequest');
  const params = { compute: name };
  if (answer[0] === SSL_NO) throw new PosternError('upstream_tls', { params, cause: new Error('TLS is not offered') });
  // NOTE: bytes behind the S came in clear text and would count as the upstream's (CVE-2021-23222).
  if (answer[0] !== SSL_YES || answer.length > 1 || plain.readableLength > 0) {
    throw new PosternError('upstream_protocol', { params, cause: new Error('unexpected answer to SSLRequest') });
  }
}

async function handshake(plain: Socket, target: SecureTarget, signal: AbortSignal): Promise<TLSSocket> {
  try {
    // Throws where the catalogue's certificates cannot be read.
    const secure = target.namedBy === 'tenant' ? connectTlsBounded : connectTls;
    return await secure(plain, tlsOptions(target), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new PosternError('upstream_tls', { params: { compute: target.name }, cause: error });
  }
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
