// The command that a person types to connect through this installation.

import type { Config } from './config.ts';
import type { PublicAddress } from './public-address.ts';

// PostgreSQL: psql's default port
const DEFAULT_PG_PORT = 5432;

/** `psql -h pg.example.com`, with the port where psql would not take it by itself. */
export function psqlCommand({ pg }: Pick<Config, 'pg'>, { url }: Pick<PublicAddress, 'url'>): string {
  const host = pg.publicHost ?? new URL(url).hostname;
  return pg.port === DEFAULT_PG_PORT ? `psql -h ${host}` : `psql -h ${host} -p ${pg.port}`;
}
