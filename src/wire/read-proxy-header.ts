// Reads the PROXY header that a listed balancer puts before a client's bytes. The gateway decides
// which balancers are listed.

import type { Duplex } from 'node:stream';
import { ProtocolViolation } from '../protocol/protocol-violation.ts';
import { type ProxySource, parseProxyHeader } from '../protocol/proxy-header.ts';
import { type Taken, takeBytes } from './take-bytes.ts';

/**
 * The client's bytes stay in the socket. `local` is the balancer's own health check. Throws
 * ProtocolViolation `not_postgres`, the signal's reason or the socket's error.
 */
export async function readProxyHeader(socket: Duplex, signal: AbortSignal): Promise<ProxySource> {
  const source = await takeBytes(socket, judgeProxyHeader, signal);
  if (source === null) throw new ProtocolViolation('not_postgres', 'closed before a PROXY header came');
  return source;
}

function judgeProxyHeader(bytes: Buffer): Taken<ProxySource> {
  const parsed = parseProxyHeader(bytes);
  switch (parsed.kind) {
    case 'incomplete':
      return null;
    case 'invalid':
      throw new ProtocolViolation('not_postgres', `PROXY header refused: ${parsed.reason}`);
    case 'header':
      return { value: parsed.source, usedBytes: parsed.length };
  }
}
