import { describe, expect, it } from 'vitest';
import { PostgresUrlProblem, parsePostgresUrl } from '../../src/config/postgres-url.ts';

const server = (host: string, port = 5432) => ({ host, port });

/** What was said, without what was not. */
function said(text: string) {
  const { password, ...rest } = parsePostgresUrl(text);
  const values = { ...rest, password: password?.reveal() ?? null };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

describe('a Postgres URL', () => {
  it.each([
    ['postgres://a.test', { servers: [server('a.test')] }],
    [
      ' postgresql://a%40b:p%2Fq%3A@a.test:6432/my%20db\n',
      { servers: [server('a.test', 6432)], user: 'a@b', password: 'p/q:', database: 'my db' },
    ],
    ['postgres://app:a:b@a.test/x', { servers: [server('a.test')], user: 'app', password: 'a:b', database: 'x' }],
    [
      'postgres://u@a.test,b.test:5433,[2001:db8::1]:5434/x',
      { servers: [server('a.test'), server('b.test', 5433), server('2001:db8::1', 5434)], user: 'u', database: 'x' },
    ],
    [
      'postgres://u@a.test/x?sslmode=require&sslrootcert=%2Fca.crt',
      { servers: [server('a.test')], user: 'u', database: 'x', sslMode: 'require', sslRootCert: '/ca.crt' },
    ],
    [
      'postgres://u@a.test/x?sslrootcert=system',
      { servers: [server('a.test')], user: 'u', database: 'x', sslMode: 'verify-full', sslRootCert: 'system' },
    ],
    ['postgres://u@a.test/x?ssl=true', { servers: [server('a.test')], user: 'u', database: 'x', sslMode: 'require' }],
    [
      'postgres://u@a.test/x?options=-c%20search_path%3Da&target_session_attrs=read-write',
      {
        servers: [server('a.test')],
        user: 'u',
        database: 'x',
        options: '-c search_path=a',
        targetSessionAttrs: 'read-write',
      },
    ],
    [
      'postgres:///x?host=/var/run/postgresql&user=u',
      { servers: [server('/var/run/postgresql')], user: 'u', database: 'x' },
    ],
    [
      'postgres://u@%2Fvar%2Frun%2Fpostgresql/x',
      { servers: [server('/var/run/postgresql')], user: 'u', database: 'x' },
    ],
    [
      'postgres://u@a.test/x?application_name=mine&connect_timeout=10&channel_binding=require',
      { servers: [server('a.test')], user: 'u', database: 'x' },
    ],
    [
      'jdbc:postgresql://a.test:5433/x?user=u&password=p%26q&targetServerType=primary',
      { servers: [server('a.test', 5433)], user: 'u', password: 'p&q', database: 'x', targetSessionAttrs: 'primary' },
    ],
    [
      'jdbc:postgresql://a.test/x?user=u&ssl=true',
      { servers: [server('a.test')], user: 'u', database: 'x', sslMode: 'verify-full' },
    ],
    ['host=a.test', { servers: [server('a.test')] }],
    [
      "host=a.test,b.test port=1,2 user = u password='it\\'s a \\\\' dbname=x",
      { servers: [server('a.test', 1), server('b.test', 2)], user: 'u', password: "it's a \\", database: 'x' },
    ],
    ["host=a.test,b.test port=6432 dbname=''", { servers: [server('a.test', 6432), server('b.test', 6432)] }],
    ['host=a.test password=a\\ b', { servers: [server('a.test')], password: 'a b' }],
  ])('%s is read as libpq reads it', (text, expected) => {
    expect(said(text)).toEqual(expected);
  });

  it.each([
    ['mysql://u:hidden@a.test/x', /^not a URL like/],
    ['hidden', /^not a URL like/],
    ['', /^not a URL like/],
    ['postgres://', /names no host/],
    ['postgres:///x', /names no host/],
    ['user=u password=hidden', /names no host/],
    ['postgres://u:hidden@a.test:99999/x', /port/],
    ['postgres://u:hidden@a.test:0/x', /port/],
    ['postgres://u:hidden@a.test:x/x', /brackets|port|host/],
    ['postgres://u:hidden@2001:db8::1/x', /brackets/],
    ['postgres://u:hidden@a.test,/x', /host is missing/],
    ['postgres://u:hidden%@a.test/x', /password is badly percent-encoded/],
    ['postgres://u:hidden@a.test/x?sslmode=maybe', /sslmode must be one of/],
    ['postgres://u:hidden@a.test/x?sslmode=require&sslrootcert=system', /sslrootcert=system needs sslmode=verify-full/],
    ['postgres://u:hidden@a.test/x?sslcert=/c.crt', /sslcert and sslkey/],
    ['postgres://u:hidden@a.test/x?pgbouncer=true', /parameter pgbouncer is not supported/],
    ['postgres://u:hidden@a.test/x?connection_limit=5', /parameter connection_limit is not supported/],
    ['postgres://u:hidden@a.test/x?schema=a', /parameter schema is not supported/],
    ['postgres://u:hidden@a.test/x?service=prod', /parameter service is not supported/],
    ['postgres://u:hidden@a.test/x?sslcrl=/x', /parameter sslcrl is not supported/],
    ['postgres://u:hidden@a.test/x?target_session_attrs=best', /target_session_attrs/],
    ['jdbc:postgresql://a.test/x?password=hidden&loggerLevel=TRACE', /parameter loggerLevel is not supported/],
    ['host=a.test,b.test port=1,2,3 password=hidden', /as many ports as hosts/],
    ["host=a.test password='hidden", /pairs like/],
    ['host=a.test password=hidden nonsense', /pairs like/],
  ])('%s is refused by name, and nothing of it is repeated', (text, problem) => {
    expect(() => parsePostgresUrl(text)).toThrow(PostgresUrlProblem);
    expect(() => parsePostgresUrl(text)).toThrow(problem);
    expect(() => parsePostgresUrl(text)).not.toThrow(/hidden/);
  });
});
