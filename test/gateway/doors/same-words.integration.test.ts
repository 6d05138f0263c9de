// Two terminals of one address, user, program and database that wait at once: which of them a
// person lets in, and into whose database.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { RawClient } from '../raw-client.ts';

let gateway: GatewayForTests;
let upstreams: UpstreamForTests[];
let ann: DeveloperForTests;
let neighbour: DeveloperForTests;
let places = 0;

beforeAll(async () => {
  const environment = { POSTERN_PROXY_PROTOCOL_FROM: '127.0.0.1' };
  const made = await Promise.all([startGateway({ environment }), createUpstream(), createUpstream()]);
  const [, ofAnn, ofNeighbour] = made;
  gateway = made[0];
  upstreams = [ofAnn, ofNeighbour];
  ann = await addDeveloper(gateway, ofAnn);
  neighbour = await addDeveloper(gateway, ofNeighbour);
});

afterAll(async () => {
  await gateway.close();
  for (const upstream of upstreams) await upstream.close();
});

function newPlace(): string {
  places += 1;
  return `198.51.100.${places}`;
}

async function psqlAt(address: string): Promise<RawClient> {
  const client = await RawClient.connectTlsFrom(address, gateway);
  client.sendStartup({ user: 'app', application_name: 'psql', client_encoding: 'UTF8' });
  return client;
}

async function waitingAt(address: string): Promise<RawClient> {
  const client = await psqlAt(address);
  await client.waitForNotice(/^The link expires/);
  return client;
}

/** The developer whose database the client was let into. */
async function whoseDatabase(client: RawClient): Promise<string> {
  await client.waitForType('Z');
  const database = await answerTo(client, 'select current_database()');
  return upstreams[0]?.databases.includes(database) === true ? 'ann' : 'neighbour';
}

async function answerWith(client: RawClient, digits: string): Promise<void> {
  await client.waitForType('R');
  client.sendMessage('p', (writer) => writer.addCString(digits));
}

describe('two terminals that say the same', () => {
  it('have links and codes of their own', async () => {
    const place = newPlace();
    using one = await waitingAt(place);
    using other = await waitingAt(place);
    expect(one.token).not.toBe(other.token);
    expect(one.notices[1]).not.toBe(other.notices[1]);
  });

  it('are let in by the approval of their own link alone', async () => {
    const place = newPlace();
    using ofNeighbour = await waitingAt(place);
    using ofAnn = await waitingAt(place);
    expect((await approveAtBrowser(gateway, ofAnn, { developer: ann, remember: 'once' })).kind).toBe('approved');
    expect(await whoseDatabase(ofAnn)).toBe('ann');
    expect([ofNeighbour.isEnded, ofNeighbour.types.includes('Z')]).toEqual([false, false]);
    await approveAtBrowser(gateway, ofNeighbour, { developer: neighbour, remember: 'once' });
    expect(await whoseDatabase(ofNeighbour)).toBe('neighbour');
  });

  it('each get the database of whom approved them, at the same moment', async () => {
    const place = newPlace();
    using ofNeighbour = await waitingAt(place);
    using ofAnn = await waitingAt(place);
    await Promise.all([
      approveAtBrowser(gateway, ofAnn, { developer: ann, remember: 'once' }),
      approveAtBrowser(gateway, ofNeighbour, { developer: neighbour, remember: 'once' }),
    ]);
    expect(await Promise.all([whoseDatabase(ofAnn), whoseDatabase(ofNeighbour)])).toEqual(['ann', 'neighbour']);
  });

  // The one who came first was remembered, and the other's next psql was in their database.
  it('are not remembered while both have been opened', async () => {
    const place = newPlace();
    using ofNeighbour = await waitingAt(place);
    using ofAnn = await waitingAt(place);
    const opened = await claimLink(gateway, ofAnn, ann);
    const approval = approveAtBrowser(gateway, ofNeighbour, { developer: neighbour, remember: '1h' });
    await expect(approval).rejects.toMatchObject({ message: expect.stringContaining('may also be somebody else') });
    await gateway.loginRequests.deny(opened.id, { userId: ann.userId });
    using again = await waitingAt(place);
    expect((await approveAtBrowser(gateway, again, { developer: neighbour, remember: '1h' })).kind).toBe('approved');
  });

  it('are not remembered by digits where the other was opened meanwhile', async () => {
    const place = newPlace();
    using ofNeighbour = await waitingAt(place);
    const from = '203.0.113.99';
    const answer = await approveAtBrowser(gateway, ofNeighbour, { developer: neighbour, remember: '1h', from });
    if (answer.kind !== 'reverse_code') throw new Error(answer.kind);
    using typing = await psqlAt(place);
    await typing.waitForType('R');
    const { requests, origin } = { requests: gateway.loginRequests, origin: answer.request.origin };
    const { request } = await requests.open(origin, { waiting: 'connection' });
    await requests.claim(request.id, { userId: ann.userId, browserAddress: from });
    await answerWith(typing, answer.digits);
    expect(await whoseDatabase(typing)).toBe('neighbour');
    using next = await waitingAt(place);
    expect(next.token).toHaveLength(22);
    expect(await gateway.grants.findMatching({ ...origin, requestedDatabase: null })).toEqual([]);
  });

  it('are told apart by the digits that are typed into them', async () => {
    const place = newPlace();
    using ofNeighbour = await waitingAt(place);
    using ofAnn = await waitingAt(place);
    const from = '203.0.113.99';
    const [anns, neighbours] = await Promise.all([
      approveAtBrowser(gateway, ofAnn, { developer: ann, remember: 'once', from }),
      approveAtBrowser(gateway, ofNeighbour, { developer: neighbour, remember: 'once', from }),
    ]);
    if (anns.kind !== 'reverse_code' || neighbours.kind !== 'reverse_code') throw new Error('no codes');
    await Promise.all([ofAnn.waitForEnd(), ofNeighbour.waitForEnd()]);
    using first = await psqlAt(place);
    using second = await psqlAt(place);
    // Whichever connection types them.
    await answerWith(second, anns.digits);
    expect(await whoseDatabase(second)).toBe('ann');
    await answerWith(first, neighbours.digits);
    expect(await whoseDatabase(first)).toBe('neighbour');
  });

  it('leave one alone that is denied', async () => {
    const place = newPlace();
    using ofNeighbour = await waitingAt(place);
    using ofAnn = await waitingAt(place);
    const denied = await gateway.loginRequests.findByToken(ofNeighbour.token);
    if (denied === null) throw new Error('no request');
    await gateway.loginRequests.claim(denied.id, { userId: neighbour.userId, browserAddress: place });
    await gateway.loginRequests.deny(denied.id, { userId: neighbour.userId, reason: 'reported' });
    await ofNeighbour.waitForEnd();
    await approveAtBrowser(gateway, ofAnn, { developer: ann, remember: 'once' });
    expect(await whoseDatabase(ofAnn)).toBe('ann');
  });
});
