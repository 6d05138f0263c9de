import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoginRequestId, newUserId, type UserId } from '../../../src/ids.ts';
import type { MoveOutcome } from '../../../src/login/request/login-request.ts';
import type { LoginRequests } from '../../../src/login/request/login-requests.ts';
import type { LoginStatus } from '../../../src/login/terms/login-status.ts';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import {
  approvalBy,
  type LoginNode,
  loginOrigin,
  openClaimed,
  startLoginNode,
} from '../../support/nodes/login-for-tests.ts';
import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts';

const SEED = 20_270_411;
const ROUNDS = 1_000;
const ROUNDS_AT_ONCE = 50;

type Racer = 'approve' | 'deny' | 'report' | 'abandon' | 'consume' | 'expire';
type Wins = Record<Racer, number>;

describe.each(redisKinds)('races for one login request on $name', ({ start }) => {
  let server: TestRedis;
  let nodes: readonly [LoginNode, LoginNode];

  beforeAll(async () => {
    server = await start();
    nodes = [startLoginNode(server.url), startLoginNode(server.url)];
  });

  afterAll(async () => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
    await server.close();
  });

  /** One of the two nodes, in turn. */
  const nodeOf = (index: number): LoginRequests => (nodes[index % 2] ?? nodes[0]).requests;

  it('exactly one of 100 claims wins, and all callers learn whose', async () => {
    const { request } = await nodeOf(0).open(loginOrigin(), { waiting: 'connection' });
    const people = Array.from({ length: 100 }, newUserId);
    const outcomes = await Promise.all(
      people.map((userId, index) => nodeOf(index).claim(request.id, { userId, browserAddress: '198.51.100.4' })),
    );
    expect(winsIn(outcomes)).toBe(1);
    const winner = people[outcomes.findIndex(({ kind }) => kind === 'moved')];
    expect(new Set(outcomes.map((outcome) => outcome.request?.claim?.userId))).toEqual(new Set([winner]));
  });

  it('exactly one of 100 approvals wins, and its target is stored', async () => {
    const { request, userId } = await openClaimed(nodeOf(0));
    const approvals = Array.from({ length: 100 }, () => approvalBy(userId));
    const outcomes = await Promise.all(
      approvals.map((approval, index) => nodeOf(index).approve(request.id, { userId, approval })),
    );
    expect(winsIn(outcomes)).toBe(1);
    const winner = approvals[outcomes.findIndex(({ kind }) => kind === 'moved')];
    expect((await nodeOf(0).find(request.id))?.approval).toEqual(winner);
  });

  it('exactly one of 50 attempts to consume an approval wins', async () => {
    const { request, userId } = await openClaimed(nodeOf(0));
    await nodeOf(0).approve(request.id, { userId, approval: approvalBy(userId) });
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, index) => nodeOf(index).consume(request.id)));
    expect(winsIn(outcomes)).toBe(1);
  });

  it('a detached terminal and an approval end with exactly one use', async () => {
    for (let round = 0; round < 50; round += 1) {
      const { request, userId } = await openClaimed(nodeOf(round));
      const [detached, approved] = await Promise.all([
        nodeOf(round).detachConnection(request.id),
        nodeOf(round + 1).approve(request.id, { userId, approval: approvalBy(userId) }),
      ]);
      expect(approved.kind).toBe('moved');
      expect(approved.request?.status).toBe(detached.kind === 'moved' ? 'consumed' : 'approved');
    }
  });

  it('a request that expires during an approval has one outcome for everybody', async () => {
    const endsInMs = [-1_000, ...Array.from({ length: 41 }, (_, index) => index * 2.5), 60_000];
    const statuses = await Promise.all(
      endsInMs.map(async (endInMs, index) => {
        const { request, userId } = await openClaimed(nodeOf(0));
        await letEndIn(nodes[0], request.id, endInMs);
        await pause(endInMs > 0 && endInMs < 1_000 ? 50 : 0);
        const [approved, expired] = await Promise.all([
          nodeOf(index).approve(request.id, { userId, approval: approvalBy(userId) }),
          nodeOf(index + 1).expire(request.id),
        ]);
        const status = (await nodeOf(index).find(request.id))?.status;
        expect(status).toBe(approved.kind === 'moved' ? 'approved' : 'expired');
        expect(winsIn([approved, expired])).toBeLessThanOrEqual(1);
        return status;
      }),
    );
    expect([statuses.at(0), statuses.at(-1)]).toEqual(['expired', 'approved']);
  });

  it(`only legal moves win in random races (seed ${SEED}, ${ROUNDS} rounds)`, async () => {
    const random = seededRandom(SEED);
    for (let first = 0; first < ROUNDS; first += ROUNDS_AT_ONCE) {
      const rounds = Array.from({ length: ROUNDS_AT_ONCE }, (_, index) => ({ number: first + index, ...draw(random) }));
      await Promise.all(
        rounds.map(async ({ number, racers, endInMs, delaysMs }) => {
          const { request, userId } = await openClaimed(nodeOf(number));
          if (endInMs !== null) await letEndIn(nodes[0], request.id, endInMs);
          const wins: Wins = { approve: 0, deny: 0, report: 0, abandon: 0, consume: 0, expire: 0 };
          await Promise.all(
            racers.map(async (racer, index) => {
              await pause(delaysMs[index]);
              const outcome = await race(nodeOf(index), racer, { id: request.id, userId });
              if (outcome.kind === 'moved') wins[racer] += 1;
            }),
          );
          const status = (await nodeOf(number).find(request.id))?.status;
          expect(isLegal(status, wins), `round ${number}: ${status} after ${JSON.stringify(wins)}`).toBe(true);
        }),
      );
    }
  });
});

interface Round {
  readonly racers: readonly Racer[];
  /** Null: it does not end by time in this round. */
  readonly endInMs: number | null;
  readonly delaysMs: readonly number[];
}

function draw(random: SeededRandom): Round {
  const field: Racer[] = ['approve', 'approve', 'deny', 'report', 'abandon', 'consume', 'consume', 'expire'];
  const racers = random.shuffled(field).slice(0, 2 + random.below(field.length - 1));
  const endInMs = random.below(3) === 0 ? random.next() * 30 : null;
  return { racers, endInMs, delaysMs: racers.map(() => random.next() * (endInMs === null ? 3 : 40)) };
}

/** Sets the request's end by Redis' clock. */
async function letEndIn({ redis }: LoginNode, id: LoginRequestId, ms: number): Promise<void> {
  const [seconds, microseconds] = await redis.time();
  const endsAt = Number(seconds) * 1_000 + Number(microseconds) / 1_000 + ms;
  await redis.hset(redisKeys.loginRequest(id), 'expires_at', Math.round(endsAt));
}

async function race(
  requests: LoginRequests,
  racer: Racer,
  { id, userId }: { id: LoginRequestId; userId: UserId },
): Promise<MoveOutcome> {
  switch (racer) {
    case 'approve':
      return await requests.approve(id, { userId, approval: approvalBy(userId) });
    case 'deny':
      return await requests.deny(id, { userId });
    case 'report':
      return await requests.deny(id, { userId, reason: 'reported' });
    case 'abandon':
      return await requests.abandon(id, 'hung up');
    case 'consume':
      return await requests.consume(id);
    case 'expire':
      return await requests.expire(id);
  }
}

/** Whether a claimed request can have come to this status by exactly these won moves. */
function isLegal(status: LoginStatus | undefined, wins: Wins): boolean {
  const { approve, consume, abandon, expire } = wins;
  const denials = wins.deny + wins.report;
  const undecided = approve + denials + consume + expire === 0;
  switch (status) {
    case 'claimed':
      return undecided && abandon === 0;
    case 'approved':
      return approve === 1 && denials + consume + abandon + expire === 0;
    case 'consumed':
      return approve === 1 && consume === 1 && denials + abandon + expire === 0;
    case 'denied':
      return denials === 1 && approve + consume + abandon + expire === 0;
    case 'expired':
      return expire <= 1 && approve + denials + consume + abandon === 0;
    case 'abandoned':
      return abandon === 1 && approve <= 1 && denials + consume + expire === 0;
    default:
      return false;
  }
}

function winsIn(outcomes: readonly MoveOutcome[]): number {
  return outcomes.filter(({ kind }) => kind === 'moved').length;
}
