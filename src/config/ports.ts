// Finds the port to listen on: the configured one, or a free one where the default is taken.

import { randomInt } from 'node:crypto';
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

// ip(7): Linux gives the ports from 32768 on to connections that go out, many a second.
const UNASKED_PORTS = { first: 10_000, end: 32_768 };
const TRIES = 50;

/**
 * A port that nothing listens on now, and that no connection of this machine is given before the
 * caller listens on it; another process that wants it may still take it.
 */
export async function freePort(host: string): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = randomInt(UNASKED_PORTS.first, UNASKED_PORTS.end);
    if (await isFree(host, port)) return port;
  }
  throw new Error('no TCP port could be had');
}
