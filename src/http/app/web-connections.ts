// Limits HTTP connections in total, so that file descriptors remain for psql, and per address.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { normalizeAddress, parseNetworks, SHARED_NETWORK_FACTOR, terminalKey } from '../../network-address.ts';

const MOST_OF_ADDRESS = 100;
const LARGEST_SHARE = 1 / 4;

interface WebConnectionsOptions {
  readonly openFiles: number | null;
  /** CIDRs of proxies and of the machine itself. */
  readonly uncounted: readonly string[];
  /** CIDRs in which many people share an address. */
  readonly shared: readonly string[];
}

/** Closes excess connections at once and without an answer, which would be work too. */
export function limitWebConnections(server: Server, { openFiles, uncounted, shared }: WebConnectionsOptions): void {
  if (openFiles !== null) server.maxConnections = Math.floor(openFiles * LARGEST_SHARE);
  const uncountedNetworks = parseNetworks(uncounted);
  const sharedNetworks = parseNetworks(shared);
  const counts = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = normalizeAddress(socket.remoteAddress ?? '');
    if (uncountedNetworks.includes(address)) return;
    const key = terminalKey(address);
    const count = counts.get(key) ?? 0;
    if (count >= MOST_OF_ADDRESS * (sharedNetworks.includes(address) ? SHARED_NETWORK_FACTOR : 1)) {
      socket.destroy();
      return;
    }
    counts.set(key, count + 1);
    socket.once('close', () => {
      const left = (counts.get(key) ?? 1) - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    });
  });
}
