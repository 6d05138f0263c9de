// Redis or the catalogue goes away: live connections go on, new logins get 57P03, and everything
// works again afterwards.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { type DebianRedis, startDebianRedis } from '../../support/databases/redis-for-tests.ts';
import { type Desk, finish, openDesk } from '../../support/nodes/desk.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import { type PsqlRun, runPsql } from '../../support/nodes/psql.ts';
import { startTcpRelay, type TcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { answeringPsql, expectAnswer } from './answering-psql.ts';

const CANNOT_CONNECT = /FATAL: {2}cannot connect now\n/;

let redis: DebianRedis;
let desk: Desk;
let catalogueHop: TcpRelay;
let nodes: readonly TestNode[];
let live: readonly PsqlRun[];
let tokenEnvironment: Record<string, string>;

beforeAll(async () => {
  redis = await startDebianRedis();
  desk = await openDesk({ redisUrl: redis.url });
  const catalogueUrl = new URL(desk.installation.databaseUrl);
  catalogueHop = await startTcpRelay(Number(catalogueUrl.port));
  catalogueUrl.port = String(catalogueHop.port);
  nodes = [desk.node, await desk.startNode({ DATABASE_URL: catalogueUrl.href })];
  tokenEnvironment = await newToken();
  live = await Promise.all(nodes.map((node) => answeringPsql(desk, node)));
});

afterAll(async () => {
  await desk.close();
  await catalogueHop.close();
  await redis.close();
});

async function newToken(): Promise<Record<string, string>> {
  const { catalogue } = desk.node.postern;
  const context = await actingAs(catalogue, { userId: desk.person.id });
  const { accessToken, secret } = await createAccessToken(catalogue, context, {
    name: 'CI',
    computeId: desk.project.compute.id,
    owner: 'self',
    access: 'read_write',
  });
  return { PGUSER: accessToken.id, PGPASSWORD: secret.reveal(), PGSSLMODE: 'require', PGHOST: '127.0.0.1' };
}

async function byToken({ pgPort }: TestNode) {
  const env = { ...tokenEnvironment, PGPORT: String(pgPort), PGDATABASE: desk.project.databases[0]?.name ?? '' };
  return await runPsql({ args: ['-XAtc', 'select 6 * 7'], env });
}

async function worksAgain(node: TestNode): Promise<void> {
  await waitUntil(async () => (await byToken(node)).stdout === '42\n', 'tokens work again');
}

describe('a Redis that is killed', () => {
  beforeAll(() => redis.kill('SIGKILL'));

  it('keeps live connections on every node', async () => {
    for (const psql of live) await expectAnswer(psql, 'without Redis');
  });

  it('makes every node refuse new logins with 57P03', async () => {
    for (const node of nodes) {
      const { code, stderr } = await finish(desk.psql(['-c', 'select 1'], { at: node, env: { PGOPTIONS: '' } }));
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(CANNOT_CONNECT) });
      expect(stderr.match(/FATAL/g)).toHaveLength(1);
    }
  });

  it('comes back empty, and logins and live connections work', async () => {
    await redis.restart();
    for (const node of nodes) await worksAgain(node);
    for (const psql of live) await expectAnswer(psql, 'with Redis again');
    const { liveConnections } = desk.node.postern.fleet;
    await waitUntil(async () => (await liveConnections.list()).length === 2, 'both are listed again');
  });
});

describe('a catalogue that goes away from one node', () => {
  beforeAll(async () => {
    catalogueHop.hold();
    catalogueHop.cut();
  });

  it('keeps live connections', async () => {
    for (const psql of live) await expectAnswer(psql, 'without the catalogue');
  });

  it('makes only that node refuse new logins with 57P03', async () => {
    const [here, there] = nodes;
    if (here === undefined || there === undefined) throw new Error('two nodes run');
    expect(await byToken(here)).toMatchObject({ code: 0, stdout: '42\n' });
    expect((await byToken(there)).stderr).toMatch(/FATAL: {2}cannot connect now/);
  });

  it('comes back, and logins work', async () => {
    catalogueHop.release();
    catalogueHop.cut();
    for (const node of nodes) await worksAgain(node);
    for (const psql of live) psql.write('\\q\n');
    for (const psql of live) expect((await finish(psql)).code).toBe(0);
  });
});
