import postgres from 'postgres';

const seconds = Number(process.env.PGCONNECT_TIMEOUT ?? '30');
const sql = postgres({ ssl: 'require', connect_timeout: seconds, max: 1 });
console.log((await sql`select 42 as answer`)[0].answer);
await sql.end();
