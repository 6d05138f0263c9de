// The addresses under which browsers and clients know this installation, and psql connects to it.

import { isLoopbackName } from '../network-address.ts';
import type { Config } from './config.ts';

const DEFAULT_PG_PORT = 5432;

export interface PublicAddress {
  /** Without a slash at the end. */
  readonly url: string;
  readonly isHttps: boolean;
  /** `loopback`: only browsers on this machine, by any of its names, or through a forward. */
  readonly reach: 'loopback' | 'network';
  readonly origins: ReadonlySet<string>;
}

/** The configured address; without one, localhost on the given port. */
export function publicAddress({ publicUrl }: Pick<Config['http'], 'publicUrl'>, port: number): PublicAddress {
  if (publicUrl !== null) {
    const { origin, protocol, hostname } = new URL(publicUrl);
    const reach = isLoopbackName(hostname) ? 'loopback' : 'network';
    return { url: origin, isHttps: protocol === 'https:', reach, origins: new Set([origin]) };
  }
  const url = `http://localhost:${port}`;
  return { url, isHttps: false, reach: 'loopback', origins: new Set([url]) };
}

export function publicPgHost({ pg }: Pick<Config, 'pg'>, { url }: Pick<PublicAddress, 'url'>): string {
  return pg.publicHost ?? new URL(url).hostname;
}

/** Behind a balancer or a forward not the port of the listener. */
export function publicPgPort({ pg }: Pick<Config, 'pg'>): number {
  return pg.publicPort ?? pg.port;
}

/** `development`: drivers that verify need its authority's certificate, at AUTHORITY_PATH. */
export type CertificateKind = 'public' | 'development';
export const AUTHORITY_PATH = 'certs/ca.crt';

export function certificateKind({ pg }: Pick<Config, 'pg'>): CertificateKind {
  return pg.certPaths.length > 0 ? 'public' : 'development';
}

/** `psql -h pg.example.com`, with the port where psql would not take it by itself. */
export function psqlCommand(config: Pick<Config, 'pg'>, address: Pick<PublicAddress, 'url'>): string {
  const host = publicPgHost(config, address);
  const port = publicPgPort(config);
  return port === DEFAULT_PG_PORT ? `psql -h ${host}` : `psql -h ${host} -p ${port}`;
}
