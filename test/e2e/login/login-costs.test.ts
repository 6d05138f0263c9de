// What a login may cost a node, counted: statements, Redis commands, round trips and TLS records.
// Figures in time are in docs/benchmarks.md.

import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { personalAccountId } from '../../../src/ids.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { loginWithoutToken } from '../../gateway/login-without-token.ts';
import { RawClient } from '../../gateway/raw-client.ts';
import { WebClient } from '../../support/browser/web-client.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { type DebianRedis, startDebianRedis } from '../../support/databases/redis-for-tests.ts';
import { type LoginCosts, type LoginMeter, startLoginMeter } from '../../support/nodes/login-meter.ts';
import {
  addPerson,
  addProject,
  createInstallation,
  type TestInstallation,
  type TestNode,
} from '../../support/nodes/postern-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

let redis: DebianRedis;
let installation: TestInstallation;
let meter: LoginMeter;
let measured: TestNode;
let port: number;
let project: HostedProject;
let person: Awaited<ReturnType<typeof addPerson>>;
/** At a second node, whose own questions are not counted. */
let browser: WebClient;

beforeAll(async () => {
  redis = await startDebianRedis();
  installation = await createInstallation({ redisUrl: redis.url });
  const other = await installation.startNode();
  meter = await startLoginMeter(installation);
  measured = await installation.startNode({ DATABASE_URL: meter.databaseUrl, REDIS_URL: meter.redisUrl });
  port = await meter.listenBefore(measured.pgPort);
  person = await addPerson(measured, { email: 'costs@example.com' });
  project = await addProject(measured, { accountId: personalAccountId(person.id), name: 'costs' });
  browser = new WebClient(other.baseUrl);
  await browser.signIn(person.email);
});

afterAll(async () => {
  await installation.close();
  await meter[Symbol.asyncDispose]();
  await redis.close();
});

const MOST_ROUNDS = 60;
/** Connections kept open: what their end costs would be counted with the next login. */
const MOST_OPEN = 15;
/** Written after a login, often while the next one is under way. */
const AFTERWARDS = new Set(['audit_events']);
/** Of the node's own work, which goes on beside a login: on a busy machine some falls into each. */
const POLLS = /\bfrom notifications\b|^update "operations"/;

type Connecting = (client: pg.Client) => Promise<unknown>;
type Costs = ReturnType<typeof costsFrom>;

function costsFrom({ catalogue, redis: { commands, roundTrips }, lastRecords }: LoginCosts) {
  const statements = catalogue.commands.filter((name) => !AFTERWARDS.has(name) && !POLLS.test(name));
  return { statements, redisCommands: commands, redisRoundTrips: roundTrips, lastRecords };
}

/** Of the first login that costs no more than that, else of the last: polls fall into some. */
async function costsOfALogin(
  login: pg.ClientConfig,
  isExpected: (costs: Costs) => boolean,
  connect: Connecting = (client) => client.connect(),
): Promise<Costs> {
  const clients: pg.Client[] = [];
  // In 1.3 session tickets follow the handshake, among the first messages.
  const ssl = { rejectUnauthorized: false, maxVersion: 'TLSv1.2' } as const;
  const place = { host: '127.0.0.1', port, database: project.databases[0]?.name, ssl };
  const endAll = async () => void (await Promise.all(clients.splice(0).map((client) => client.end())));
  try {
    for (let round = 1; ; round += 1) {
      if (clients.length >= MOST_OPEN) await endAll();
      await waitUntil(() => meter.isQuiet(), 'the last login is written down');
      const client = new pg.Client({ ...place, ...login });
      clients.push(client);
      meter.reset();
      await connect(client);
      const costs = costsFrom(meter.costs());
      if (isExpected(costs) || round === MOST_ROUNDS) return costs;
    }
  } finally {
    await endAll();
  }
}

/** Waits for the link that the client is shown. */
async function linkOf(client: pg.Client): Promise<string> {
  return await new Promise((resolve) => {
    client.on('notice', ({ message = '' }) => {
      const [link] = /http\S+psql_session\/\S+/.exec(message) ?? [];
      if (link !== undefined) resolve(link);
    });
  });
}

describe('what a login costs', () => {
  it('by access token: one statement, two round trips to Redis, one packet', async () => {
    const { catalogue } = measured.postern;
    const context = await actingAs(catalogue, { userId: person.id });
    const input = { name: 'CI', computeId: project.compute.id, owner: 'self', access: 'read_write' } as const;
    const { accessToken, secret } = await createAccessToken(catalogue, context, input);
    const expected: Costs = {
      statements: ['access_token_login'],
      redisCommands: ['evalsha', 'hset', 'hmget', 'hset'],
      redisRoundTrips: 2,
      lastRecords: 1,
    };
    const login = { user: accessToken.id, password: secret.reveal() };
    expect(await costsOfALogin(login, (costs) => isDeepStrictEqual(costs, expected))).toEqual(expected);
  });

  it('by the password of a database role: one statement, two round trips to Redis', async () => {
    const login = { user: project.roles[0]?.name, password: project.password.reveal() };
    const expected: Costs = {
      statements: ['role_of_database'],
      redisCommands: ['evalsha', 'hset', 'hmget', 'hset'],
      redisRoundTrips: 2,
      lastRecords: 1,
    };
    expect(await costsOfALogin(login, (costs) => isDeepStrictEqual(costs, expected))).toEqual(expected);
  });

  // Decision 047: the first connection of libpq's OAUTHBEARER, which is there to be refused.
  it('by OAUTHBEARER without a token: nothing', async () => {
    const isFree = ({ statements, redisCommands }: Costs) => statements.length + redisCommands.length === 0;
    const caPem = await readFile('certs/ca.crt', 'utf8');
    const costs = await costsOfALogin({}, isFree, async () => {
      using client = await RawClient.connectTls({ port, caPem });
      expect(await loginWithoutToken(client, 'nobody yet')).toMatchObject({
        C: '28000',
        M: 'a bearer token is needed',
      });
    });
    expect(costs).toMatchObject({ statements: [], redisCommands: [], redisRoundTrips: 0 });
  });

  it('by link, from the approval on: two statements, a packet for each NOTICE', async () => {
    const connect: Connecting = async (client) => {
      const connected = client.connect();
      const link = await linkOf(client);
      meter.reset();
      await browser.approve(link);
      await connected;
    };
    // Among them the reports for the person's page, which nothing waits for.
    const isCheap = ({ statements, redisCommands }: Costs) => statements.length <= 2 && redisCommands.length <= 11;
    const costs = await costsOfALogin({ user: 'somebody', application_name: 'psql' }, isCheap, connect);
    expect(costs.statements).toEqual(['rights_of_person', 'ended_since']);
    expect(costs.redisCommands.length).toBeLessThanOrEqual(11);
    // Three NOTICEs as it goes on; the last one comes with all that follows.
    expect(costs.lastRecords).toBe(4);
  });

  it('by grant: seven statements, seven commands, one packet', async () => {
    const state = { isGranted: false };
    const connect: Connecting = async (client) => {
      const connected = client.connect();
      if (!state.isGranted) await browser.approve(await linkOf(client), { remember: '8h' });
      state.isGranted = true;
      await connected;
    };
    const isCheap = ({ statements, redisCommands }: Costs) => statements.length <= 7 && redisCommands.length <= 7;
    const costs = await costsOfALogin({ user: 'someone', application_name: 'psql' }, isCheap, connect);
    expect(costs.statements.length).toBeLessThanOrEqual(7);
    expect(costs.redisCommands.length).toBeLessThanOrEqual(7);
    expect(costs.lastRecords).toBe(1);
  });
});
