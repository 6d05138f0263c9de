// How a host is reached: by people's connections, and by Postern as the operator's role.

import type pg from 'pg';
import type { UpstreamTls } from '../../protocol/upstream-tls.ts';
import type { Secret } from '../../secret.ts';
import { verifiesCertificate } from '../../wire/dial/upstream-target.ts';
import { databaseNamedBy, parseUpstreamUrl } from './upstream-url.ts';

export interface HostAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: UpstreamTls;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const ADMIN_DATABASE = 'postgres';
/**
 * NOTE: these override what a database’s owner sets, who may set whatever every role may. A library
 * that does not exist would end every connect. A dead node must not hold its lock.
 */
const SESSION_OPTIONS = {
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  default_transaction_isolation: 'read\\ committed',
  exit_on_error: 'off',
  idle_in_transaction_session_timeout: '0',
  local_preload_libraries: '',
  role: 'none',
  search_path: 'pg_catalog,pg_temp',
  standard_conforming_strings: 'on',
  synchronous_commit: 'on',
  lock_timeout: '0',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '0',
} as const;

const BY_OPERATOR = { ca: null, author: 'operator' } as const;

export function hostAddress(url: Secret): HostAddress {
  const { host, port, tls } = parseUpstreamUrl(url, BY_OPERATOR);
  return { host, port, tls };
}

/** How Postern connects: to the given database, else to the URL's, else to `postgres`. */
export function adminConnection(url: Secret, database?: string): pg.ClientConfig {
  const { host, port, user, password, tls } = parseUpstreamUrl(url, BY_OPERATOR);
  return {
    host,
    port,
    user,
    password: password?.reveal(),
    database: database ?? databaseNamedBy(url) ?? ADMIN_DATABASE,
    ssl: adminTls(tls),
    application_name: 'postern',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    options: Object.entries(SESSION_OPTIONS)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  };
}

/** As people's connections are secured, see UpstreamTls. */
function adminTls(tls: UpstreamTls): pg.ClientConfig['ssl'] {
  if (tls.mode === 'disable') return false;
  const { ca, clientCertificate: own } = tls;
  return {
    rejectUnauthorized: verifiesCertificate(tls),
    ...(ca === null ? {} : { ca }),
    ...(tls.mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(own === null ? {} : { cert: own.cert, key: own.key.reveal() }),
  };
}
