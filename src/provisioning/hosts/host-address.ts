// How a host is reached: by people's connections, and by Postern as the operator's role.

import type pg from 'pg';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import type { Secret } from '../../secret.ts';
import { parseUpstreamUrl } from './upstream-url.ts';

export interface HostAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: UpstreamTls;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const ADMIN_DATABASE = 'postgres';
/** NOTE: these override what a database’s owner sets. A dead node must not hold its lock. */
const SESSION_OPTIONS = {
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  role: 'none',
  search_path: 'pg_catalog,pg_temp',
  lock_timeout: '0',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
} as const;

export function hostAddress(url: Secret): HostAddress {
  const { host, port, tls } = parseUpstreamUrl(url);
  return { host, port, tls };
}

/** How Postern connects: to the given database, else to the URL's, else to `postgres`. */
export function adminConnection(url: Secret, database?: string): pg.ClientConfig {
  const { host, port, user, password, tls, ...named } = parseUpstreamUrl(url);
  const namesDatabase = new URL(url.reveal()).pathname.length > 1;
  return {
    host,
    port,
    user,
    password: password?.reveal(),
    database: database ?? (namesDatabase ? named.database : ADMIN_DATABASE),
    ssl: tls.mode === 'disable' ? false : { rejectUnauthorized: tls.mode !== 'require' },
    application_name: 'postern',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    options: Object.entries(SESSION_OPTIONS)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  };
}
