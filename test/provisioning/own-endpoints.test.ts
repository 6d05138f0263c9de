import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { ownEndpoints } from '../../src/provisioning/own-endpoints.ts';
import { Secret } from '../../src/secret.ts';

const STORES = {
  redisUrl: new Secret('redis://:secret@10.0.0.3:6380/0'),
  databaseUrl: new Secret('postgres://postern:secret@[2001:db8::5]/postern'),
};

// The metrics port was not among them.
describe('what is never dialled for a compute', () => {
  it('is every listener of the node, Redis and the catalogue', () => {
    const environment = { POSTERN_PG_PORT: '15432', POSTERN_HTTP_PORT: '18080', POSTERN_METRICS_PORT: '19090' };
    const config = loadConfig({ ...environment, POSTERN_WORKERS: '2', POSTERN_PG_HOST: '0.0.0.0' });
    expect(ownEndpoints(config, STORES).map(({ host, port }) => `${host} ${port}`)).toEqual([
      '0.0.0.0 15432',
      '127.0.0.1 18080',
      '127.0.0.1 19090',
      '127.0.0.1 19091',
      '10.0.0.3 6380',
      '2001:db8::5 5432',
    ]);
  });

  it('names no metrics port where there is none', () => {
    expect(ownEndpoints(loadConfig({}), STORES)).toHaveLength(4);
  });
});
