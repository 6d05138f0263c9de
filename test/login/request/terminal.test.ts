import { describe, expect, it } from 'vitest';
import { type Terminal, terminalDigest } from '../../../src/login/request/terminal.ts';

const psql: Terminal = { address: '203.0.113.7', requestedUser: 'alice', application: 'psql' };

describe('a terminal', () => {
  it.each<[string, Partial<Terminal>]>([
    ['the IPv4-mapped form of its address', { address: '::ffff:203.0.113.7' }],
    ['the same address again', {}],
  ])('is the same by %s', (_what, change) => {
    expect(terminalDigest({ ...psql, ...change })).toBe(terminalDigest(psql));
  });

  it.each<[string, Partial<Terminal>]>([
    ['address', { address: '203.0.113.8' }],
    ['family of address', { address: '2001:db8::203.0.113.7' }],
    ['requested user', { requestedUser: 'Alice' }],
    ['application', { application: 'pg_dump' }],
    ['absent application', { application: null }],
    ['empty application', { application: '' }],
  ])('is another by its %s', (_what, change) => {
    expect(terminalDigest({ ...psql, ...change })).not.toBe(terminalDigest(psql));
  });

  it('is the same for all connections of a program that numbers them', () => {
    const named = (application: string) => terminalDigest({ ...psql, application });
    expect(named('pgAdmin 4 - CONN:4711')).toBe(named('pgAdmin 4 - DB:shop'));
    expect(named('pgAdmin 4 - CONN:4711')).not.toBe(named('psql'));
    expect(named('puma: worker 1: 4711')).toBe(named('puma: worker 2: 4712'));
  });

  it('is the same within one IPv6 /64 and another outside of it', () => {
    const at = (address: string) => terminalDigest({ ...psql, address });
    expect(at('2001:db8:1:2::1')).toBe(at('2001:db8:1:2:ffff::9'));
    expect(at('2001:db8:1:2::1')).not.toBe(at('2001:db8:1:3::1'));
  });

  it('cannot be imitated by moving text from one field to the next', () => {
    expect(terminalDigest({ ...psql, requestedUser: 'a","psql', application: 'b' })).not.toBe(
      terminalDigest({ ...psql, requestedUser: 'a', application: 'psql","b' }),
    );
  });

  it('with a key is the same at every address and with every program', () => {
    const key = `SHA256:${'k'.repeat(43)}`;
    const keyed = terminalDigest({ ...psql, key });
    expect(terminalDigest({ ...psql, key, address: '2001:db8::9', application: 'pg_dump' })).toBe(keyed);
    expect(terminalDigest({ ...psql, key, requestedUser: 'bob' })).not.toBe(keyed);
    expect(terminalDigest({ ...psql, key: `SHA256:${'l'.repeat(43)}` })).not.toBe(keyed);
    expect(terminalDigest(psql)).not.toBe(keyed);
    expect(terminalDigest({ ...psql, key: null })).toBe(terminalDigest(psql));
  });
});
