import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtStartupPacket } from '../protocol/packet-fixtures.ts';
import { waitUntil } from '../support/wait-until.ts';
import { cancelKeyOf, connectedClient, waitingClient } from './connected-client.ts';
import {
  addDeveloper,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from './gateway-for-tests.ts';
import { cancelRequest, RawClient, SSL_REQUEST, startupPacket } from './raw-client.ts';

const TIMES = { negotiationMs: 500, handshakeMs: 500, passwordMs: 500, cancelHoldMs: { shortest: 50, longest: 500 } };
const PROXY_HEADER = Buffer.from('PROXY TCP4 127.0.0.1 127.0.0.1 40000 5432\r\n');
const UNKNOWN_TOKEN = `tok-${'a'.repeat(16)}`;

let gateway: GatewayForTests;
let balanced: GatewayForTests;
let upstream: UpstreamForTests;
let developer: DeveloperForTests;

beforeAll(async () => {
  upstream = await createUpstream();
  gateway = await startGateway({ times: TIMES, environment: { POSTERN_LOGIN_TTL: '3s' } });
  balanced = await startGateway({ times: TIMES, environment: { POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.1' } });
  developer = await addDeveloper(gateway, upstream);
});

afterAll(async () => {
  await Promise.all([gateway.close(), balanced.close()]);
  await upstream.close();
});

/** How far a client has come when something goes wrong with it. */
const PHASES: Readonly<Record<string, () => Promise<RawClient>>> = {
  'before the first byte': () => RawClient.connect(gateway),
  'inside a PROXY header': async () => {
    const client = await RawClient.connect(balanced);
    client.send(PROXY_HEADER.subarray(0, 20));
    return client;
  },
  'behind a PROXY header': async () => {
    const client = await RawClient.connect(balanced);
    client.send(PROXY_HEADER);
    return client;
  },
  'inside a startup packet': async () => {
    const client = await RawClient.connect(gateway);
    client.send(startupPacket().subarray(0, 9));
    return client;
  },
  'behind the S': async () => {
    const client = await RawClient.connect(gateway);
    client.send(builtStartupPacket(SSL_REQUEST, []));
    await client.readByte();
    return client;
  },
  'inside a ClientHello': async () => {
    const client = await RawClient.connect(gateway);
    client.send(builtStartupPacket(SSL_REQUEST, []));
    await client.readByte();
    client.send(Buffer.from('1603010200010001fc', 'hex'));
    return client;
  },
  'behind the TLS handshake': () => RawClient.connectTls(gateway),
  'asked for a SASL answer': () => askedForSasl(),
  'inside a SASL answer': async () => {
    const client = await askedForSasl();
    client.send(Buffer.from('7000000080', 'hex'));
    return client;
  },
  'waiting for a person': () => waitingClient(gateway),
  'ready for queries': () => connectedClient(gateway, developer),
  'inside a query': async () => {
    const client = await connectedClient(gateway, developer);
    client.query('select pg_sleep(30)');
    return client;
  },
  'behind a cancel request': async () => {
    const victim = await connectedClient(gateway, developer);
    const { processId, secretKey } = cancelKeyOf(victim);
    const client = await RawClient.connect(gateway);
    client.send(cancelRequest(processId, secretKey));
    client.plain.once('close', () => victim.destroy());
    return client;
  },
};

const FAULTS: Readonly<Record<string, (client: RawClient) => void>> = {
  'a reset': (client) => void client.plain.resetAndDestroy(),
  'a FIN': (client) => void client.plain.end(),
  'a close with unread bytes': (client) => client.destroy(),
  // In TLS below it, so a broken record.
  garbage: (client) => writeBelowTls(client, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3)),
  'garbage and a reset': (client) => {
    writeBelowTls(client, 'x'.repeat(64));
    client.plain.resetAndDestroy();
  },
  'a TLS alert': (client) => writeBelowTls(client, '\u0015\u0003\u0003\u0000\u0002\u0002\u0028'),
  'nonsense in the right layer': (client) => client.send(Buffer.alloc(64, 'q')),
  silence: () => {},
};

describe.each(Object.keys(PHASES))('%s', (phase) => {
  it.each(Object.keys(FAULTS))('%s of a client is no defect of ours', async (fault) => {
    if (isNoFault(phase, fault)) return;
    const client = await PHASES[phase]?.();
    if (client === undefined) throw new Error('no such phase');
    client.listen();
    FAULTS[fault]?.(client);
    await waitUntil(() => client.isEnded || client.isReset || client.plain.destroyed, 'the connection is over');
    client.destroy();
    for (const { gateway: side } of [gateway, balanced])
      await waitUntil(() => side.connectionCounts().sockets === 0, 'no socket is left');
    await expectNoDefect();
  });
});

it('sockets that are reset before they are accepted have no address', async () => {
  const before = gateway.logged().length;
  const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.connect(gateway)));
  for (const client of clients) client.plain.resetAndDestroy();
  await pause(0);
  await waitUntil(() => gateway.gateway.connectionCounts().sockets === 0, 'no socket is left');
  const lines = gateway.logged().slice(before);
  expect(lines.filter(({ address }) => address === '')).toEqual([]);
  await expectNoDefect();
});

/** A silent live connection may be silent, and what follows a query waits until it was answered. */
function isNoFault(phase: string, fault: string): boolean {
  if (phase === 'inside a query' && fault === 'nonsense in the right layer') return true;
  return fault === 'silence' && (phase === 'ready for queries' || phase === 'inside a query');
}

async function askedForSasl(): Promise<RawClient> {
  const client = await RawClient.connectTls(gateway);
  client.sendStartup({ user: UNKNOWN_TOKEN });
  const request = await client.waitForType('R');
  // AuthenticationSASL
  expect(request.body.readInt32BE()).toBe(10);
  return client;
}

function writeBelowTls(client: RawClient, text: string): void {
  const handle = Reflect.get(client.plain, '_handle');
  if (handle === null) return;
  Reflect.apply(handle.writeLatin1String, handle, [{}, text]);
}

async function expectNoDefect(): Promise<void> {
  for (const side of [gateway, balanced]) {
    expect(side.logged().filter(({ level }) => Number(level) >= 50)).toEqual([]);
    const { values } = await side.metrics.endings.get();
    expect(values.filter(({ labels }) => labels.reason === 'internal')).toEqual([]);
  }
}
