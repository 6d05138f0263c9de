// Finds the port to listen on: the configured one, or a free one where the default is taken.

import { once } from 'node:events';
import { createServer } from 'node:net';

export interface Addresses {
  readonly pg: { readonly host: string; readonly port: number };
  readonly http: { readonly host: string; readonly port: number; readonly url: string };
  /** One-time link for the first operator; null once there is one. */
  readonly setUpUrl: string | null;
}

export interface PortWish {
  readonly host: string;
  readonly port: number;
  /** False for a configured port: it is returned unchanged, and listening on it may fail. */
  readonly portMayDiffer: boolean;
}

/** The given port, or the next free one above it, or any free one. */
export async function usablePort({ host, port, portMayDiffer }: PortWish): Promise<number> {
  if (!portMayDiffer) return port === 0 ? await freePort(host) : port;
  for (const candidate of [port, port + 1, port + 2]) {
    if (await isFree(host, candidate)) return candidate;
  }
  return await freePort(host);
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** A port that nothing listens on now; another process may still take it before the caller does. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port could be had');
  return address.port;
}
