// A TCP hop that a test can hold, cut and count: a slow network, a balancer, a server that goes away. Reads nothing of what
// passes through.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface TcpRelay extends AsyncDisposable {
  readonly port: number;
  /** Accepted so far. */
  readonly connectionCount: number;
  /** From now on no byte passes in either direction; connections are still accepted. */
  hold(): void;
  /** What was held passes now. */
  release(): void;
  /** Connections of now carry nothing any more, and nobody is told, as behind a firewall that forgot them; later ones work. */
  freeze(): void;
  /** Ends every connection with a reset, as a network that fails. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on a free port of loopback; with several targets each connection goes to the next one in turn. */
export async function startTcpRelay(...targetPorts: readonly number[]): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  const state = { connectionCount: 0, isHeld: false };
  const join = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const targetPort = targetPorts[state.connectionCount % targetPorts.length] ?? 0;
    state.connectionCount += 1;
    const target = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      join(from);
      carry(from, to, () => state.isHeld || frozen.has(from));
      from.on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return {
    port: portOf(server),
    get connectionCount() {
      return state.connectionCount;
    },
    hold: () => {
      state.isHeld = true;
      for (const socket of sockets) socket.pause();
    },
    release: () => {
      state.isHeld = false;
      for (const socket of sockets) if (!frozen.has(socket)) socket.resume();
    },
    freeze: () => {
      for (const socket of sockets) frozen.add(socket.pause());
    },
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function carry(from: Socket, to: Socket, isHeld: () => boolean): void {
  from.on('data', (bytes) => {
    if (!to.write(bytes)) from.pause();
  });
  to.on('drain', () => {
    if (!isHeld()) from.resume();
  });
  from.on('end', () => to.end());
  if (isHeld()) from.pause();
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return address.port;
}
