// Crowds at one node: all are served, a login among them works, and nothing is left afterwards.

import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { startDebianRedis, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import { type Desk, openDesk } from '../../support/nodes/desk.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { openIdleCrowd, openWaitingCrowd } from './crowd.ts';

const WAITING = 1_000;
// Below max_connections of the run's Postgres, which other tests share.
const LIVE = 100;
const LIMIT_MS = 120_000;

vi.setConfig({ testTimeout: LIMIT_MS });

let redis: TestRedis;
let desk: Desk;

beforeAll(async () => {
  redis = await startDebianRedis();
  desk = await openDesk({
    redisUrl: redis.url,
    environment: {
      POSTERN_LOGIN_TTL: '10m',
      POSTERN_WAITING_PER_ADDRESS: String(2 * WAITING),
      POSTERN_WAITING_TOTAL: String(2 * WAITING),
      POSTERN_CONNECTIONS_PER_PROJECT: String(LIVE),
    },
  });
});

afterAll(async () => {
  await desk.close();
  await redis.close();
});

function counts() {
  return desk.node.postern.gateway.connectionCounts();
}

async function untilEmpty(): Promise<void> {
  await waitUntil(() => counts().sockets === 0, 'every socket is closed', LIMIT_MS);
  expect(counts()).toEqual({ sockets: 0, waiting: 0, relaying: 0 });
  const { fleet } = desk.node.postern;
  await waitUntil(async () => (await fleet.liveConnections.list()).length === 0, 'the registry is empty');
}

/** Members of the indexes of waiting logins. */
async function waitingInRedis(): Promise<number> {
  const client = new Redis(redis.url);
  try {
    const keys = await client.keys('postern:waiting*');
    const sizes = await Promise.all(keys.map((key) => client.zcard(key)));
    return sizes.reduce((sum, size) => sum + size, 0);
  } finally {
    client.disconnect();
  }
}

describe('a node', () => {
  it(`keeps ${WAITING} TLS logins waiting, serves a login among them, and forgets them when they leave`, async () => {
    const crowd = await openWaitingCrowd({ port: desk.node.pgPort, size: WAITING });
    expect(counts()).toEqual({ sockets: WAITING, waiting: WAITING, relaying: 0 });
    expect(await desk.login(['-Atc', 'select 6 * 7'])).toMatchObject({ code: 0, stdout: '42\n' });
    expect(crowd.connectedCount()).toBe(WAITING);
    await crowd.leave();
    await untilEmpty();
    await waitUntil(async () => (await waitingInRedis()) === 0, 'nothing waits in Redis');
  });

  it(`holds ${LIVE} idle connections by access token, and leaves none at the upstream when they leave`, async () => {
    const { accessToken, secret } = await createAccessToken(desk.node.postern.catalogue, SYSTEM_CONTEXT, {
      name: 'crowd',
      computeId: desk.project.compute.id,
      owner: 'account',
      access: 'read_write',
      maxConnections: LIVE,
    });
    const crowd = await openIdleCrowd({
      port: desk.node.pgPort,
      size: LIVE,
      user: accessToken.id,
      password: secret.reveal(),
    });
    expect(counts()).toEqual({ sockets: LIVE, waiting: 0, relaying: LIVE });
    expect(await atUpstream()).toBe(LIVE);
    await crowd.leave();
    await untilEmpty();
    await waitUntil(async () => (await atUpstream()) === 0, 'the upstream has none of them');
  });
});

async function atUpstream(): Promise<number> {
  const rows = await queryRows(
    desk.installation.databaseUrl,
    "select count(*)::int as count from pg_stat_activity where application_name like '%crowd%' and backend_type = 'client backend'",
  );
  return Number(rows[0]?.count);
}
