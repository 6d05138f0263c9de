import { describe, expect, it } from 'vitest';
import { parseUpstreamUrl } from '../../../src/provisioning/hosts/upstream-url.ts';
import { Secret } from '../../../src/secret.ts';

const parse = (url: string) => parseUpstreamUrl(new Secret(url), { ca: null, author: 'anybody' });

describe('a connection URL as people paste it', () => {
  it('is taken apart, percent-encoding undone', () => {
    const parsed = parse(' postgresql://a%40b:p%2Fq@db.example.com:6432/my%20db?sslmode=require\n');
    expect(parsed).toMatchObject({ host: 'db.example.com', port: 6432, user: 'a@b', database: 'my db' });
    expect(parsed.password?.reveal()).toBe('p/q');
    expect(parsed.tls).toMatchObject({ mode: 'require' });
  });

  it('defaults to port 5432, a database named like the user, no password', () => {
    expect(parse('postgres://app@db.example.com')).toMatchObject({ port: 5432, database: 'app', password: null });
  });

  it.each([
    ['postgres://app@db.example.com/x', 'verify-full'],
    ['postgres://app@203.0.113.4/x', 'verify-full'],
    ['postgres://app@localhost/x', 'disable'],
    ['postgres://app@[::1]/x', 'disable'],
    ['postgres://app@127.0.0.1/x?sslmode=verify-ca', 'verify-ca'],
    ['postgres://app@db.example.com/x?sslmode=prefer', 'require'],
    ['postgres://app@db.example.com/x?sslmode=allow', 'require'],
    ['postgres://app@127.0.0.1/x?sslmode=prefer', 'disable'],
    ['postgres://app@db.example.com/x?sslrootcert=system', 'verify-full'],
    ['jdbc:postgresql://db.example.com/x?user=app&ssl=true', 'verify-full'],
    ['host=db.example.com user=app dbname=x sslmode=require', 'require'],
  ])('%s means sslmode %s', (url, mode) => {
    expect(parse(url).tls.mode).toBe(mode);
  });

  it.each([
    'mysql://app:hidden@db.example.com/x',
    'postgres://:hidden@db.example.com/x',
    'postgres://app:hidden@/x',
    'postgres://app:hidden%@db.example.com/x',
    'postgres://app:hidden%ff@db.example.com/x',
    'postgres://app:hidden@db.example.com:99999/x',
    'postgres://app:hidden@db.example.com/x?sslmode=maybe',
    'postgres://app:hidden@a.example.com,b.example.com/x',
    'postgres://app:hidden@db.example.com/x?options=-csearch_path%3Da',
    'postgres://app:hidden@db.example.com/x?target_session_attrs=standby',
    'postgres://app:hidden@db.example.com/x?pgbouncer=true',
    'postgres://app:hidden@db.example.com/x?sslrootcert=/etc/passwd',
    'postgres://app:hidden@/x?host=/var/run/postgresql',
    'hidden',
    '',
  ])('%s is refused without repeating it', (url) => {
    expect(() => parse(url)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
    expect(() => parse(url)).not.toThrow(/hidden/);
  });
});
