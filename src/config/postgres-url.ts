// What a Postgres URL, a JDBC URL or a conninfo string says, with libpq's meaning. Reads no files.

import { Secret } from '../secret.ts';

export const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

export interface PostgresServer {
  /** A name, an address without brackets, or the folder of a Unix socket, which begins with `/`. */
  readonly host: string;
  readonly port: number;
}

export interface PostgresUrl {
  readonly servers: readonly [PostgresServer, ...PostgresServer[]];
  readonly user: string | null;
  readonly password: Secret | null;
  readonly database: string | null;
  /** Null: not said. */
  readonly sslMode: SslMode | null;
  /** A path, or `system` for the well-known authorities. */
  readonly sslRootCert: string | null;
  readonly sslCert: string | null;
  readonly sslKey: string | null;
  readonly options: string | null;
  readonly targetSessionAttrs: string | null;
}

/** The message names the parameter and holds no other part of the text, which has a password. */
export class PostgresUrlProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PostgresUrlProblem';
  }
}

const DEFAULT_PORT = 5432;
const USED = new Set(
  'host port user password dbname sslmode sslrootcert sslcert sslkey options target_session_attrs'.split(' '),
);
/** docs/operate.md, "Postgres URLs": Postern has values of its own for these. */
const OWN_VALUES =
  /^(application_name|fallback_application_name|connect_timeout|keepalives\w*|tcp_user_timeout|client_encoding|gssencmode|channel_binding|sslcompression|sslsni)$/;
const SESSION_ATTRS = /^(any|read-write|read-only|primary|standby|prefer-standby)$/;
/** pgjdbc's names of what libpq calls otherwise. */
const JDBC_SESSION_ATTRS: Readonly<Record<string, string>> = {
  any: 'any',
  primary: 'primary',
  master: 'primary',
  secondary: 'standby',
  slave: 'standby',
  preferSecondary: 'prefer-standby',
};

// User information, hosts, path, query. WHATWG URLs have one host: `new URL` reads no list.
const URL_FORM = /^(jdbc:)?postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** Throws PostgresUrlProblem. */
export function parsePostgresUrl(text: string): PostgresUrl {
  const trimmed = text.trim();
  const form = URL_FORM.exec(trimmed);
  if (form === null && (trimmed.includes('://') || !trimmed.includes('='))) {
    throw new PostgresUrlProblem('not a URL like postgres://user:password@host:5432/database');
  }
  return urlFrom(form === null ? pairsOfConninfo(trimmed) : pairsOfUrl(form));
}

function pairsOfUrl([, jdbc, user = '', hosts = '', database = '', query = '']: RegExpExecArray) {
  const [name = '', ...password] = user.split(':');
  const pairs: Array<readonly [string, string]> = [];
  const add = (key: string, value: string) => {
    if (value !== '') pairs.push([key, decode(key, value)]);
  };
  add('user', name);
  add('password', password.join(':'));
  add('dbname', database);
  for (const server of hosts === '' ? [] : hosts.split(',')) {
    const [, bracketed, plain = '', port = ''] = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d*))?$/.exec(server) ?? [
      '',
      '',
      '',
    ];
    const host = decode('host', bracketed ?? plain);
    if (host === '') throw new PostgresUrlProblem('a host is missing, or an IPv6 address has no brackets');
    pairs.push(['host', host], ['port', port]);
  }
  for (const part of query === '' ? [] : query.split('&')) {
    const [key = '', ...value] = part.split('=');
    pairs.push(
      translated(decode('parameter', key), decode(key, value.join('=')), jdbc === undefined ? 'libpq' : 'jdbc'),
    );
  }
  return pairs;
}

/** libpq itself reads `ssl=true` as JDBC's; for JDBC it means the certificate is verified. */
function translated(key: string, value: string, dialect: 'libpq' | 'jdbc'): readonly [string, string] {
  if (key === 'ssl' && value === 'true') return ['sslmode', dialect === 'jdbc' ? 'verify-full' : 'require'];
  if (dialect === 'jdbc' && key === 'targetServerType') {
    return ['target_session_attrs', JDBC_SESSION_ATTRS[value] ?? 'unknown'];
  }
  if (dialect === 'jdbc' && key === 'ApplicationName') return ['application_name', value];
  return [key, value];
}

function urlFrom(pairs: ReadonlyArray<readonly [string, string]>): PostgresUrl {
  const values = new Map<string, string[]>();
  for (const [key, value] of pairs) {
    if (OWN_VALUES.test(key)) continue;
    if (!USED.has(key)) throw new PostgresUrlProblem(`the parameter ${cleanKey(key)} is not supported: take it out`);
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  const last = (key: string) => values.get(key)?.at(-1) || null;
  const sslMode = last('sslmode');
  const attrs = last('target_session_attrs');
  if (sslMode !== null && !isSslMode(sslMode)) {
    throw new PostgresUrlProblem(`sslmode must be one of ${SSL_MODES.join(', ')}`);
  }
  if (attrs !== null && !SESSION_ATTRS.test(attrs)) throw new PostgresUrlProblem('target_session_attrs is not known');
  const sslRootCert = last('sslrootcert');
  if (sslRootCert === 'system' && sslMode !== null && sslMode !== 'verify-full') {
    throw new PostgresUrlProblem(`sslrootcert=system needs sslmode=verify-full, not ${sslMode}`);
  }
  if ((last('sslcert') === null) !== (last('sslkey') === null)) {
    throw new PostgresUrlProblem('sslcert and sslkey must be given together');
  }
  const password = last('password');
  return {
    servers: serversOf(values.get('host') ?? [], values.get('port') ?? []),
    user: last('user'),
    password: password === null ? null : new Secret(password),
    database: last('dbname'),
    sslMode: sslMode ?? (sslRootCert === 'system' ? 'verify-full' : null),
    sslRootCert,
    sslCert: last('sslcert'),
    sslKey: last('sslkey'),
    options: last('options'),
    targetSessionAttrs: attrs,
  };
}

/** As in libpq: as many ports as hosts, or one for all of them. */
function serversOf(hosts: readonly string[], ports: readonly string[]): PostgresUrl['servers'] {
  const names = hosts.flatMap((host) => host.split(',')).filter((host) => host !== '');
  const numbers = ports.flatMap((port) => port.split(','));
  if (numbers.length > 1 && numbers.length !== names.length) {
    throw new PostgresUrlProblem('there are not as many ports as hosts');
  }
  const [first, ...others] = names.map((host, index) => ({
    host,
    port: portFrom(numbers[numbers.length === 1 ? 0 : index] ?? ''),
  }));
  if (first === undefined) throw new PostgresUrlProblem('it names no host');
  return [first, ...others];
}

function portFrom(text: string): number {
  const port = text === '' ? DEFAULT_PORT : Number(text);
  if (!/^\d*$/.test(text) || port < 1 || port > 65_535)
    throw new PostgresUrlProblem('a port is not a number up to 65535');
  return port;
}

function isSslMode(text: string): text is SslMode {
  return SSL_MODES.some((mode) => mode === text);
}

function decode(what: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new PostgresUrlProblem(`${cleanKey(what)} is badly percent-encoded: write % as %25`);
  }
}

function cleanKey(key: string): string {
  return /^\w{1,40}$/.test(key) ? key : 'with a strange name';
}

// PostgreSQL documentation, "Keyword/Value Connection Strings": spaces around = are allowed; a
// value is quoted by ' where it is empty or has spaces; \ escapes ' and itself.
const CONNINFO_PAIR = /^\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/;

function pairsOfConninfo(text: string): Array<readonly [string, string]> {
  const pairs: Array<readonly [string, string]> = [];
  for (let rest = text.trim(); rest !== ''; ) {
    const [whole, key, quoted, plain = ''] = CONNINFO_PAIR.exec(rest) ?? [];
    if (whole === undefined || key === undefined) {
      throw new PostgresUrlProblem('not pairs like host=db.example.com user=app');
    }
    pairs.push([key, (quoted ?? plain).replace(/\\(.)/g, '$1')]);
    rest = rest.slice(whole.length).trimStart();
  }
  return pairs;
}
