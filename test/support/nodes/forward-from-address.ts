// A port that leads to a node as if its clients were at another address, by a PROXY header.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Environment of a node that believes it. */
export const BEHIND_FORWARDS = { POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.0/8' };

export interface Forward {
  readonly address: string;
  readonly pgPort: number;
  close(): void;
}

export async function forwardFrom(address: string, { pgPort }: { readonly pgPort: number }): Promise<Forward> {
  const [family, own] = address.includes(':') ? ['TCP6', '::1'] : ['TCP4', '127.0.0.1'];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const node = connect({ port: pgPort, host: '127.0.0.1', noDelay: true });
    node.write(`PROXY ${family} ${address} ${own} 50000 5432\r\n`);
    client.pipe(node).pipe(client);
    for (const [socket, other] of [
      [client, node],
      [node, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const listening = server.address();
  if (listening === null || typeof listening === 'string') throw new Error('expected a TCP address');
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { address, pgPort: listening.port, close };
}
