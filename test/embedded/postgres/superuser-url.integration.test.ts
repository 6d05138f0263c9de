import pg from 'pg';
import { expect, it, vi } from 'vitest';
import { superuserUrl } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { Secret } from '../../../src/secret.ts';

it('is dialled without TLS, whatever PGSSLMODE the shell has', () => {
  // With PGSSLMODE=require in the environment nothing started: the embedded server speaks no TLS.
  vi.stubEnv('PGSSLMODE', 'require');
  const client = new pg.Client({ connectionString: superuserUrl(new Secret('sesame'), 5_432).reveal() });
  vi.unstubAllEnvs();
  expect(client.ssl).toBe(false);
});
