// Runs the workout with postgres.js and prints the results. It listens on a second connection.

import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';

const results = {};
const sql = postgres({
  ssl: { rejectUnauthorized: false },
  max: 1,
  connect_timeout: 60,
  onnotice: ({ message }) => {
    process.stderr.write(`${message}\n`);
    if (message === 'said') results.noticed = message;
  },
});

const only = async (query) => Object.values((await query)[0])[0];
results.simple = await only(sql`select 42 as answer`.simple());
results.extended = await only(sql`select ${'sch\u00f6n'}::text as answer`);
results.prepared = [];
for (const n of [1, 2, 3]) results.prepared.push(await only(sql`select ${n}::int * ${n}::int as answer`));
const squares = [1, 2, 3, 4, 5].map((n) => only(sql`select ${n}::int * ${n}::int as answer`));
results.pipelined = await Promise.all(squares);
await sql`do $$ begin raise notice 'said'; end $$`.simple();
await sql`create temp table copied (n int)`.simple();
await pipeline(
  Readable.from(Array.from({ length: 5_000 }, (_, n) => `${n}\n`)),
  await sql`copy copied from stdin`.writable(),
);
results.copied = (await text(await sql`copy copied to stdout`.readable())).split('\n').length - 1;
const heard = new Promise((resolve) => void sql.listen('bell', resolve, () => sql.notify('bell', 'ding')));
results.notified = await heard;
const id = await only(sql`select lo_from_bytea(0, ${Buffer.alloc(300_000, 'x')}) as answer`);
results.largeObject = (await only(sql`select lo_get(${id}) as answer`)).length;
results.canceled = await canceledQuery();
results.rows = (await sql`select n from generate_series(1, 100000) n`).length;
results.longStatement = await only(sql.unsafe(`select length('${'x'.repeat(10_485_760)}') as answer`));
await sql.end();
process.stdout.write(JSON.stringify(results));

async function canceledQuery() {
  const query = sql`select pg_sleep(60)`;
  const timer = setInterval(() => query.cancel(), 300);
  const code = await query.then(
    () => 'not canceled',
    (error) => error.code,
  );
  clearInterval(timer);
  return code;
}
