// A listener alone in a process, for a test that takes its file descriptors away: answers every
// byte with itself.

import { ConnectionListener } from '../../src/gateway/connection-listener.ts';
import { createLog } from '../../src/log.ts';

const listener = new ConnectionListener({
  host: '127.0.0.1',
  port: 0,
  mostSockets: 10_000,
  makeRoom: () => false,
  pauseMs: 100,
  log: createLog('silent'),
  handle: (socket) =>
    new Promise((resolve) => {
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.pipe(socket);
    }),
});
const { port } = await listener.listen();
process.stdout.write(`${port}\n`);
