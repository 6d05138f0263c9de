// A TCP hop that a test can hold, cut and count: a slow network, a balancer, a server that goes
// away.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface TcpRelay extends AsyncDisposable {
  readonly port: number;
  /** Accepted so far. */
  readonly connectionCount: number;
  /** Holds all bytes in both directions; connections are still accepted. */
  hold(): void;
  /** Lets held bytes pass. */
  release(): void;
  /**
   * Silently drops all bytes of present connections, like a firewall that lost its state; later
   * ones work.
   */
  freeze(): void;
  /** Resets every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on a free port of loopback; several targets are used in turn. */
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
