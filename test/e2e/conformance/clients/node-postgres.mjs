// Runs the workout with node-postgres and prints the results. COPY uses the interface of
// pg-copy-streams.

import pg from 'pg';

const results = {};
const client = new pg.Client({ ssl: { rejectUnauthorized: false } });
client.on('notice', ({ message }) => {
  process.stderr.write(`${message}\n`);
  if (message === 'said') results.noticed = message;
});
await client.connect();

const only = async (query) => Object.values((await client.query(query)).rows[0])[0];
results.simple = await only('select 42 as answer');
results.extended = await only({ text: 'select $1::text as answer', values: ['sch\u00f6n'] });
results.prepared = [];
for (const n of [1, 2, 3]) {
  results.prepared.push(await only({ name: 'square', text: 'select $1::int * $1::int as answer', values: [n] }));
}
results.pipelined = await pipelined();
await client.query("do $$ begin raise notice 'said'; end $$");
results.copied = await copyBothWays();
results.notified = await notification();
const id = await only({ text: 'select lo_from_bytea(0, $1) as answer', values: [Buffer.alloc(300_000, 'x')] });
results.largeObject = (await only({ text: 'select lo_get($1) as answer', values: [id] })).length;
results.canceled = await canceledQuery();
results.rows = (await client.query('select n from generate_series(1, 100000) n')).rows.length;
results.longStatement = await only(`select length('${'x'.repeat(10_485_760)}') as answer`);
await client.end();
process.stdout.write(JSON.stringify(results));

async function pipelined() {
  const other = new pg.Client({ ssl: { rejectUnauthorized: false }, pipeline: true });
  await other.connect();
  const queries = [1, 2, 3, 4, 5].map((n) => other.query('select $1::int * $1::int as answer', [n]));
  const answers = (await Promise.all(queries)).map(({ rows }) => rows[0].answer);
  await other.end();
  return answers;
}

async function copyBothWays() {
  await client.query('create temp table copied (n int)');
  await copy('copy copied from stdin', Array.from({ length: 5_000 }, (_, n) => `${n}\n`).join(''));
  const text = await copy('copy copied to stdout');
  return text.split('\n').length - 1;
}

function copy(sql, input) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    client.query({
      submit: (connection) => connection.query(sql),
      handleCopyInResponse: (connection) => {
        connection.sendCopyFromChunk(Buffer.from(input));
        connection.endCopyFrom();
      },
      // The parser reuses the buffer of the chunk.
      handleCopyData: ({ chunk }) => chunks.push(Buffer.from(chunk)),
      handleCommandComplete: () => {},
      handleReadyForQuery: () => resolve(Buffer.concat(chunks).toString()),
      handleError: reject,
    });
  });
}

function notification() {
  return new Promise((resolve, reject) => {
    client.once('notification', ({ payload }) => resolve(payload));
    client.query("listen bell; notify bell, 'ding'").catch(reject);
  });
}

async function canceledQuery() {
  const query = new pg.Query('select pg_sleep(60)');
  const failed = new Promise((resolve) => query.once('error', resolve));
  client.query(query);
  const timer = setInterval(() => new pg.Client({ ssl: false }).cancel(client, query), 300);
  const { code } = await failed;
  clearInterval(timer);
  return code;
}
