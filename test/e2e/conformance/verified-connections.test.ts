// Every driver logs in at a gateway whose certificate it verifies, with channel binding and direct
// TLS where it knows them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { finish } from '../../support/nodes/desk.ts';
import { type PsqlOptions, startPsql } from '../../support/nodes/psql.ts';
import { type ConformanceDesk, openConformanceDesk } from './conformance-desk.ts';

const QUESTION = 'select current_user';
const PYTHON = '/usr/bin/python3';
const VERIFY = { PGHOST: 'localhost', PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'certs/ca.crt' };
const BOUND = { ...VERIFY, PGCHANNELBINDING: 'require' };
const DIRECT = { ...BOUND, PGSSLNEGOTIATION: 'direct' };

const ASYNCPG = `
import asyncio, asyncpg
async def ask():
    connection = await asyncpg.connect()
    print(await connection.fetchval('${QUESTION}'))
asyncio.run(ask())`;
const NODE_POSTGRES = `
import { readFileSync } from 'node:fs';
import pg from 'pg';
const ssl = { ca: readFileSync(process.env.PGSSLROOTCERT) };
const client = new pg.Client({ ssl, sslnegotiation: process.env.NEGOTIATION, enableChannelBinding: true });
await client.connect();
console.log((await client.query('${QUESTION}')).rows[0].current_user);
await client.end();`;
const POSTGRES_JS = `
import { readFileSync } from 'node:fs';
import postgres from 'postgres';
const sql = postgres({ ssl: { ca: readFileSync(process.env.PGSSLROOTCERT) }, sslnegotiation: process.env.NEGOTIATION });
console.log((await sql.unsafe('${QUESTION}'))[0].current_user);
await sql.end();`;

type Ways = Pick<PsqlOptions, 'program' | 'version' | 'args'> & { readonly env: Readonly<Record<string, string>> };

const psql = (version: '15' | '17' | '18', env: Ways['env']): Ways => ({ version, args: ['-XAtc', QUESTION], env });
const python = (module: string): Ways => ({
  program: PYTHON,
  args: [
    '-c',
    `import ${module}; c = ${module}.connect('').cursor(); c.execute('${QUESTION}'); print(c.fetchone()[0])`,
  ],
  env: BOUND,
});
const node = (code: string, env: Readonly<Record<string, string>> = {}): Ways => ({
  program: process.execPath,
  args: ['--input-type=module', '-e', code],
  env: { ...VERIFY, ...env },
});
const OVER_DIRECT_TLS = { NEGOTIATION: 'direct' };

const DRIVERS: Readonly<Record<string, Ways>> = {
  'psql 15, bound': psql('15', BOUND),
  'psql 17, bound, direct TLS': psql('17', DIRECT),
  'psql 18, bound, direct TLS, SCRAM required': psql('18', { ...DIRECT, PGREQUIREAUTH: 'scram-sha-256' }),
  'psycopg 2, bound': python('psycopg2'),
  'psycopg 3, bound': python('psycopg'),
  'DBD::Pg, bound': {
    program: 'perl',
    args: ['-MDBI', '-e', `print DBI->connect('dbi:Pg:', '', '')->selectrow_array('${QUESTION}'), "\\n"`],
    env: BOUND,
  },
  'node-postgres, bound': node(NODE_POSTGRES),
  'node-postgres, bound, direct TLS': node(NODE_POSTGRES, OVER_DIRECT_TLS),
  'postgres.js': node(POSTGRES_JS),
  'postgres.js, direct TLS': node(POSTGRES_JS, OVER_DIRECT_TLS),
  asyncpg: { program: PYTHON, args: ['-c', ASYNCPG], env: VERIFY },
};

let desk: ConformanceDesk;
let doors: Readonly<Record<'token' | 'role', Readonly<Record<string, string>>>>;
let databaseRole: string;

beforeAll(async () => {
  desk = await openConformanceDesk();
  const { project, branchId, roles } = desk.project;
  databaseRole = roles[0]?.name ?? '';
  const place = { projectId: project.id, branchId, name: databaseRole };
  const { password } = await desk.node.postern.provisioning.resetRolePassword(SYSTEM_CONTEXT, place);
  doors = {
    token: desk.tokenEnvironment,
    role: { ...desk.environmentOf(databaseRole), PGPASSWORD: password.reveal() },
  };
});

afterAll(() => desk.close());

describe.each(['token', 'role'] as const)('by %s', (door) => {
  it.each(Object.entries(DRIVERS))('%s', async (_name, { env, ...options }) => {
    // The desk's setting for channel binding is only for drivers that know it.
    const { PGCHANNELBINDING: _unsaid, ...of } = doors[door];
    const run = await finish(startPsql({ ...options, env: { ...of, ...env }, input: '' }));
    expect(run).toMatchObject({ code: 0, stdout: `${databaseRole}\n` });
  });
});

it('a client that requires channel binding is not let in by link', async () => {
  const env = { ...desk.environmentOf('nobody in particular'), ...BOUND };
  const { code, stderr } = await finish(startPsql({ version: '18', args: ['-c', QUESTION], env, input: '' }));
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('channel binding required') });
});
