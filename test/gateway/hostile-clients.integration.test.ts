import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtStartupPacket } from '../protocol/packet-fixtures.ts';
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts';
import { waitUntil } from '../support/wait-until.ts';
import { type GatewayForTests, startGateway } from './gateway-for-tests.ts';
import { cancelRequest, GSSENC_REQUEST, RawClient, SSL_REQUEST, startupPacket } from './raw-client.ts';

const SEED = 20_260_307;
const CLIENTS = 150;

let gateway: GatewayForTests;

beforeAll(async () => {
  gateway = await startGateway({ times: { cancelHoldMs: { shortest: 5, longest: 100 } } });
});

afterAll(() => gateway.close());

const bytes = (random: SeededRandom, count: number) =>
  Buffer.from(Array.from({ length: count }, () => random.below(256)));

/** A valid packet with some of its bytes changed. */
function mutated(random: SeededRandom, packet: Buffer): Buffer {
  const copy = Buffer.from(packet);
  for (let change = 0; change <= random.below(4); change++) copy[random.below(copy.length)] = random.below(256);
  return copy;
}

const ATTACKS: ReadonlyArray<{ attack: string; make: (random: SeededRandom) => Buffer }> = [
  { attack: 'random bytes', make: (random) => bytes(random, 1 + random.below(400)) },
  { attack: 'changed startup packets', make: (random) => mutated(random, startupPacket({ application_name: 'x' })) },
  { attack: 'changed SSLRequests', make: (random) => mutated(random, builtStartupPacket(SSL_REQUEST, [])) },
  {
    attack: 'TLS records of nonsense',
    make: (random) => Buffer.concat([Buffer.from('160301', 'hex'), bytes(random, 2 + random.below(300))]),
  },
  {
    attack: 'nonsense instead of a ClientHello',
    make: (random) => Buffer.concat([builtStartupPacket(SSL_REQUEST, []), bytes(random, random.below(50))]),
  },
  {
    attack: 'startup packets cut short',
    make: (random) => {
      const packet = startupPacket({ application_name: 'x'.repeat(random.below(200)) });
      return packet.subarray(0, 1 + random.below(packet.length - 1));
    },
  },
  {
    attack: 'thousands of parameters',
    make: (random) => {
      const pairs = Array.from({ length: 65 + random.below(500) }, (_none, index) => [`p${index}`, 'x']);
      return startupPacket(Object.fromEntries(pairs));
    },
  },
  {
    attack: 'cancel requests with random keys',
    make: (random) => cancelRequest(random.below(2 ** 31), bytes(random, 1 + random.below(300))),
  },
  {
    attack: 'encryption requests in a row',
    make: (random) =>
      Buffer.concat(
        Array.from({ length: 2 + random.below(5) }, () =>
          builtStartupPacket(random.below(2) === 0 ? SSL_REQUEST : GSSENC_REQUEST, []),
        ),
      ),
  },
];

describe(`a flood (seed ${SEED})`, () => {
  it.each(ATTACKS)('of $attack ends, and a normal client gets in afterwards', async ({ make }) => {
    const random = seededRandom(SEED);
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => RawClient.connect(gateway)));
    for (const client of clients) {
      client.listen();
      client.send(make(random));
    }
    using good = await RawClient.connectTls(gateway);
    good.sendStartup({ application_name: 'pg_isready' });
    await good.waitForEnd();
    expect(good.fatal.M).toBe('gateway is up');
    for (const client of clients) client.destroy();
    await waitUntil(() => gateway.gateway.connectionCounts().sockets === 0, 'nothing is left');
    expect(gateway.logged().filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  // Each used to be logged as a defect of ours.
  it('of broken TLS records after the handshake ends without a logged error', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.connectTls(gateway)));
    for (const client of clients) {
      client.listen();
      // Below TLS: the plain socket under the client's is written to by hand.
      const handle = Reflect.get(client.plain, '_handle');
      Reflect.apply(handle.writeUtf8String, handle, [{}, 'x'.repeat(64)]);
    }
    await Promise.all(clients.map((client) => client.waitForEnd()));
    await waitUntil(() => gateway.gateway.connectionCounts().sockets === 0, 'nothing is left');
    expect(gateway.logged().filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  it('of queries while waiting is refused, and abandons every login request', async () => {
    const clients = await Promise.all(Array.from({ length: 15 }, () => RawClient.connectTls(gateway)));
    for (const client of clients) {
      client.sendStartup({ application_name: 'psql' });
      client.query('drop table students');
    }
    await Promise.all(clients.map((client) => client.waitForEnd()));
    for (const client of clients) expect(client.fatal.C).toBe('08P01');
    await waitUntil(async () => (await gateway.loginRequests.countWaiting('127.0.0.1')).inTotal === 0, 'none waits');
  });
});
