// Limits HTTP connections in total, so that file descriptors remain for psql, and per address.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { normalizeAddress, parseNetworks, SHARED_NETWORK_FACTOR } from '../../network-address.ts';
import { NetworkCrowd } from '../../network-crowd.ts';

const MOST_OF_ADDRESS = 100;
const LARGEST_SHARE = 1 / 4;

interface WebConnectionsOptions {
  readonly openFiles: number | null;
  /** CIDRs of proxies and of the machine itself. */
  readonly uncounted: readonly string[];
  /** CIDRs in which many people share an address. */
  readonly shared: readonly string[];
}

interface Connection {
  readonly socket: Socket;
  /** Normalised. */
  readonly address: string;
}

/**
 * Closes excess connections at once and without an answer, which would be work too. Where all
 * places are taken, the address gives way that holds the most of them, within its networks.
 */
export function limitWebConnections(server: Server, { openFiles, uncounted, shared }: WebConnectionsOptions): void {
  const mostInTotal = openFiles === null ? Number.POSITIVE_INFINITY : Math.floor(openFiles * LARGEST_SHARE);
  const uncountedNetworks = parseNetworks(uncounted);
  const sharedNetworks = parseNetworks(shared);
  const crowd = new NetworkCrowd<Connection>();
  const open = new Set<Connection>();
  const answering = new Set<Socket>();
  // Before 'close', which comes a turn later: a crowd arrives in one turn.
  const leave = (connection: Connection): void => {
    open.delete(connection);
    crowd.delete(connection.address, connection);
  };
  const end = (connection: Connection): void => {
    leave(connection);
    connection.socket.destroy();
  };
  server.on('connection', (socket: Socket) => {
    const connection = { socket, address: normalizeAddress(socket.remoteAddress ?? '') };
    const { address } = connection;
    open.add(connection);
    socket.once('close', () => leave(connection));
    if (!uncountedNetworks.includes(address)) {
      const most = MOST_OF_ADDRESS * (sharedNetworks.includes(address) ? SHARED_NETWORK_FACTOR : 1);
      if (crowd.countOf(address) >= most) return end(connection);
      crowd.add(address, connection);
    }
    if (open.size > mostInTotal) end(toGiveWay(crowd.mostCrowded(), answering) ?? connection);
  });
  server.on('request', ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  });
}

/** The longest there without a request under way, else the newest. */
function toGiveWay(crowded: ReadonlySet<Connection>, answering: ReadonlySet<Socket>): Connection | undefined {
  const connections = [...crowded];
  return connections.find(({ socket }) => !answering.has(socket)) ?? connections.at(-1);
}
