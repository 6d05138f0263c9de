// The client's address: the far end of its socket, or the one in a balancer's PROXY header.

import type { Socket } from 'node:net';
import { type NetworkList, normalizeAddress } from '../../network-address.ts';
import { readProxyHeader } from '../../wire/read-proxy-header.ts';

/** The address is normalised. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

/** The far end of the socket itself. */
export function peerOf(socket: Socket): Peer {
  return { address: normalizeAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 };
}

/**
 * The client behind a balancer, from the PROXY header that a listed balancer must send; the
 * balancer's own health check has the balancer's address. Throws ProtocolViolation for a missing or
 * broken header.
 */
export async function learnPeer(socket: Socket, balancers: NetworkList, signal: AbortSignal): Promise<Peer> {
  const direct = peerOf(socket);
  if (!balancers.includes(direct.address)) return direct;
  const source = await readProxyHeader(socket, signal);
  return source.kind === 'local' ? direct : { address: normalizeAddress(source.address), port: source.port };
}
