// A Redis-protocol server inside this process, for a machine where none is installed.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import {
  createRedisCommandExecutor,
  RedisServerState,
  Resp2Server,
  resolveCompatibilityProfile,
} from 'js-redis-server/core';
import { Secret } from '../../secret.ts';
import type { RunningRedis } from './running-redis.ts';

const DATABASE_COUNT = 1;
const PASSWORD_BYTES = 24;

export async function startInProcessRedis(): Promise<RunningRedis> {
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const profile = resolveCompatibilityProfile('redis-7.0');
  const state = new RedisServerState({ databaseCount: DATABASE_COUNT, compatibility: profile, requirepass: password });
  const executor = createRedisCommandExecutor({ compatibility: profile });
  // NOTE: the package's own listen() would bind every address of the machine.
  const { server } = new Resp2Server({ server: state, executor });
  const sockets = trackSockets(server);
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return {
    kind: 'in_process',
    url: new Secret(`redis://:${password}@127.0.0.1:${portOf(server)}`),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      state.close();
    },
  };
}

function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return address.port;
}
