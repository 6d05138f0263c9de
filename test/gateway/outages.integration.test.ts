import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { PosternError } from '../../src/errors.ts';
import { runAsSuperuser } from '../support/databases/postgres-for-tests.ts';
import { startDebianRedis } from '../support/databases/redis-for-tests.ts';
import { waitUntil } from '../support/wait-until.ts';
import { answerTo, cancelKeyOf, connectedClient, waitForMessage, waitingClient } from './connected-client.ts';
import { addDeveloper, approveLink, createUpstream, startGateway, type UpstreamForTests } from './gateway-for-tests.ts';
import { cancelRequest, RawClient } from './raw-client.ts';
import { fieldsOf } from './read-messages.ts';

let upstream: UpstreamForTests;

beforeAll(async () => {
  upstream = await createUpstream();
});

afterAll(() => upstream.close());

/** A gateway whose Redis can be killed. */
async function gatewayWithRedis() {
  const redis = await startDebianRedis();
  const gateway = await startGateway({ redisUrl: redis.url });
  onTestFinished(async () => {
    await gateway.close();
    await redis.close();
  });
  return { redis, gateway, developer: await addDeveloper(gateway, upstream) };
}

describe('while Redis is away', () => {
  it('keeps a live connection going, and its query cancelable on its own node', async () => {
    const { redis, gateway, developer } = await gatewayWithRedis();
    using client = await connectedClient(gateway, developer);
    await redis.kill('SIGKILL');
    expect(await answerTo(client, 'select 7')).toBe('7');
    const before = client.messages.length;
    client.query('select pg_sleep(60)');
    const { processId, secretKey } = cancelKeyOf(client);
    await waitUntil(async () => {
      using canceller = await RawClient.connect(gateway);
      canceller.listen();
      canceller.send(cancelRequest(processId, secretKey));
      await canceller.waitForEnd();
      return client.messages.slice(before).some(({ type }) => type === 'E');
    }, 'the query is canceled');
    expect(fieldsOf(await waitForMessage(client, 'E', before))).toMatchObject({ C: '57014' });
    expect(await answerTo(client, 'select 8')).toBe('8');
  });

  it('refuses a new login with 57P03, and lets it in afterwards', async () => {
    const { redis, gateway, developer } = await gatewayWithRedis();
    await redis.kill('SIGKILL');
    using refused = await RawClient.connectTls(gateway);
    refused.sendStartup();
    await refused.waitForEnd();
    expect(refused.types).toBe('E');
    expect(refused.fatal).toMatchObject({ C: '57P03', M: 'cannot connect now' });
    await redis.restart();
    using client = await waitUntil(() => waitingClient(gateway).catch(() => null), 'a link is shown again');
    expect(client.types).toBe('RSSSNN');
    expect(developer.email).toContain('person-');
  });

  it('ends a waiting terminal whose login request is lost with Redis', async () => {
    const { redis, gateway } = await gatewayWithRedis();
    using client = await waitingClient(gateway);
    await redis.restart();
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '57P03' });
  });
});

describe('an upstream that refuses the approved role', () => {
  it('is quoted whole after AuthenticationOk', async () => {
    const { gateway } = await gatewayWithRedis();
    const moody = await createUpstream();
    onTestFinished(() => moody.close());
    const developer = await addDeveloper(gateway, moody);
    await runAsSuperuser(`alter role ${moody.role.name} password 'changed behind our back'`);
    using client = await waitingClient(gateway);
    await approveLink(gateway, client, developer);
    await client.waitForEnd();
    expect(client.types).toMatch(/^RSSSN+E$/);
    expect(client.fatal).toMatchObject({
      S: 'FATAL',
      C: '28P01',
      M: `password authentication failed for user "${moody.role.name}"`,
      H: expect.stringContaining('postern compute password'),
    });
  });

  // It used to be told of a wrong password, which it had not sent.
  it('is told to try again while the password cannot be set back', async () => {
    const restoreRole = () => Promise.reject(new PosternError('store_unavailable'));
    const gateway = await startGateway({ computes: { restoreRole } });
    onTestFinished(() => gateway.close());
    const moody = await createUpstream();
    onTestFinished(() => moody.close());
    const developer = await addDeveloper(gateway, moody);
    await runAsSuperuser(`alter role ${moody.role.name} password 'changed behind our back'`);
    using client = await waitingClient(gateway);
    await approveLink(gateway, client, developer);
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ S: 'FATAL', C: '57P03', M: 'cannot connect now' });
  });
});

describe('an upstream that is lost', () => {
  it('ends an idle client with the upstream’s own message', async () => {
    const { gateway, developer } = await gatewayWithRedis();
    using victim = await connectedClient(gateway, developer);
    using killer = await connectedClient(gateway, developer);
    const pid = await answerTo(victim, 'select pg_backend_pid()');
    await answerTo(killer, `select pg_terminate_backend(${pid})`);
    await victim.waitForEnd();
    expect(victim.fatal).toMatchObject({ C: '57P01', M: expect.stringContaining('administrator command') });
    expect(victim.types.match(/E/g)).toHaveLength(1);
  });
});
