// Races for one login or grant through real sockets and pages of two nodes: exactly one side wins
// in every round, and all are told the same.

import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GrantId } from '../../../src/ids.ts';
import type { Grants } from '../../../src/login/grant/grants.ts';
import { createRedis, type RedisClient } from '../../../src/redis/redis-client.ts';
import { RawClient } from '../../gateway/raw-client.ts';
import { defaultChoice, type Page, type WebClient } from '../../support/browser/web-client.ts';
import { type DebianRedis, startDebianRedis } from '../../support/databases/redis-for-tests.ts';
import { type Desk, openDesk } from '../../support/nodes/desk.ts';
import { silentLog } from '../../support/nodes/fleet-for-tests.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { createGrantOfDesk, grantsOfDesk } from './grant-of-desk.ts';
import { RACE_ROUNDS, RACES_LIMIT_MS } from './race-rounds.ts';
import { expectNothingHeld } from './what-is-held.ts';

const SEED = 20_261_126;
/** A request of the short-lived nodes expires after this. */
const SHORT_LIFE_MS = 1_000;

let redis: DebianRedis;
let desk: Desk;
let nodes: readonly [TestNode, TestNode];
let hasty: TestNode;
let browsers: readonly [WebClient, WebClient];
let commands: RedisClient;
let grants: Grants;

beforeAll(async () => {
  redis = await startDebianRedis();
  desk = await openDesk({ redisUrl: redis.url });
  nodes = [desk.node, await desk.startNode()];
  hasty = await desk.startNode({ POSTERN_LOGIN_TTL: `${SHORT_LIFE_MS}ms` });
  commands = createRedis(redis.url, { purpose: 'commands', log: silentLog });
  grants = grantsOfDesk(commands, desk);
  browsers = [desk.browser, await desk.openBrowser(nodes[1])];
});

afterAll(async () => {
  commands.disconnect();
  await desk.close();
  await redis.close();
});

interface Opened {
  readonly client: RawClient;
  readonly page: Page;
}

/** A client that waits at one node, with its link opened at the first node's page. */
async function opened(round: number, node = nodes[round % 2] ?? nodes[0]): Promise<Opened> {
  const client = await RawClient.connect({ port: node.pgPort });
  client.sendStartup({ user: `racer-${round}`, application_name: 'psql' });
  await client.waitForNotice(/^Welcome/);
  return { client, page: await browsers[0].get(`/psql_session/${client.token}`) };
}

type Decision = 'approve' | 'deny';

/** Decides at a page of either node, with the form of the first. */
async function decide({ page }: Opened, decision: Decision, at: number): Promise<'won' | 'too late'> {
  const browser = browsers[at % 2] ?? browsers[0];
  const { pathname } = new URL(page.url);
  // Each node's browser has its own session and CSRF token.
  const form = at % 2 === 0 ? page : await browser.get(pathname);
  if (!form.html.includes('name="decision"')) return 'too late';
  const answer = await browser.submit(form, { ...defaultChoice(form.html), decision }, pathname);
  if (answer.status === 409) return 'too late';
  expect(answer.status, answer.html).toBe(200);
  return 'won';
}

const isIn = (client: RawClient) => client.types.includes('Z');
const isSettled = (client: RawClient) => isIn(client) || client.isEnded;

async function settled(client: RawClient, round: number): Promise<'in' | string> {
  await waitUntil(() => isSettled(client), `round ${round}: the client is answered`, 30_000);
  return isIn(client) ? 'in' : (client.fatal.C ?? '');
}

/** Runs the rounds, several at once; nothing may be held at their end. */
async function eachRound(atOnce: number, race: (round: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < RACE_ROUNDS; first += atOnce) {
    const rounds = Array.from({ length: Math.min(atOnce, RACE_ROUNDS - first) }, (_, index) => first + index);
    await Promise.all(rounds.map(race));
  }
  await expectNothingHeld(desk, [...nodes, hasty]);
}

describe(`over ${RACE_ROUNDS} rounds of seed ${SEED}`, () => {
  it('two approvals: one wins, and the terminal gets in once', { timeout: RACES_LIMIT_MS }, async () => {
    await eachRound(2, async (round) => {
      const login = await opened(round);
      const answers = await Promise.all([decide(login, 'approve', 0), decide(login, 'approve', 1)]);
      expect(answers.sort(), `round ${round}`).toEqual(['too late', 'won']);
      expect(await settled(login.client, round)).toBe('in');
      login.client.destroy();
    });
  });

  it('approve against deny: one wins, and the terminal follows it', { timeout: RACES_LIMIT_MS }, async () => {
    const random = seededRandom(SEED);
    const wins = { approve: 0, deny: 0 };
    await eachRound(2, async (round) => {
      const login = await opened(round);
      const [first, second] = random.shuffled<Decision>(['approve', 'deny']);
      const delayMs = random.next() * 4;
      const answers = await Promise.all([
        decide(login, first ?? 'approve', 0),
        pause(delayMs).then(() => decide(login, second ?? 'deny', random.below(2))),
      ]);
      expect([...answers].sort(), `round ${round}`).toEqual(['too late', 'won']);
      const winner = (answers[0] === 'won' ? first : second) ?? 'approve';
      wins[winner] += 1;
      expect(await settled(login.client, round), `round ${round}`).toBe(winner === 'approve' ? 'in' : '28000');
      login.client.destroy();
    });
    expect(wins.approve + wins.deny).toBe(RACE_ROUNDS);
  });

  it('expiry, hang-up and approval: one wins, and the page says which', {
    timeout: RACES_LIMIT_MS,
  }, async () => {
    const random = seededRandom(SEED);
    const { catalogue } = hasty.postern;
    await eachRound(12, async (round) => {
      const login = await opened(round, hasty);
      const { requestId, hangsUp } = { requestId: idOf(login.page), hangsUp: random.below(2) === 0 };
      const around = () => pause(SHORT_LIFE_MS - 150 + random.next() * 300);
      const [answer] = await Promise.all([
        around().then(() => decide(login, 'approve', 0)),
        around().then(() => hangsUp && login.client.destroy()),
      ]);
      if (!hangsUp) expect(await settled(login.client, round)).toBe(answer === 'won' ? 'in' : '57014');
      login.client.destroy();
      const ends = await waitUntil(async () => {
        for (const { postern } of [...nodes, hasty]) await postern.auditTrail.flush();
        const rows = await catalogue.db
          .selectFrom('audit_events')
          .select('event')
          .where('login_request_id', '=', requestId)
          .where('outcome', '=', 'success')
          .where('event', 'in', ['login.approved', 'login.expired', 'login.abandoned', 'login.consumed'])
          .execute();
        const events = rows.map(({ event }) => event).filter((event) => event !== 'login.approved');
        return events.length > 0 && { events, isApproved: rows.length > events.length };
      }, `round ${round}: its end is in the audit trail`);
      expect(ends.events, `round ${round}`).toHaveLength(1);
      expect(ends.isApproved, `round ${round}`).toBe(answer === 'won');
      // An approval can end unused when its terminal left; without approval there is no use.
      if (answer !== 'won') expect(['login.expired', 'login.abandoned']).toContain(ends.events[0]);
      else expect(['login.consumed', 'login.abandoned']).toContain(ends.events[0]);
    });
  });

  it('connect against revocation of its grant: nobody stays in', {
    timeout: RACES_LIMIT_MS,
  }, async () => {
    const random = seededRandom(SEED);
    await eachRound(2, async (round) => {
      const user = `granted-${round}`;
      const { id: grantId } = await createGrantOfDesk(grants, desk, { requestedUser: user, usesLeft: null });
      const client = await RawClient.connect({ port: (nodes[round % 2] ?? nodes[0]).pgPort });
      const delayMs = random.next() * 40;
      await Promise.all([
        pause(delayMs).then(() => revoke(grantId, round + 1)),
        Promise.resolve().then(() => client.sendStartup({ user, application_name: 'psql' })),
      ]);
      const isAsked = () => client.notices.some((text) => text.startsWith('Welcome'));
      // Asked again, or ended within the second that a revocation may take.
      await waitUntil(() => isAsked() || client.isEnded, `round ${round}: in ${client.types}`, 10_000);
      if (isIn(client)) expect(client.fatal.C, `round ${round}`).toBe('57P01');
      client.destroy();
    });
  });
});

/** Revokes in the console of one of the two nodes. */
async function revoke(grantId: GrantId, at: number): Promise<void> {
  const browser = browsers[at % 2] ?? browsers[0];
  const page = await browser.get('/app/me/sessions');
  const answer = await browser.submit(page, {}, `/app/me/sessions/grants/${grantId}/revoke`);
  expect(answer.status).toBe(200);
}

const idOf = ({ url }: Page) => new URL(url).pathname.split('/').at(-1) ?? '';
