// Two ends of one TCP connection on loopback, as the gateway has them: half-open, without delay.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { surviveErrors } from '../../src/wire/wait-on-stream.ts';

export interface SocketPair extends AsyncDisposable {
  /** The end that the code under test holds. */
  readonly near: Socket;
  /** The peer's end. */
  readonly far: Socket;
}

export async function socketPair(): Promise<SocketPair> {
  const server = await listenOnLoopback();
  const far = connect({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  const [near]: Socket[] = await once(server, 'connection');
  server.close();
  if (near === undefined) throw new Error('no connection');
  for (const socket of [near, far]) surviveErrors(socket);
  return {
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      near.destroy();
      far.destroy();
    },
  };
}

/** A server that accepts half-open connections and nothing else; the caller closes it. */
export async function listenOnLoopback(): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** A port of loopback on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await listenOnLoopback();
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Everything that comes until the peer's FIN. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).resume();
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

/** Exactly so many bytes, which may come in pieces; more are an error. */
export async function readBytes(socket: Socket, count: number): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < count) {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) await once(socket, 'readable');
    else bytes = Buffer.concat([bytes, chunk]);
  }
  if (bytes.length > count) throw new Error(`expected ${count} bytes, got ${bytes.length}`);
  return bytes;
}
