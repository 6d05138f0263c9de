// Asks the system for a port on loopback that nothing listens on.

import { once } from 'node:events';
import { createServer } from 'node:net';

/** Another process may still take it before the caller does. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP listener has an address with a port');
  return address.port;
}
