import { describe, expect, it } from 'vitest';
import { programName } from '../../../src/login/request/program-name.ts';

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
    ['psql of two versions', 'psql15', 'psql17', 'psql'],
  ])('is one for all connections of %s', (_what, one, other, name) => {
    expect(programName(one)).toBe(programName(other));
    if (name !== '') expect(programName(one)).toBe(name);
  });

  it.each(['psql', 'pg_dump', 'PostgreSQL JDBC Driver', 'bin/rails', 'größe', ''])('is %j itself', (name) => {
    expect(programName(name)).toBe(name);
  });

  it('is another for another program', () => {
    const names = ['psql', 'pg_dump', 'pg_restore', 'puma: worker 1', 'sidekiq 7', 'DBeaver - psql', '4711', '4712'];
    expect(new Set(names.map(programName)).size).toBe(names.length);
  });

  it('is found in a moment for any text', () => {
    for (const part of ['a1', '(', '-', ' - ', '[(', '1', 'a', ': ', '\udce9']) {
      expect(programName(part.repeat(5_000)).length).toBeLessThanOrEqual(part.length * 5_000);
    }
  });
});
