// SASL OAUTHBEARER on the wire, done wrong: each case of RFC 7628 ends in a failure that says where
// tokens are to be had, then an error, and never lets anybody in.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { waitUntil } from '../../support/wait-until.ts';
import { type GatewayForTests, startGateway } from '../gateway-for-tests.ts';
import { RawClient } from '../raw-client.ts';

let gateway: GatewayForTests;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway.close();
});

const failureSchema = z.strictObject({
  status: z.literal('invalid_token'),
  'openid-configuration': z.string().endsWith('/.well-known/openid-configuration'),
  scope: z.literal('openid'),
});

async function begin(serverName = 'localhost', options = 'door=oauth'): Promise<RawClient> {
  const client = await RawClient.connectTls(gateway, serverName);
  client.sendStartup({ user: 'ann', ...(options === '' ? {} : { options }) });
  await waitUntil(() => client.messages.length > 0, 'the gateway answers');
  return client;
}

/** SASLInitialResponse; null: without a response, as -1 bytes. */
function respond(client: RawClient, text: string | null, mechanism = 'OAUTHBEARER'): void {
  const data = text === null ? null : Buffer.from(text, 'latin1');
  client.sendMessage('p', (writer) => {
    const begun = writer.addCString(mechanism).addInt32(data?.length ?? -1);
    return data === null ? begun : begun.add(data);
  });
}

async function failureOf(client: RawClient) {
  const message = await waitUntil(() => client.messages[1], 'the failure is told');
  expect([message.type, message.body.readInt32BE(0)]).toEqual(['R', 11]);
  return failureSchema.parse(JSON.parse(message.body.subarray(4).toString()));
}

async function expectRefused(client: RawClient): Promise<void> {
  await client.waitForEnd();
  expect(client.types).not.toMatch(/[ZK]/);
  const codes = client.messages.filter(({ type }) => type === 'R').map(({ body }) => body.readInt32BE(0));
  expect(codes).not.toContain(0);
}

/** The response's own length goes beyond its message. */
function claimMore(client: RawClient): void {
  client.sendMessage('p', (writer) => writer.addCString('OAUTHBEARER').addInt32(4_095).add(Buffer.from('n,,')));
}

const TOKEN = 'auth=Bearer abc\x01';

describe('a first message', () => {
  it('is asked for with OAUTHBEARER alone', async () => {
    using client = await begin();
    expect(client.messages[0]?.body.toString('latin1')).toBe('\0\0\0\x0aOAUTHBEARER\0\0');
  });

  it.each<[string, string | null, string?]>([
    ['without a token', 'n,,\x01auth=\x01\x01'],
    ['with an unknown token', `n,,\x01${TOKEN}\x01`],
    ['that is missing', null],
    ['that is empty', ''],
    ['without its header', `\x01${TOKEN}\x01`],
    ['with a broken header', `x,,\x01${TOKEN}\x01`],
    ['with channel binding', `p=tls-exporter,,\x01${TOKEN}\x01`],
    ['for another identity', `n,a=admin,\x01${TOKEN}\x01`],
    ['without its last separator', `n,,\x01${TOKEN}`],
    ['with more behind its end', `n,,\x01${TOKEN}\x01x`],
    ['without auth', 'n,,\x01host=a\x01port=1\x01\x01'],
    ['with two tokens', `n,,\x01${TOKEN}${TOKEN}\x01`],
    ['of another scheme', 'n,,\x01auth=Basic abc\x01\x01'],
    ['with an empty token', 'n,,\x01auth=Bearer \x01\x01'],
    ['with a NUL', 'n,,\x01auth=Bearer a\x00b\x01\x01'],
    ['outside ASCII', 'n,,\x01auth=Bearer \xe9\x01\x01'],
    ['of thousands of pairs', `n,,\x01${'a=b\x01'.repeat(5_000)}\x01`],
    ['of another mechanism', `n,,\x01${TOKEN}\x01`, 'SCRAM-SHA-256'],
    ['of a mechanism in lower case', `n,,\x01${TOKEN}\x01`, 'oauthbearer'],
  ])('%s ends in a failure and 28000', async (_what, text, mechanism) => {
    using client = await begin();
    respond(client, text, mechanism);
    await failureOf(client);
    client.sendMessage('p', (writer) => writer.add(Buffer.from([1])));
    await expectRefused(client);
    expect(client.fatal.C).toBe('28000');
  });

  it.each<[string, (client: RawClient) => void]>([
    ['longer than 32 KiB', (client) => respond(client, `n,,\x01auth=Bearer ${'a'.repeat(33_000)}\x01\x01`)],
    ['that claims more than it has', claimMore],
    ['that is a query', (client) => client.query('select 1')],
  ])('%s ends the connection', async (_what, send) => {
    using client = await begin();
    send(client);
    await expectRefused(client);
  });
});

describe('the answer to a failure', () => {
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['another byte', Buffer.from('x')],
    ['two bytes', Buffer.from([1, 1])],
    ['a token', Buffer.from(`n,,\x01${TOKEN}\x01`)],
  ])('that is %s ends the connection, too', async (_what, bytes) => {
    using client = await begin();
    respond(client, 'n,,\x01auth=\x01\x01');
    await failureOf(client);
    client.sendMessage('p', (writer) => writer.add(bytes));
    await expectRefused(client);
  });

  it('of a client without a token counts as no failure, and leaves no trace', async () => {
    const counted = async () => (await gateway.catalogue.db.selectFrom('audit_events').select('id').execute()).length;
    await gateway.auditTrail.flush();
    const before = await counted();
    for (let time = 0; time < 30; time += 1) {
      using client = await begin();
      respond(client, 'n,,\x01auth=\x01\x01');
      await failureOf(client);
      client.sendMessage('p', (writer) => writer.add(Buffer.from([1])));
      await expectRefused(client);
      expect(client.fatal).toMatchObject({ C: '28000', M: 'a bearer token is needed' });
    }
    await gateway.auditTrail.flush();
    expect(await counted()).toBe(before);
  });
});

describe('the door', () => {
  it.each([
    ['oauth.pg.example.com', 'SASL'],
    ['OAUTH.pg.example.com', 'SASL'],
    ['oauth--shop-river-12345678.pg.example.com', 'SASL'],
    ['oauthority.pg.example.com', 'link'],
    ['shop.pg.example.com', 'link'],
  ])('of the host %s is %s', async (serverName, door) => {
    using client = await begin(serverName, '');
    expect(client.messages[0]?.body.readInt32BE(0)).toBe(door === 'SASL' ? 10 : 0);
  });

  it('is closed in clear text', async () => {
    using client = await RawClient.connect(gateway);
    client.sendStartup({ user: 'ann', options: 'door=oauth' });
    await client.waitForEnd();
    expect(client.fatal.M).toBe('connection requires TLS');
  });
});
