// Where clients of a project connect: Postern itself, never the Postgres behind it. The password door takes the role's
// name and password there; a role's name leads to its project.

import type { Secret } from '../../secret.ts';
import type { ApiParts } from './api-parts.ts';

// PostgreSQL: the port that clients take by themselves
const DEFAULT_PG_PORT = 5432;

export interface ConnectionTarget {
  readonly databaseName: string;
  readonly roleName: string;
  readonly password: Secret;
}

/** `pg.example.com`, with the port where clients would not take it by themselves. */
export function connectionHost({ config, address }: Pick<ApiParts, 'config' | 'address'>): string {
  const host = config.pg.publicHost ?? new URL(address.url).hostname;
  return config.pg.port === DEFAULT_PG_PORT ? host : `${host}:${config.pg.port}`;
}

/** A URI that psql takes as it is. It holds the password. */
export function connectionUri(parts: Pick<ApiParts, 'config' | 'address'>, target: ConnectionTarget): string {
  const { databaseName, roleName, password } = target;
  const [role, secret, database] = [roleName, password.reveal(), databaseName].map(encodeURIComponent);
  const uri = `postgresql://${role}:${secret}@${connectionHost(parts)}/${database}`;
  return `${uri}?sslmode=require&channel_binding=require`;
}
