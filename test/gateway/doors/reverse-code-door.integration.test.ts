import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { LoginRequest } from '../../../src/login/request/login-request.ts';
import { wrongFor } from '../../support/nodes/login-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { answerTo, waitingClient } from '../connected-client.ts';
import {
  addDeveloper,
  approvalOf,
  claimLink,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { RawClient } from '../raw-client.ts';

const WRONG = 'the code is not the one in your browser';

let gateway: GatewayForTests;
let upstream: UpstreamForTests;
let developer: DeveloperForTests;

beforeAll(async () => {
  [gateway, upstream] = await Promise.all([startGateway(), createUpstream()]);
  developer = await addDeveloper(gateway, upstream);
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** A terminal that waited, and the digits that the page shows instead of letting it in. */
async function stepUp(user: string): Promise<{ request: LoginRequest; digits: string; first: RawClient }> {
  const first = await waitingClient(gateway, { user });
  const { id } = await claimLink(gateway, first, developer);
  const begun = await gateway.reverseCodes.begin(id, approvalOf(developer, { browserAddress: '203.0.113.99' }));
  if (begun.kind === 'refused') throw new Error(`the request is ${begun.request?.status}`);
  await first.waitForEnd();
  return { request: begun.request, digits: begun.digits.reveal(), first };
}

async function typeCode(user: string, digits: string): Promise<RawClient> {
  const client = await RawClient.connectTls(gateway);
  client.sendStartup({ user, application_name: 'psql' });
  await client.waitForType('R');
  client.sendMessage('p', (writer) => writer.addCString(digits));
  return client;
}

describe('the reverse code', () => {
  it('ends the waiting terminal with a hint, and leaves its request open', async () => {
    const { first, request } = await stepUp('carol');
    expect(first.fatal).toMatchObject({
      C: '28000',
      M: 'enter the code shown in your browser as the password',
      H: 'Run the command again with -W to send no saved password. Type the code only into your own terminal.',
    });
    expect(await gateway.loginRequests.find(request.id)).toMatchObject({ status: 'claimed', waiting: 'none' });
    first.destroy();
  });

  it('lets in the next connection that answers with the digits', async () => {
    const { digits, request } = await stepUp('dora');
    using client = await typeCode('dora', digits);
    await client.waitForType('Z');
    // AuthenticationCleartextPassword, AuthenticationOk, then as after any approval.
    expect(client.types).toMatch(/^RRSN{3}S+KZ$/);
    expect(client.messages[0]?.body.readInt32BE()).toBe(3);
    expect(await answerTo(client, 'select 7')).toBe('7');
    await waitUntil(
      async () => (await gateway.loginRequests.find(request.id))?.progress.kind === 'connected',
      'the page is told',
    );
  });

  it('lets in a driver that flushes behind its password', async () => {
    const { digits } = await stepUp('felix');
    using client = await typeCode('felix', digits);
    client.sendMessage('H', (writer) => writer);
    await client.waitForType('Z');
    expect(await answerTo(client, 'select 7')).toBe('7');
  });

  it('fails after AuthenticationOk with wrong digits', async () => {
    await stepUp('erin');
    using client = await typeCode('erin', '0'.repeat(6));
    await client.waitForEnd();
    expect(client.types).toBe('RRSE');
    expect(client.fatal).toMatchObject({ C: '28P01', M: WRONG });
  });

  it('is denied by the third wrong answer, which says so', async () => {
    const { digits, request } = await stepUp('hans');
    const messages = [WRONG, WRONG, 'the code was wrong three times, so this login was denied'];
    for (const [time, message] of messages.entries()) {
      using client = await typeCode('hans', wrongFor(digits, time + 1));
      await client.waitForEnd();
      expect(client.fatal).toMatchObject({ C: '28P01', M: message });
    }
    expect((await gateway.loginRequests.find(request.id))?.status).toBe('denied');
  });

  // Three wrong codes from anybody at the address denied the login, each time.
  it('lets its person in while others at the address guess ten times a minute', async () => {
    const burned = await stepUp('gwen');
    const { origin } = burned.request;
    for (const time of [1, 2, 3]) await gateway.reverseCodes.check(origin, wrongFor(burned.digits, time));
    const { digits } = await stepUp('gwen');
    const guess = async () => {
      const client = await typeCode('gwen', wrongFor(digits));
      onTestFinished(() => client.destroy());
      return client;
    };
    const guessers = await Promise.all(Array.from({ length: 15 }, guess));
    const answered = () => guessers.filter(({ types }) => types.includes('E')).length;
    await waitUntil(() => answered() >= 2, 'the first are answered at once');
    using client = await typeCode('gwen', digits.replace(/\d{4}/g, '$& '));
    await client.waitForType('Z');
    expect(answered()).toBeLessThanOrEqual(10);
  });

  it('stays open for a psql that hangs up to ask its user', async () => {
    const { digits, request } = await stepUp('fred');
    using asking = await RawClient.connectTls(gateway);
    asking.sendStartup({ user: 'fred', application_name: 'psql' });
    await asking.waitForType('R');
    asking.destroy();
    await waitUntil(() => gateway.gateway.connectionCounts().sockets === 0, 'it is gone');
    expect((await gateway.loginRequests.find(request.id))?.stepUp).toBe('reverse_code');
    using client = await typeCode('fred', digits);
    await client.waitForType('Z');
  });

  it('says so of a saved password', async () => {
    const { digits, request } = await stepUp('ida');
    for (const saved of ['secret of another server', '12345', 'p4ssw0rd', '']) {
      using client = await typeCode('ida', saved);
      await client.waitForEnd();
      expect(client.types).toBe('RRSE');
      expect(client.fatal).toMatchObject({
        C: '28P01',
        H: expect.stringContaining('again with -W, or with PGPASSWORD unset'),
      });
    }
    expect((await gateway.loginRequests.find(request.id))?.stepUp).toBe('reverse_code');
    expect(JSON.stringify(gateway.logged())).not.toMatch(/secret of another server|p4ssw0rd/);
    using client = await typeCode('ida', digits);
    await client.waitForType('Z');
  });

  it('is never asked for in clear text', async () => {
    await stepUp('gina');
    using client = await RawClient.connect(gateway);
    client.sendStartup({ user: 'gina' });
    await client.waitForEnd();
    expect(client.types).toBe('E');
    expect(client.fatal.M).toBe('connection requires TLS');
  });

  it('refuses an overlong password without reading it', async () => {
    await stepUp('hugo');
    using client = await typeCode('hugo', '1'.repeat(600));
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '08P01' });
  });
});
