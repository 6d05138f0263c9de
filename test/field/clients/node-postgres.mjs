// With `listen` as its argument it prints NOTICEs.
import pg from 'pg';

const seconds = Number(process.env.PGCONNECT_TIMEOUT ?? '30');
const client = new pg.Client({ ssl: { rejectUnauthorized: false }, connectionTimeoutMillis: seconds * 1_000 });
if (process.argv[2] === 'listen') client.on('notice', ({ message }) => console.error(message));
await client.connect();
console.log((await client.query('select 42 as answer')).rows[0].answer);
await client.end();
