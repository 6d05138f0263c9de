import { describe, expect, it } from 'vitest';
import { programName } from '../../../src/login/request/terminal.ts';

describe('the program behind an application_name', () => {
  it.each([
    ['puma', 'puma: cluster worker 0: 12345 [shop]', 'puma: cluster worker 3: 99 [shop]', 'puma cluster worker'],
    ['puma with its address', 'puma 6.4.2 (tcp://0.0.0.0:3000) [shop]', 'puma 6.4.2 (tcp://[::]:80) [blog]', 'puma'],
    ['DBeaver', 'DBeaver 23.3.5 - SQLEditor <Script-12.sql>', 'DBeaver 24.0 - Main', 'DBeaver'],
    ['pgAdmin', 'pgAdmin 4 - CONN:4711', 'pgAdmin 4 - DB:shop', 'pgAdmin'],
    ['dbt', 'dbt_8f3a2c9e-0b1d-4c5e-9f00-aabbccddeeff', 'dbt_11111111-2222-3333-4444-555555555555', 'dbt'],
    ['a run with a short id', 'job/8f3a2c', 'job/77b', 'job'],
    ['sidekiq', 'sidekiq 7.2.0 shop [3 of 10 busy]', 'sidekiq 7.1.9 shop [0 of 5 busy]', 'sidekiq shop'],
    ['unicorn', 'unicorn worker[3] -c config/unicorn.rb', 'unicorn worker[11] -c config/unicorn.rb', ''],
    ['celery', 'celery@worker12', 'celery@worker3', 'celery@worker'],
    ['a pod of Kubernetes', 'shop-7d9f8b6c5-x2kqp', 'shop-68bdf9c4d-zzxvw', 'shop'],
    [
      'a pod with a worker',
      'shop-web-7d9f8b6c5-bcdfg:worker 3',
      'shop-web-5d5f8b6c59-x2kqp:worker 9',
      'shop-web:worker',
    ],
    ['a window behind a longer dash', 'DBeaver – Main', 'DBeaver — Script-3', 'DBeaver'],
    ['a run in nested brackets', 'etl [run [5] of {day (2)}]', 'etl [run [77] of {week (3) x}]', 'etl'],
    ['an id in letters', 'req deadbeef', 'req cafebabe01', 'req'],
    ['a host by its address', 'celery@ip-10-0-0-7', 'celery@ip-10-1-2-30', 'celery@ip'],
    ['a run by its time', 'sync-2024-01-01T00:00:00Z', 'sync-2025-11-30T12:59:01Z', 'sync'],
    ['psql of two versions', 'psql15', 'psql17', 'psql'],
  ])('is one for all connections of %s', (_what, one, other, name) => {
    expect(programName(one)).toBe(programName(other));
    if (name !== '') expect(programName(one)).toBe(name);
  });

  it.each(['psql', 'pg_dump', 'PostgreSQL JDBC Driver', 'bin/rails', 'größe', ''])('is %j itself', (name) => {
    expect(programName(name)).toBe(name);
  });

  it('is another for another program', () => {
    const names = [
      'shop-web',
      'shop-api',
      'facade',
      'psql',
      'pg_dump',
      'pg_restore',
      'puma: worker 1',
      'sidekiq 7',
      'DBeaver - psql',
      '4711',
      '4712',
    ];
    expect(new Set(names.map(programName)).size).toBe(names.length);
  });

  it('is found in a moment for any text', () => {
    for (const part of ['a1', '(', '-', ' - ', '[(', '1', 'a', ': ', '\udce9']) {
      expect(programName(part.repeat(5_000)).length).toBeLessThanOrEqual(part.length * 5_000);
    }
  });
});
