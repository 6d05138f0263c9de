// With `listen` as its argument it prints NOTICEs. It knows none of libpq's words for key files.
import { readFileSync } from 'node:fs';
import pg from 'pg';

const seconds = Number(process.env.PGCONNECT_TIMEOUT ?? '30');
const { PGSSLCERT, PGSSLKEY } = process.env;
const key = PGSSLKEY === undefined ? {} : { cert: readFileSync(PGSSLCERT), key: readFileSync(PGSSLKEY) };
const ssl = { rejectUnauthorized: false, ...key };
const client = new pg.Client({ ssl, connectionTimeoutMillis: seconds * 1_000 });
if (process.argv[2] === 'listen') client.on('notice', ({ message }) => console.error(message));
await client.connect();
console.log((await client.query('select 42 as answer')).rows[0].answer);
await client.end();
