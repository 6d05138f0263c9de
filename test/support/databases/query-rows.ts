// One query on a connection of its own.

import pg from 'pg';

export async function queryRows(url: string, sql: string): Promise<Array<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {
    // A connection that the server cuts; the query's promise says so, too.
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
