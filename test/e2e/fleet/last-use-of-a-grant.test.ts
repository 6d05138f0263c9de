// Fifty sockets at two nodes race for the last use of a grant: exactly one gets in, in every round.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRedis, type RedisClient } from '../../../src/redis/redis-client.ts';
import { RawClient } from '../../gateway/raw-client.ts';
import { type DebianRedis, startDebianRedis } from '../../support/databases/redis-for-tests.ts';
import { type Desk, openDesk } from '../../support/nodes/desk.ts';
import { silentLog } from '../../support/nodes/fleet-for-tests.ts';
import type { TestNode } from '../../support/nodes/postern-for-tests.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { createGrantOfDesk, grantsOfDesk } from './grant-of-desk.ts';
import { SOCKET_RACE_ROUNDS, SOCKET_RACES_LIMIT_MS } from './race-rounds.ts';
import { expectNothingHeld } from './what-is-held.ts';

const SOCKETS = 50;
/** Rounds between two counts of what is held: counting takes as long as a round. */
const ROUNDS_PER_COUNT = 50;
const SEED = 20_261_123;

/** The other sockets are refused at once, instead of fifty waiting links. */
const LOSERS_ARE_REFUSED = { POSTERN_ALLOWED_NETWORKS: '203.0.113.0/24' };

let server: DebianRedis;
let desk: Desk;
let otherNode: TestNode;
let redis: RedisClient;

beforeAll(async () => {
  server = await startDebianRedis();
  desk = await openDesk({ redisUrl: server.url, environment: LOSERS_ARE_REFUSED });
  otherNode = await desk.startNode();
  redis = createRedis(desk.installation.redisUrl, { purpose: 'commands', log: silentLog });
});

afterAll(async () => {
  redis.disconnect();
  await desk.close();
  await server.close();
});

it(`is had by exactly one of ${SOCKETS} in each of ${SOCKET_RACE_ROUNDS} rounds of seed ${SEED}`, {
  timeout: SOCKET_RACES_LIMIT_MS,
}, async () => {
  const random = seededRandom(SEED);
  const grants = grantsOfDesk(redis, desk);
  for (let round = 0; round < SOCKET_RACE_ROUNDS; round += 1) {
    const user = `racer-${round}`;
    const grant = await createGrantOfDesk(grants, desk, { requestedUser: user, usesLeft: 1 });
    const ports = random.shuffled(
      Array.from({ length: SOCKETS }, (_, index) => (index % 2 === 0 ? desk.node : otherNode).pgPort),
    );
    const clients = await Promise.all(ports.map((port) => RawClient.connect({ port })));
    for (const client of random.shuffled(clients)) {
      client.sendStartup({ user, application_name: 'psql' });
      client.socket.removeAllListeners('end');
    }
    await waitUntil(() => clients.every(isAnswered), `round ${round}: everybody is answered`);
    expect(clients.filter(isIn), `round ${round}`).toHaveLength(1);
    expect(await grants.get(grant.id)).toMatchObject({ usesLeft: 0, usedCount: 1 });
    // Reset before they close: the system keeps closed sockets for a minute, and a node reads the
    // list of all of them for its logins.
    for (const client of clients) client.plain.resetAndDestroy();
    if (round % ROUNDS_PER_COUNT === 0) await expectNothingHeld(desk, [desk.node, otherNode]);
  }
  await expectNothingHeld(desk, [desk.node, otherNode]);
});

const isIn = (client: RawClient) => client.types.includes('Z');
const isAnswered = (client: RawClient) => isIn(client) || client.types.includes('E');
