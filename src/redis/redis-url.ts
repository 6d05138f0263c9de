// Parses Redis URLs: one server, Sentinels or a Cluster, with or without TLS.

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

export interface RedisTarget {
  readonly kind: 'server' | 'sentinel' | 'cluster';
  /** The server itself, or the Sentinels or Cluster members to ask first. */
  readonly seeds: readonly [RedisAddress, ...RedisAddress[]];
  readonly username: string | null;
  readonly password: string | null;
  /** Of the Sentinels themselves, which have none by default. */
  readonly sentinelPassword: string | null;
  /** The name that Sentinels know the master by; null without Sentinels. */
  readonly masterName: string | null;
  readonly database: number;
  /** The path of a private authority's certificate, if any; null: clear text. */
  readonly tls: { readonly caPath: string | null } | null;
}

// scheme, kind, user information, hosts, path, query. WHATWG URLs have one host, so `new URL`
// cannot read these.
const FORM = /^redis(s?)(?:-(sentinel|cluster))?:\/\/(?:([^/?#]*)@)?([^/?#@]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/;
const DATABASE = /^\d{1,5}$/;
const HIGHEST_PORT = 65_535;
const REDIS_PORT = 6_379;
const SENTINEL_PORT = 26_379;

/** `redis[s][-sentinel|-cluster]://…@h1:p[,h2:p][/master][/db]?ca=&sentinel_password=`, or null. */
export function parseRedisUrl(url: string): RedisTarget | null {
  const [, tls, kind = 'server', userInfo, hosts = '', path = '', query = ''] = FORM.exec(url) ?? [];
  if (kind !== 'server' && kind !== 'sentinel' && kind !== 'cluster') return null;
  const [first, ...others] = hosts.split(',').map((text) => parseAddress(text, kind));
  const place = parsePath(path, kind);
  const login = parseUserInfo(userInfo);
  const isListAllowed = kind !== 'server' || others.length === 0;
  if (!first || others.includes(null) || place === null || login === null || !isListAllowed) return null;
  const parameters = new URLSearchParams(query);
  return {
    kind,
    seeds: [first, ...others.filter((address) => address !== null)],
    ...login,
    sentinelPassword: kind === 'sentinel' ? parameters.get('sentinel_password') : null,
    ...place,
    tls: tls === 's' ? { caPath: parameters.get('ca') } : null,
  };
}

function parseAddress(text: string, kind: RedisTarget['kind']): RedisAddress | null {
  const [, ipv6, name, digits] = ADDRESS.exec(text) ?? [];
  const host = ipv6 ?? name;
  const port = digits === undefined ? (kind === 'sentinel' ? SENTINEL_PORT : REDIS_PORT) : Number(digits);
  return host === undefined || port < 1 || port > HIGHEST_PORT ? null : { host, port };
}

function parsePath(path: string, kind: RedisTarget['kind']): Pick<RedisTarget, 'masterName' | 'database'> | null {
  const parts = path === '' ? [] : path.split('/').map(decoded);
  const masterName = kind === 'sentinel' ? (parts.shift() ?? '') : null;
  const [database = '0', ...rest] = parts;
  if (masterName === '' || database === null || rest.length > 0 || !DATABASE.test(database)) return null;
  // A Cluster has database 0 only.
  if (kind === 'cluster' && Number(database) !== 0) return null;
  return { masterName, database: Number(database) };
}

function parseUserInfo(text: string | undefined): Pick<RedisTarget, 'username' | 'password'> | null {
  if (text === undefined) return { username: null, password: null };
  const separator = text.indexOf(':');
  const username = decoded(separator === -1 ? text : text.slice(0, separator));
  const password = decoded(separator === -1 ? '' : text.slice(separator + 1));
  return username === null || password === null ? null : { username: username || null, password: password || null };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
