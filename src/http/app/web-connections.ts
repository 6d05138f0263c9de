// Limits HTTP connections in total, so that file descriptors remain for psql, and per address.

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { normalizeAddress, parseNetworks, SHARED_NETWORK_FACTOR } from '../../network-address.ts';
import { NetworkCrowd } from '../../network-crowd.ts';
import type { RequestsUnderWay } from './one-request-at-a-time.ts';

const MOST_OF_ADDRESS = 100;
const LARGEST_SHARE = 1 / 4;

interface WebConnectionsOptions {
  readonly openFiles: number | null;
  /** CIDRs of proxies and of the machine itself. */
  readonly uncounted: readonly string[];
  /** CIDRs in which many people share an address. */
  readonly shared: readonly string[];
  readonly underWay: RequestsUnderWay;
}

interface Connection {
  readonly socket: Socket;
  /** Normalised. */
  readonly address: string;
}

/**
 * Closes excess connections at once and without an answer, which would be work too: never the
 * newest, or one who holds all places of an address would keep out everybody else behind it. Where
 * all places of the node are taken, the address gives way that holds the most of them, within its
 * networks.
 */
export function limitWebConnections(
  server: Server,
  { openFiles, uncounted, shared, underWay }: WebConnectionsOptions,
): void {
  const mostInTotal = openFiles === null ? Number.POSITIVE_INFINITY : Math.floor(openFiles * LARGEST_SHARE);
  const uncountedNetworks = parseNetworks(uncounted);
  const sharedNetworks = parseNetworks(shared);
  const crowd = new NetworkCrowd<Connection>();
  const open = new Set<Connection>();
  // Before 'close', which comes a turn later: a crowd arrives in one turn.
  const leave = (connection: Connection): void => {
    open.delete(connection);
    crowd.delete(connection);
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
      crowd.add(address, connection);
      if (crowd.countOf(address) > most) end(toGiveWay(crowd.membersOf(address), { connection, underWay }));
    }
    if (open.size > mostInTotal) end(toGiveWay(crowd.mostCrowded(), { connection, underWay }));
  });
}

/**
 * The longest there without a request under way, or whose request has not wholly come, or at all;
 * the newest where it is alone.
 */
function toGiveWay(
  crowded: ReadonlySet<Connection>,
  { connection, underWay }: { readonly connection: Connection; readonly underWay: RequestsUnderWay },
): Connection {
  const others = [...crowded].filter((other) => other !== connection);
  return (
    others.find(({ socket }) => !underWay.has(socket)) ??
    others.find(({ socket }) => !underWay.hasWhole(socket)) ??
    others[0] ??
    connection
  );
}
