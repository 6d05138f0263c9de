// A TCP hop that reports each chunk that passes, for tests that count what is said.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type Direction = 'to_server' | 'to_client';

/** Called once for each connection; returns what is called with each of its chunks, in order. */
export type Tap = () => (direction: Direction, chunk: Buffer) => void;

export interface TappedRelay extends AsyncDisposable {
  readonly port: number;
}

/** Listens on a free port of loopback. */
export async function startTappedRelay(targetPort: number, tap: Tap): Promise<TappedRelay> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const report = tap();
    const carry = (from: Socket, to: Socket, direction: Direction) => {
      sockets.add(from);
      from.on('data', (chunk: Buffer) => {
        report(direction, chunk);
        to.write(chunk);
      });
      from.on('end', () => to.end());
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    };
    carry(client, target, 'to_server');
    carry(target, client, 'to_client');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
