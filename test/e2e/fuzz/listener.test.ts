// Garbage for the listener, in clear text and inside TLS: after every burst a good client still
// logs in, every socket is gone, and nothing has grown. FUZZ_SEED=<number> runs another seed.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { PROTOCOL_3_0, startupPacket } from '../../gateway/raw-client.ts';
import { type Desk, openDesk } from '../../support/nodes/desk.ts';
import { type SeededRandom, seededRandom } from '../../support/seeded-random.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { Attacker } from './attacker.ts';
import { GARBAGE, randomBytes } from './garbage.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_123);
const CLIENTS = 40;
const MOST_GROWTH_BYTES = 32 * 2 ** 20;

let desk: Desk;
let redis: Redis;
let heldBefore: number;

beforeAll(async () => {
  desk = await openDesk();
  redis = new Redis(desk.installation.redisUrl);
  await expectGoodLogin();
  heldBefore = heldBytes();
});

afterAll(async () => {
  redis.disconnect();
  await desk.close();
});

/** What is still reachable, since when the engine collects the rest is its own affair. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function expectGoodLogin(): Promise<void> {
  expect(await desk.login(['-Atc', 'select 6 * 7'])).toMatchObject({ code: 0, stdout: '42\n' });
}

async function expectNothingLeft(): Promise<void> {
  const counts = () => desk.node.postern.gateway.connectionCounts();
  await waitUntil(() => Object.values(counts()).every((count) => count === 0), 'every connection is gone');
  await waitUntil(async () => (await redis.zcard(redisKeys.placesInTotal('waiting'))) === 0, 'no login request waits');
}

type Connect = (port: number, random: SeededRandom) => Promise<Attacker>;

/** Runs so many clients at once, each with its own random source. */
async function burst(connect: Connect, attack: (attacker: Attacker, random: SeededRandom) => Promise<void> | void) {
  const random = seededRandom(SEED);
  const clients = Array.from({ length: CLIENTS }, () => seededRandom(random.below(2 ** 32)));
  await Promise.all(
    clients.map(async (own) => {
      using attacker = await connect(desk.node.pgPort, own);
      attacker.listen();
      await attack(attacker, own);
      attacker.leave(own.below(2) === 0 ? 'fin' : 'reset');
    }),
  );
}

const PLACES: ReadonlyArray<readonly [string, Connect]> = [
  ['in clear text', Attacker.connect],
  ['inside TLS', Attacker.connectInTls],
];
const BURSTS = Object.entries(GARBAGE).flatMap(([name, garbage]) =>
  PLACES.map(([place, connect]) => [name, place, connect, garbage] as const),
);

describe(`garbage (seed ${SEED})`, () => {
  it.each(BURSTS)(
    '%s, %s: a good client still logs in and nothing is left',
    async (_name, _place, connect, garbage) => {
      await burst(connect, async (attacker, random) => {
        for (const segment of garbage(random)) {
          attacker.send(segment);
          await new Promise(setImmediate);
        }
      });
      await expectGoodLogin();
      await expectNothingLeft();
    },
  );

  it.each(PLACES)('a login that arrives byte by byte is served, %s', async (_place, connect) => {
    await burst(connect, async (attacker, random) => {
      const user = `user${random.below(1_000)}`;
      await attacker.sendBytewise(startupPacket({ user, application_name: 'psql' }, PROTOCOL_3_0));
      await waitUntil(() => attacker.received.includes('/psql_session/'), 'the link is shown');
    });
    await expectGoodLogin();
    await expectNothingLeft();
  });

  it('any byte sent while a person is asked ends the wait', async () => {
    await burst(Attacker.connectInTls, async (attacker, random) => {
      attacker.send(startupPacket({ application_name: 'psql' }));
      await waitUntil(() => attacker.received.includes('/psql_session/'), 'the link is shown');
      const query = Buffer.from('510000000d64726f7020746100', 'hex');
      attacker.send(random.below(2) === 0 ? query : randomBytes(random, 2 ** 16));
      await waitUntil(() => attacker.received.includes('08P01') || attacker.isClosed, 'the wait ends');
    });
    await expectGoodLogin();
    await expectNothingLeft();
  });

  it('does not grow the memory', () => {
    expect(heldBytes() - heldBefore).toBeLessThan(MOST_GROWTH_BYTES);
  });
});
