// Reads the first packets and password answers of a client before it is let in.

import type { Duplex } from 'node:stream';
import { FRONTEND_HEADER_BYTES, parseFrontendHeader } from '../protocol/frontend-messages.ts';
import { ProtocolViolation } from '../protocol/protocol-violation.ts';
import { type ProxySource, parseProxyHeader } from '../protocol/proxy-header.ts';
import {
  parseStartupPacket,
  type StartupPacket,
  startupPacketLength,
  TLS_HANDSHAKE_RECORD,
} from '../protocol/startup-packet.ts';
import { type Taken, takeBytes } from './take-bytes.ts';
import type { Patience } from './wait-on-stream.ts';

export type FirstPacket =
  | { readonly kind: 'packet'; readonly packet: StartupPacket }
  | { readonly kind: 'tls_client_hello' }
  | { readonly kind: 'closed' };

const LENGTH_BYTES = 4;

/** Bytes behind it, and all of a TLS record, stay in the socket. */
export async function readStartupPacket(socket: Duplex, signal: AbortSignal): Promise<FirstPacket> {
  return (await takeBytes(socket, judgeFirstPacket, { signal })) ?? { kind: 'closed' };
}

/**
 * Null when the client closed first. Throws ProtocolViolation, unread, above `maxBodyBytes`, and
 * TimeLimitExceeded.
 */
export async function readClientMessage(
  socket: Duplex,
  { maxBodyBytes, ...patience }: Patience & { readonly maxBodyBytes: number },
): Promise<{ readonly type: string; readonly body: Buffer } | null> {
  return await takeBytes(socket, (bytes) => judgeClientMessage(bytes, maxBodyBytes), patience);
}

function judgeFirstPacket(bytes: Buffer): Taken<FirstPacket> {
  if (bytes[0] === TLS_HANDSHAKE_RECORD) return { value: { kind: 'tls_client_hello' }, usedBytes: 0 };
  if (bytes.length < LENGTH_BYTES) return null;
  const usedBytes = startupPacketLength(bytes);
  if (bytes.length < usedBytes) return null;
  const packet = parseStartupPacket(bytes.subarray(LENGTH_BYTES, usedBytes));
  return { value: { kind: 'packet', packet }, usedBytes };
}

function judgeClientMessage(bytes: Buffer, maxBodyBytes: number): Taken<{ type: string; body: Buffer }> {
  if (bytes.length < FRONTEND_HEADER_BYTES) return null;
  const { type, bodyBytes } = parseFrontendHeader(bytes, maxBodyBytes);
  const usedBytes = FRONTEND_HEADER_BYTES + bodyBytes;
  if (bytes.length < usedBytes) return null;
  return { value: { type, body: bytes.subarray(FRONTEND_HEADER_BYTES, usedBytes) }, usedBytes };
}

/** The client's bytes stay in the socket. `local` is the balancer's own health check. */
export async function readProxyHeader(socket: Duplex, signal: AbortSignal): Promise<ProxySource> {
  const source = await takeBytes(socket, judgeProxyHeader, { signal });
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
