// A proxy before Redis that can drop the reply of a script and cut the connection, so that the
// client cannot know whether the script ran.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface ReplyLosingProxy extends AsyncDisposable {
  readonly url: string;
  /**
   * Resolves when this script has run and its reply was dropped. Redis must already know the
   * script.
   */
  loseReplyTo(script: string): Promise<void>;
}

export async function startReplyLosingProxy(redisUrl: string): Promise<ReplyLosingProxy> {
  const target = new URL(redisUrl);
  const sockets = new Set<Socket>();
  let loss: { digest: string; onLost: () => void } | null = null;
  const server = createServer((client) => {
    const redis = connect(Number(target.port), '127.0.0.1');
    let isDoomed = false;
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('close', () => redis.destroy());
    client.on('data', (bytes) => {
      isDoomed ||= loss !== null && bytes.includes(loss.digest);
      redis.write(bytes);
    });
    redis.on('data', (bytes) => {
      if (!isDoomed) return void client.write(bytes);
      client.destroy();
      loss?.onLost();
      loss = null;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  const url = new URL(redisUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    loseReplyTo: (script) =>
      new Promise((resolve) => {
        loss = { digest: createHash('sha1').update(script).digest('hex'), onLost: resolve };
      }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
