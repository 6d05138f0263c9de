import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from '../../src/redis/redis-url.ts';

const NOTHING_SAID = {
  username: null,
  password: null,
  sentinelPassword: null,
  masterName: null,
  database: 0,
  tls: null,
};

const UNDERSTOOD = [
  ['redis://cache', { kind: 'server', seeds: [{ host: 'cache', port: 6_379 }] }],
  ['redis://cache/', { kind: 'server', seeds: [{ host: 'cache', port: 6_379 }] }],
  ['redis://cache:7000/3', { kind: 'server', seeds: [{ host: 'cache', port: 7_000 }], database: 3 }],
  ['redis://[::1]:7000', { kind: 'server', seeds: [{ host: '::1', port: 7_000 }] }],
  ['redis://[2001:db8::7]/1', { kind: 'server', seeds: [{ host: '2001:db8::7', port: 6_379 }], database: 1 }],
  ['redis://:pw@cache', { kind: 'server', seeds: [{ host: 'cache', port: 6_379 }], password: 'pw' }],
  [
    'redis://us%40er:p%2Fw%3A%25@cache',
    { kind: 'server', seeds: [{ host: 'cache', port: 6_379 }], username: 'us@er', password: 'p/w:%' },
  ],
  [
    'redis://user:a@b:c@cache',
    { kind: 'server', seeds: [{ host: 'cache', port: 6_379 }], username: 'user', password: 'a@b:c' },
  ],
  ['rediss://cache', { kind: 'server', seeds: [{ host: 'cache', port: 6_379 }], tls: { caPath: null } }],
  [
    'rediss://cache/2?ca=/etc/ssl/our%20ca.pem',
    { kind: 'server', seeds: [{ host: 'cache', port: 6_379 }], database: 2, tls: { caPath: '/etc/ssl/our ca.pem' } },
  ],
  [
    'redis-sentinel://user:pw@h1:1,h2:2/master',
    {
      kind: 'sentinel',
      seeds: [
        { host: 'h1', port: 1 },
        { host: 'h2', port: 2 },
      ],
      username: 'user',
      password: 'pw',
      masterName: 'master',
    },
  ],
  [
    'redis-sentinel://h1,[::1],[fe80::1]:27000/main%20one/4?sentinel_password=s',
    {
      kind: 'sentinel',
      seeds: [
        { host: 'h1', port: 26_379 },
        { host: '::1', port: 26_379 },
        { host: 'fe80::1', port: 27_000 },
      ],
      masterName: 'main one',
      database: 4,
      sentinelPassword: 's',
    },
  ],
  [
    'rediss-sentinel://h1,h2/main?ca=/ca.pem',
    {
      kind: 'sentinel',
      seeds: [
        { host: 'h1', port: 26_379 },
        { host: 'h2', port: 26_379 },
      ],
      masterName: 'main',
      tls: { caPath: '/ca.pem' },
    },
  ],
  [
    'redis-cluster://:pw@h1:7000,[::1]:7001,h3',
    {
      kind: 'cluster',
      seeds: [
        { host: 'h1', port: 7_000 },
        { host: '::1', port: 7_001 },
        { host: 'h3', port: 6_379 },
      ],
      password: 'pw',
    },
  ],
  [
    'rediss-cluster://h1:7000,h2:7001?ca=/ca.pem',
    {
      kind: 'cluster',
      seeds: [
        { host: 'h1', port: 7_000 },
        { host: 'h2', port: 7_001 },
      ],
      tls: { caPath: '/ca.pem' },
    },
  ],
] as const;

describe('a Redis URL', () => {
  it.each(UNDERSTOOD)('%s is understood', (url, said) => {
    expect(parseRedisUrl(url)).toEqual({ ...NOTHING_SAID, ...said });
  });

  it.each([
    '',
    'cache:6379',
    'http://cache',
    'redis-ring://h1',
    'redis://',
    'redis:///1',
    'redis://h1,h2',
    'redis://cache:0',
    'redis://cache:65536',
    'redis://cache:port',
    'redis://cache/one',
    'redis://cache/-1',
    'redis://cache/1/2',
    'redis://::1',
    'redis://[::1',
    'redis://:p%zzw@cache',
    'redis-sentinel://h1,h2',
    'redis-sentinel://h1,,h2/main',
    'redis-sentinel://h1/main/one',
    'redis-cluster://h1,h2/1',
  ])('%j is not', (url) => {
    expect(parseRedisUrl(url)).toBeNull();
  });
});
