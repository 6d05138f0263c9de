import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtStartupPacket, hex } from '../../protocol/packet-fixtures.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type GatewayForTests, startGateway } from '../gateway-for-tests.ts';
import {
  CANCEL_REQUEST,
  cancelRequest,
  GSSENC_REQUEST,
  PROTOCOL_3_2,
  RawClient,
  SSL_REQUEST,
  startupPacket,
} from '../raw-client.ts';

let gateway: GatewayForTests;

beforeAll(async () => {
  gateway = await startGateway({ times: { cancelHoldMs: { shortest: 10, longest: 200 } } });
});

afterAll(() => gateway.close());

const sslRequest = () => builtStartupPacket(SSL_REQUEST, []);
const gssencRequest = () => builtStartupPacket(GSSENC_REQUEST, []);
const probe = { application_name: 'pg_isready' };

describe('the first packet', () => {
  it('may be an SSLRequest, answered with S and TLS', async () => {
    using client = await RawClient.connectTls(gateway);
    expect(client.tls.getProtocol()).toBe('TLSv1.3');
    client.sendStartup(probe);
    await client.waitForEnd();
    expect(client.types).toBe('RSE');
  });

  it('may be a GSSENCRequest, answered with N, before an SSLRequest or in clear text', async () => {
    using client = await RawClient.connect(gateway);
    client.send(gssencRequest());
    expect(await client.readByte()).toBe('N');
    client.send(sslRequest());
    expect(await client.readByte()).toBe('S');
    await client.encrypt({ caPem: gateway.caPem, serverName: 'localhost' });
    client.sendStartup(probe);
    await client.waitForEnd();
    expect(client.fatal.M).toBe('gateway is up');
  });

  it('may begin TLS directly, with ALPN', async () => {
    using client = await RawClient.connect(gateway);
    await client.encrypt({ caPem: gateway.caPem, serverName: 'x.pg.example.com' });
    expect(client.tls.alpnProtocol).toBe('postgresql');
    client.sendStartup(probe);
    await client.waitForEnd();
    expect(client.fatal.M).toBe('gateway is up');
  });

  it('may not begin TLS directly without ALPN', async () => {
    using client = await RawClient.connect(gateway);
    const encrypted = client.encrypt({ caPem: gateway.caPem, serverName: 'localhost', alpn: [] });
    await encrypted.catch(() => {});
    client.listen();
    client.sendStartup(probe);
    await client.waitForEnd();
    expect(client.messages).toEqual([]);
  });

  it('may come one byte at a time', async () => {
    using client = await RawClient.connect(gateway);
    client.listen();
    for (const byte of startupPacket(probe)) {
      client.send(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    await client.waitForEnd();
    expect(client.fatal.M).toBe('gateway is up');
  });

  it('may be a StartupMessage of 3.0 or 3.2, and gets no NegotiateProtocolVersion', async () => {
    for (const version of [undefined, PROTOCOL_3_2]) {
      using client = await RawClient.connectTls(gateway);
      client.sendStartup(probe, version);
      await client.waitForEnd();
      expect(client.types).toBe('RSE');
    }
  });

  it.each([
    { asked: (3 << 16) | 9_999, options: [], names: 0 },
    { asked: 3 << 16, options: ['_pq_.test_protocol_negotiation'], names: 1 },
  ])('gets NegotiateProtocolVersion for newer minors and _pq_ options: %o', async ({ asked, options, names }) => {
    using client = await RawClient.connectTls(gateway);
    client.sendStartup({ ...probe, ...Object.fromEntries(options.map((option) => [option, ''])) }, asked);
    await client.waitForEnd();
    expect(client.types).toBe('vRSE');
    expect(client.messages[0]?.body.readInt32BE(4)).toBe(names);
  });
});

describe('a peer that breaks the protocol', () => {
  const silent: ReadonlyArray<{ what: string; bytes: () => Buffer }> = [
    { what: 'a second SSLRequest', bytes: () => Buffer.concat([gssencRequest(), gssencRequest()]) },
    {
      what: 'an SSLRequest and a ClientHello in one segment',
      bytes: () => Buffer.concat([sslRequest(), hex('16030100')]),
    },
    {
      what: 'an SSLRequest and a startup packet in one segment',
      bytes: () => Buffer.concat([sslRequest(), startupPacket()]),
    },
    { what: 'protocol 2', bytes: () => startupPacket({}, 2 << 16) },
    { what: 'an unknown code', bytes: () => builtStartupPacket(1_234, []) },
    { what: 'a length of 2 GB', bytes: () => hex('7fffffff 00030000') },
    { what: 'a negative length', bytes: () => hex('ffffffff 00030000') },
    { what: 'a body of 10,001 bytes', bytes: () => hex('00002715 00030000') },
    { what: 'HTTP', bytes: () => Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n') },
    { what: 'a PROXY header that nobody asked for', bytes: () => Buffer.from('PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n') },
    { what: 'a cancel request without a key', bytes: () => builtStartupPacket(CANCEL_REQUEST, []) },
  ];
  it.each(silent)('is closed without an answer: $what', async ({ bytes }) => {
    using client = await RawClient.connect(gateway);
    client.listen();
    client.send(bytes());
    await client.waitForEnd();
    expect([...client.messages]).toEqual([]);
    expect(client.rest.toString()).toMatch(/^[NS]?$/);
  });

  it('gets an error after AuthenticationOk when only its StartupMessage is wrong', async () => {
    for (const [packet, message] of [
      [builtStartupPacket(3 << 16, ['user', 'a']), 'invalid startup packet'],
      [builtStartupPacket(3 << 16, ['database', 'a'], '\0'), 'no PostgreSQL user name specified in startup packet'],
    ] as const) {
      using client = await RawClient.connectTls(gateway);
      client.listen();
      client.send(packet);
      await client.waitForEnd();
      expect(client.types).toBe('RSE');
      expect(client.fatal.M).toBe(message);
    }
  });

  it('is closed when its startup packet takes too long', async () => {
    const hasty = await startGateway({ times: { negotiationMs: 50 }, fleetOf: gateway });
    using client = await RawClient.connect(hasty);
    client.listen();
    client.send(hex('0000'));
    await client.waitForEnd();
    expect(client.messages).toEqual([]);
    await waitUntil(() => hasty.logged().find((line) => line.reason === 'deadline'), 'the log says so');
    await hasty.close();
  });

  it('cannot end the process by a broken TLS handshake', async () => {
    using client = await RawClient.connect(gateway);
    client.send(sslRequest());
    expect(await client.readByte()).toBe('S');
    client.listen();
    client.send(hex('1603010005 ffffffffff'));
    await client.waitForEnd();
    using next = await RawClient.connectTls(gateway);
    expect(next.tls.encrypted).toBe(true);
  });
});

describe('a crowd of half-open connections', () => {
  it('keeps no client out, silent or stopped before the ClientHello', async () => {
    const crowd = await Promise.all(Array.from({ length: 600 }, () => RawClient.connect(gateway)));
    for (const [index, client] of crowd.entries()) if (index % 2 === 0) client.send(sslRequest());
    using good = await RawClient.connectTls(gateway);
    good.sendStartup(probe);
    await good.waitForEnd();
    expect(good.fatal.M).toBe('gateway is up');
    for (const client of crowd) client.destroy();
  });
});

describe('clear text', () => {
  it('is refused before AuthenticationOk where TLS is required', async () => {
    const strict = await startGateway({ environment: { POSTERN_TLS: 'require' }, fleetOf: gateway });
    using client = await RawClient.connect(strict);
    client.sendStartup({ application_name: 'psql' });
    await client.waitForEnd();
    expect(client.types).toBe('E');
    expect(client.fatal).toMatchObject({ C: '28000', M: 'connection requires TLS', H: 'Set sslmode=require.' });
    await strict.close();
  });

  it('is allowed from loopback by default', async () => {
    using client = await RawClient.connect(gateway);
    client.sendStartup(probe);
    await client.waitForEnd();
    expect(client.types).toBe('RSE');
  });

  it('is the answer to an SSLRequest where TLS is not configured', async () => {
    const plain = await startGateway({ clearTextOnly: true, fleetOf: gateway });
    using client = await RawClient.connect(plain);
    client.send(sslRequest());
    expect(await client.readByte()).toBe('N');
    client.sendStartup(probe);
    await client.waitForEnd();
    expect(client.fatal.M).toBe('gateway is up');
    await plain.close();
  });
});

describe('behind a balancer', () => {
  const environment = { POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.0/8', POSTERN_TLS: 'allow' };

  it('takes the client’s address from the PROXY header, and requires TLS for it', async () => {
    const balanced = await startGateway({
      environment: { POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.0/8' },
      fleetOf: gateway,
    });
    using client = await RawClient.connect(balanced);
    client.send(Buffer.from('PROXY TCP4 203.0.113.7 127.0.0.1 50123 5432\r\n'));
    client.sendStartup({ application_name: 'psql' });
    await client.waitForEnd();
    expect(client.fatal.M).toBe('connection requires TLS');
    const line = await waitUntil(() => balanced.logged().find(({ reason }) => reason === 'tls_required'), 'a log line');
    expect(line).toMatchObject({ address: '203.0.113.7', port: 50_123 });
    await balanced.close();
  });

  it('shows the client’s address on the page, not the balancer’s', async () => {
    const balanced = await startGateway({ environment, fleetOf: gateway });
    using client = await RawClient.connect(balanced);
    // Version 2, PROXY, TCP4, 12 bytes: source, destination, ports.
    client.send(hex('0d0a0d0a000d0a515549540a 21 11 000c cb007109 7f000001 c3cb 1538'));
    client.sendStartup({ application_name: 'psql' });
    await client.waitForNotice(/^The link expires/);
    const request = await balanced.loginRequests.findByToken(client.token);
    expect(request?.origin).toMatchObject({ address: '203.0.113.9', port: 50_123 });
    await balanced.close();
  });

  it('closes a connection without the header', async () => {
    const balanced = await startGateway({ environment, fleetOf: gateway });
    using client = await RawClient.connect(balanced);
    client.sendStartup(probe);
    await client.waitForEnd();
    expect(client.messages).toEqual([]);
    await balanced.close();
  });
});

describe('a cancel request with a key that nobody has', () => {
  it.each(['in clear text', 'over TLS'])('gets no answer %s', async (way) => {
    using client = way === 'over TLS' ? await RawClient.connectTls(gateway) : await RawClient.connect(gateway);
    client.listen();
    client.send(cancelRequest(4_711, Buffer.alloc(4)));
    await client.waitForEnd();
    expect(client.messages).toEqual([]);
    expect(client.isReset).toBe(false);
  });
});
