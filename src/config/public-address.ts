// The addresses under which browsers and clients know this installation, and psql connects to it.

import type { Config } from './config.ts';

const DEFAULT_PG_PORT = 5432;

export interface PublicAddress {
  /** Without a slash at the end. */
  readonly url: string;
  readonly isHttps: boolean;
  readonly origins: ReadonlySet<string>;
}

/** The configured address; without one, localhost under every name it has on the given port. */
export function publicAddress({ publicUrl }: Pick<Config['http'], 'publicUrl'>, port: number): PublicAddress {
  if (publicUrl !== null) {
    const { origin, protocol } = new URL(publicUrl);
    return { url: origin, isHttps: protocol === 'https:', origins: new Set([origin]) };
  }
  const origins = ['localhost', '127.0.0.1', '[::1]'].map((host) => `http://${host}:${port}`);
  return { url: `http://localhost:${port}`, isHttps: false, origins: new Set(origins) };
}

export function publicPgHost({ pg }: Pick<Config, 'pg'>, { url }: Pick<PublicAddress, 'url'>): string {
  return pg.publicHost ?? new URL(url).hostname;
}

/** `psql -h pg.example.com`, with the port where psql would not take it by itself. */
export function psqlCommand(config: Pick<Config, 'pg'>, address: Pick<PublicAddress, 'url'>): string {
  const host = publicPgHost(config, address);
  const { port } = config.pg;
  return port === DEFAULT_PG_PORT ? `psql -h ${host}` : `psql -h ${host} -p ${port}`;
}
