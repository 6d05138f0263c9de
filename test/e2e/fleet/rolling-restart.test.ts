// Nodes behind haproxy are restarted one by one: running transactions finish, and some node accepts
// logins at every moment.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../support/databases/redis-for-tests.ts';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { nodeEnvironment } from '../../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../../support/nodes/postern-process.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { BEHIND_HAPROXY, type Haproxy, startHaproxy } from './haproxy.ts';

// Several processes start at once.
const START_LIMIT_MS = 90_000;

let desk: Desk;
let haproxy: Haproxy;
let ports: readonly number[];
let running: PosternProcess[];

beforeAll(async () => {
  desk = await openDesk();
  ports = [await freePort(), await freePort()];
  running = await Promise.all(ports.map(start));
  haproxy = await startHaproxy(ports.map((pgPort) => ({ pgPort })));
});

afterAll(async () => {
  await haproxy.close();
  await Promise.all(running.map((node) => node.close()));
  await desk.close();
});

function start(pgPort: number): Promise<PosternProcess> {
  const { databaseUrl, redisUrl } = desk.installation;
  const environment = {
    ...nodeEnvironment(databaseUrl, redisUrl),
    ...BEHIND_HAPROXY,
    POSTERN_PG_PORT: String(pgPort),
    POSTERN_DRAIN: '60s',
    POSTERN_DRAIN_REST: '1s',
  };
  return startPosternProcess({ environment, limitMs: START_LIMIT_MS });
}

async function approve(psql: PsqlRun): Promise<void> {
  const { pathname } = new URL(await linkOf(psql));
  await desk.browser.approve(new URL(pathname, desk.node.baseUrl).href);
}

/** psql in a transaction at that node. */
async function inTransaction(index: number): Promise<PsqlRun> {
  const psql = desk.psql(['-At'], { at: haproxy.only(index) });
  await approve(psql);
  psql.write("begin;\nselect 'begun ' || 'there';\n");
  await psql.waitForStdout(/^begun there$/m);
  return psql;
}

it.each([0, 1])('restarting node %i loses no transaction and no login', async (index) => {
  const [old, port] = [running[index], ports[index]];
  if (old === undefined || port === undefined) throw new Error('two nodes run');
  const psql = await inTransaction(index);
  old.kill('SIGTERM');
  // The balancer may still choose the draining node; the client's second try reaches another.
  for (const _attempt of [1, 2, 3]) await logInWithinTries(3);
  psql.write("select 'still ' || 'here';\ncommit;\n");
  await psql.waitForStdout(/^still here\nCOMMIT$/m);
  expect(await old.exit).toEqual({ code: 0, signal: null });
  // psql notices with its next command.
  psql.write('select 1;\n');
  expect((await finish(psql)).stderr).toContain('terminating connection due to administrator command');
  running[index] = await start(port);
  const back = desk.psql(['-Atc', 'select 6 * 7'], { at: haproxy.only(index) });
  await approve(back);
  expect(await finish(back)).toMatchObject({ code: 0, stdout: '42\n' });
});

/** Logs in through the balancer; after a draining node's 57P03 the next try reaches another. */
async function logInWithinTries(tries: number): Promise<void> {
  const psql = desk.psql(['-Atc', 'select 6 * 7'], { at: haproxy.balanced });
  await psql.waitForStderr(/psql_session|FATAL/);
  if (/FATAL/.test(psql.stderr())) {
    expect(psql.stderr()).toContain('FATAL:  cannot connect now');
    expect(tries).toBeGreaterThan(1);
    return await logInWithinTries(tries - 1);
  }
  await approve(psql);
  expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n' });
}
