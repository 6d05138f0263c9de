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
    const look = { ask, scope: { kind: 'host' }, previous: null, at: AT, ownProcesses: new Set<number>() } as const;
    for (; !isOver; looks += 1) await lookAtServer(look);
    expect(looks).toBeGreaterThan(3);
  } finally {
    await others;
    await client.end();
  }
});

// A tenant that gave its sessions the name of ours was not seen to use or to write anything.
it('a session counts as use whatever name it gives itself, but not a look', async () => {
  const database = await createTestDatabase();
  const tenant = new pg.Client({ connectionString: database.url, application_name: 'postern metering' });
  const looker = new pg.Client({ connectionString: database.url });
  await Promise.all([tenant.connect(), looker.connect()]);
  try {
    const name = new URL(database.url).pathname.slice(1);
    const ownProcesses = new Set<number>();
    const sessionsSeenBy = async (client: pg.Client): Promise<number | undefined> => {
      const ask = async (text: string): Promise<unknown> => (await client.query(text)).rows[0]?.answer;
      const look = await lookAtServer({ ask, scope: { kind: 'host' }, previous: null, at: AT, ownProcesses });
      return look.databases.find((seen) => seen.name === name)?.openSessions;
    };
    expect(await sessionsSeenBy(looker)).toBe(1);
    await tenant.end();
    expect(await sessionsSeenBy(looker)).toBe(0);
  } finally {
    await Promise.all([tenant.end().catch(() => {}), looker.end()]);
    await database.close();
  }
});
