// What a neighbour behind the same address gets of a person's approvals, who says the same words.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rememberLoginName } from '../../../src/catalogue/access/login-names.ts';
import { loginNameOf } from '../../../src/login/request/terminal.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { approveAtBrowser } from '../approve-at-browser.ts';
import { answerTo } from '../connected-client.ts';
import {
  addDeveloper,
  claimLink,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { BLIND, RawClient } from '../raw-client.ts';

let gateway: GatewayForTests;
let upstream: UpstreamForTests;
let ann: DeveloperForTests;
let neighbour: DeveloperForTests;
let places = 0;

beforeAll(async () => {
  const environment = { POSTERN_NOTICE_BLIND_WAIT: '100ms', POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.1' };
  [gateway, upstream] = await Promise.all([startGateway({ environment }), createUpstream()]);
  ann = await addDeveloper(gateway, upstream);
  neighbour = await addDeveloper(gateway, upstream);
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

function newPlace(): string {
  places += 1;
  return `203.0.113.${places}`;
}

async function connectAs(user: string, address: string): Promise<RawClient> {
  const client = await RawClient.connectTlsFrom(address, gateway);
  client.sendStartup({ ...BLIND, user });
  return client;
}

async function refused(user: string, address: string): Promise<RawClient> {
  const client = await connectAs(user, address);
  await client.waitForEnd();
  return client;
}

async function neighbourWasAt(address: string): Promise<void> {
  await rememberLoginName(gateway.catalogue, neighbour.userId, loginNameOf({ address, requestedUser: 'another' }));
}

describe('an approval of a client that must connect again', () => {
  it('lets in only who types its code where other people connect', async () => {
    // A neighbour who said the same connected first and was in the person's database.
    const place = newPlace();
    await neighbourWasAt(place);
    using first = await refused('ann', place);
    const answer = await approveAtBrowser(gateway, first, { developer: ann, remember: 'once' });
    if (answer.kind !== 'reverse_code') throw new Error(answer.kind);
    using guesser = await connectAs('ann', place);
    await guesser.waitForType('R');
    guesser.sendMessage('p', (writer) =>
      writer.addCString(answer.digits.startsWith('0') ? '1'.repeat(12) : '0'.repeat(12)),
    );
    await guesser.waitForEnd();
    expect(guesser.fatal.C).toMatch(/^28/);
    using second = await connectAs('ann', place);
    await second.waitForType('R');
    second.sendMessage('p', (writer) => writer.addCString(answer.digits));
    await second.waitForType('Z');
    expect(await answerTo(second, 'select 7')).toBe('7');
  });

  it('lets in only who types its code where somebody else opened the same link', async () => {
    const place = newPlace();
    using shown = await refused('dora', place);
    await claimLink(gateway, shown, neighbour);
    using second = await refused('dora', place);
    expect((await approveAtBrowser(gateway, second, { developer: ann, remember: 'once' })).kind).toBe('reverse_code');
  });

  it('is used once where nobody else is, and the page shows by which connection', async () => {
    const place = newPlace();
    using first = await refused('ann', place);
    const answer = await approveAtBrowser(gateway, first, { developer: ann, remember: 'once' });
    if (answer.kind !== 'approved') throw new Error(answer.kind);
    const [grant] = await gateway.grants.list(ann.userId);
    expect((grant?.until.getTime() ?? 0) - (grant?.createdAt.getTime() ?? 0)).toBe(120_000);
    using second = await connectAs('ann', place);
    await second.waitForType('Z');
    const progress = async () => (await gateway.loginRequests.find(answer.request.id))?.progress;
    await waitUntil(async () => (await progress())?.kind === 'connected', 'the page is told');
    expect(await progress()).toMatchObject({ client: { application: null, port: 50_000 } });
    using third = await refused('ann', place);
    expect(third.notices[0]).toContain('/psql_session/');
  });
});

describe('an approval that is remembered', () => {
  it('is under no name but the own where other people connect', async () => {
    const place = newPlace();
    await neighbourWasAt(place);
    using strange = await refused('ben', place);
    await expect(approveAtBrowser(gateway, strange, { developer: ann, remember: '1h' })).rejects.toMatchObject({
      code: 'precondition',
      message: expect.stringContaining('under your own name only'),
    });
    using own = await refused(ann.email, place);
    expect((await approveAtBrowser(gateway, own, { developer: ann, remember: '1h' })).kind).toBe('reverse_code');
  });

  it('is not used by somebody who came to the address after it', async () => {
    // Planted before the office filled: the first psql of a person with that name was let in.
    const place = newPlace();
    using planted = await refused('cleo', place);
    expect((await approveAtBrowser(gateway, planted, { developer: neighbour, remember: '1h' })).kind).toBe('approved');
    using before = await connectAs('cleo', place);
    await before.waitForType('Z');
    await beginSession(gateway.catalogue, { userId: ann.userId, ip: place, userAgent: 'test' });
    using after = await refused('cleo', place);
    expect(after.notices[0]).toContain('/psql_session/');
  });
});
