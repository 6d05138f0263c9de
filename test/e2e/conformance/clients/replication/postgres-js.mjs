// Waits for an inserted row with the realtime subscription of postgres.js.

import postgres from 'postgres';

const sql = postgres({ ssl: { rejectUnauthorized: false }, max: 1, publications: 'conformance' });
const heard = new Promise((resolve) => {
  const onChange = (row, { command }) => resolve(`${command} ${row.n}`);
  const onSubscribed = () => sql`insert into streamed values (1)`.catch(fail);
  sql.subscribe('*', onChange, onSubscribed, fail).catch(fail);
});
process.stdout.write(JSON.stringify({ subscribed: await heard }));
process.exit(0);

function fail(error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
