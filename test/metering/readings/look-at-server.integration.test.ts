import pg from 'pg';
import { expect, it } from 'vitest';
import { lookAtServer } from '../../../src/metering/readings/look-at-server.ts';
import { createTestDatabase, postgresUrl } from '../../support/databases/postgres-for-tests.ts';

const AT = new Date('2026-03-04T10:00:00Z');

// The size of a database that is dropped at that moment cannot be read, nor can any other then.
it('a server is measured while databases are made and dropped', async () => {
  const client = new pg.Client({ connectionString: postgresUrl() });
  await client.connect();
  const ask = async (text: string): Promise<unknown> => (await client.query(text)).rows[0]?.answer;
  let isOver = false;
  const others = (async () => {
    for (let made = 0; made < 15; made += 1) await (await createTestDatabase()).close();
    isOver = true;
  })();
  try {
    let looks = 0;
    for (; !isOver; looks += 1) await lookAtServer({ ask, scope: { kind: 'host' }, previous: null, at: AT });
    expect(looks).toBeGreaterThan(3);
  } finally {
    await others;
    await client.end();
  }
});
