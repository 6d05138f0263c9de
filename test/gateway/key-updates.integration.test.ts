import { afterAll, beforeAll, expect, it } from 'vitest';
import { MOST_BYTES_BEFORE_LOGIN } from '../../src/gateway/session/bytes-before-login.ts';
import { waitUntil } from '../support/wait-until.ts';
import { addDeveloper, approveLink, createUpstream, type GatewayForTests, startGateway } from './gateway-for-tests.ts';
import { connectWithKeys, keyUpdates } from './key-updates.ts';
import { RawClient } from './raw-client.ts';

/** In one write; a record has 27 bytes. */
const AT_ONCE = 500;
const RECORD_BYTES = 27;
const FEW = 100;
const MANY = 10_000;
/** The client's only record before them. */
const STARTUP = 1;

let gateway: GatewayForTests;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(() => gateway.close());

/** Until the gateway hangs up, or ten times the bytes are sent. */
async function flood(): Promise<boolean> {
  let { client, secret } = await connectWithKeys(gateway);
  client.plain.once('close', () => {
    client.isReset = true;
  });
  for (let sent = 0; sent < 10 * MOST_BYTES_BEFORE_LOGIN && !client.isReset; sent += AT_ONCE * RECORD_BYTES) {
    const made = keyUpdates(secret, AT_ONCE);
    secret = made.secret;
    await new Promise((resolve) => client.plain.write(made.records, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await waitUntil(() => client.isReset, 'the gateway hung up').catch(() => {});
  const isEnded = client.isReset;
  client.plain.destroy();
  return isEnded;
}

// Twenty clients that did nothing but change their keys held up a node for seconds, until the
// others took it for lost: no deadline and no bound on messages sees what TLS keeps to itself.
it('who floods the gateway with TLS key updates before the login is ended', async () => {
  const { client: calm, secret } = await connectWithKeys(gateway);
  calm.plain.write(keyUpdates(secret, FEW).records);
  expect(await Promise.all(Array.from({ length: 5 }, flood))).toEqual(Array.from({ length: 5 }, () => true));
  const limits = await gateway.metrics.limitHits.get();
  const hits = limits.values.find(({ labels }) => labels.limit === 'bytes_before_login');
  expect(hits?.value).toBe(5);
  expect(calm.plain.destroyed).toBe(false);
  calm.destroy();
  using honest = await RawClient.connectTls(gateway);
  honest.sendStartup({ application_name: 'psql' });
  await honest.waitForNotice(/^The link expires/);
});

it('who floods the gateway with TLS key updates after the login is ended', async () => {
  const upstream = await createUpstream();
  const developer = await addDeveloper(gateway, upstream);
  const connected = async () => {
    const { client, secret } = await connectWithKeys(gateway);
    client.sendStartup({ application_name: 'psql' });
    await client.waitForNotice(/^The link expires/);
    await approveLink(gateway, client, developer);
    await client.waitForType('Z');
    return { client, secret };
  };
  const [calm, hostile] = [await connected(), await connected()];
  calm.client.plain.write(keyUpdates(calm.secret, FEW, STARTUP).records);
  hostile.client.plain.write(keyUpdates(hostile.secret, MANY, STARTUP).records);
  await hostile.client.waitForEnd();
  const limits = await gateway.metrics.limitHits.get();
  expect(limits.values.find(({ labels }) => labels.limit === 'empty_records')?.value).toBe(1);
  expect(calm.client.plain.destroyed).toBe(false);
  calm.client.destroy();
  await upstream.close();
});
