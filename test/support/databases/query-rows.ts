// One query on a connection of its own.

import pg from 'pg';

export async function queryRows(url: string, sql: string): Promise<Array<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {
    // The server cut the connection; the query's promise rejects as well.
  });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
