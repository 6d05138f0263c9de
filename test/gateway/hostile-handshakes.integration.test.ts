import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtStartupPacket } from '../protocol/packet-fixtures.ts';
import { type GatewayForTests, startGateway } from './gateway-for-tests.ts';
import { RawClient, SSL_REQUEST } from './raw-client.ts';

/** More than the handshakes that a node runs at a time. */
const ENOUGH = 400;
/** Many more a second than the slots that are taken away in it. */
const AT_ONCE = 20;
const ROUND_MS = 25;
/** The first byte of a TLS record, and nothing behind it. */
const BEGUN_HANDSHAKE = Buffer.of(0x16);

interface Flood {
  readonly stop: AbortSignal;
  readonly onFull: () => void;
}

let gateway: GatewayForTests;

beforeAll(async () => {
  gateway = await startGateway({ environment: { POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.1' } });
});

afterAll(() => gateway.close());

async function connectFrom(address: string): Promise<RawClient> {
  const client = await RawClient.connect(gateway);
  client.send(Buffer.from(`PROXY TCP4 ${address} 127.0.0.1 50000 5432\r\n`));
  return client;
}

/** Until it is told to stop; none hangs up, so a slot is free only when it is taken away. */
async function floodFrom(addresses: readonly string[], { stop, onFull }: Flood): Promise<void> {
  const held: RawClient[] = [];
  for (let round = 0; !stop.aborted; round++) {
    const address = addresses[round % addresses.length] ?? '';
    const begun = await Promise.all(Array.from({ length: AT_ONCE }, () => connectFrom(address)));
    for (const client of begun) client.send(BEGUN_HANDSHAKE);
    held.push(...begun);
    if (held.length >= ENOUGH) onFull();
    await pause(ROUND_MS);
  }
  for (const client of held) client.destroy();
}

async function askForLink(address: string): Promise<string> {
  using client = await connectFrom(address);
  client.send(builtStartupPacket(SSL_REQUEST, []));
  if ((await client.readByte()) !== 'S') return 'no TLS';
  await client.encrypt({ caPem: gateway.caPem, serverName: 'localhost' });
  client.sendStartup({ application_name: 'psql' });
  await Promise.race([client.waitForNotice(/^The link expires/), client.waitForEnd()]);
  return client.notices.length > 0 ? 'a link' : (client.fatal.C ?? '?');
}

it.each([
  ['of one address', ['198.51.100.7'], '203.0.113.7'],
  ['of many addresses of a /16', Array.from({ length: 200 }, (_none, index) => `198.51.${index}.7`), '203.0.113.8'],
  ['of a neighbour in the same /24', ['203.0.113.99'], '203.0.113.9'],
])('begun handshakes %s keep nobody else out', async (_of, attackers, victim) => {
  const stop = new AbortController();
  let flood: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve) => {
    flood = floodFrom(attackers, { stop: stop.signal, onFull: resolve });
  });
  const outcome = await askForLink(victim).catch(String);
  stop.abort();
  await flood;
  expect(outcome).toBe('a link');
});
