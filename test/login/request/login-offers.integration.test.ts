import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newUserId } from '../../../src/ids.ts';
import type { LoginOffer } from '../../../src/login/request/login-offers.ts';
import type { LoginOrigin } from '../../../src/login/request/login-request.ts';
import { BRIEFLY_KEPT_MS, KEPT_MS } from '../../../src/login/scripts/login-request-scripts.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import {
  approvalBy,
  type LoginNode,
  loginOrigin,
  openClaimed,
  requestMoved,
  startLoginNode,
} from '../../support/nodes/login-for-tests.ts';

const LIMITS = { waitingPerAddress: 3, waitingInTotal: 8, sharedNetworks: ['192.0.2.0/24'] };

describe.each(redisKinds)('links offered to clients that come again, on $name', ({ start }) => {
  let server: TestRedis;
  let node: LoginNode;

  beforeAll(async () => {
    server = await start();
    node = startLoginNode(server.url, { limits: LIMITS });
  });

  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await server.close();
  });

  beforeEach(async () => {
    await node.redis.flushall();
  });

  /** As the door does: what may be a health check becomes a request only when it is opened. */
  const offer = async (changes: Partial<LoginOrigin>, keepMs = BRIEFLY_KEPT_MS) => {
    const origin = loginOrigin({ noticeBlind: true, application: null, ...changes });
    const made = (await node.requests.offers.find(origin)) ?? (await node.requests.offers.make(origin, keepMs));
    if (changes.mayBeProbe !== true) await node.requests.offers.open(made.id);
    return made;
  };
  const offerMany = async (count: number, changes: (index: number) => Partial<LoginOrigin>) => {
    const offers: LoginOffer[] = [];
    for (let index = 0; index < count; index += 1) offers.push(await offer(changes(index)));
    return offers;
  };
  const opensTo = async (one: LoginOffer) => {
    const request = await node.requests.findByToken(node.requests.offers.tokenOf(one).reveal());
    return request?.status === 'abandoned' ? request.reason : (request?.status ?? null);
  };
  const usable = async (offers: readonly LoginOffer[]) =>
    (await Promise.all(offers.map(opensTo))).filter((state) => state === 'pending').length;
  const keysOfLogins = async () => (await node.redis.keys('postern:login*')).length;

  // A host had any number of links, each kept for minutes.
  it.each([
    ['of an address', 3, (index: number) => ({ requestedUser: `name-${index}` })],
    ['of an IPv6 /64', 3, (index: number) => ({ address: `2001:db8:1:2::${index}`, requestedUser: `n-${index}` })],
    ['of a /16', 4, (index: number) => ({ address: `198.51.${index}.7` })],
    ['of an IPv6 /48', 4, (index: number) => ({ address: `2001:db8:1:${index}::1` })],
    ['of the installation', 8, (index: number) => ({ address: `203.${index}.113.7` })],
    ['for other databases', 3, (index: number) => ({ requestedDatabase: `db-${index}` })],
    ['for other applications', 3, (index: number) => ({ application: `app ${'x'.repeat(index)}` })],
    [
      'that health checks may have asked for',
      3,
      (index: number) => ({ requestedUser: `n-${index}`, mayBeProbe: true }),
    ],
  ] as const)('give way to newer ones beyond the places %s, and leave nothing', async (_of, places, changes) => {
    const offers = await offerMany(20, changes);
    expect(await usable(offers)).toBe(places);
    expect(await usable(offers.slice(-1))).toBe(1);
    // Its offer, token, user code and pointer, and the request where it was opened.
    expect(await keysOfLogins()).toBeLessThanOrEqual(places * 5);
  });

  it('that stand in the trail leave their end there', async () => {
    const first = await offer({ requestedUser: 'first' }, KEPT_MS);
    await offerMany(3, (index) => ({ requestedUser: `name-${index}` }));
    expect(await opensTo(first)).toBe('too_many_waiting_of_address');
    expect((await node.requests.find(first.id))?.origin.requestedUser).toBe('first');
  });

  it('stay with whom a neighbour’s name asks less often than', async () => {
    const ann = await offer({ requestedUser: 'ann' });
    await offerMany(20, (index) => ({ requestedUser: 'neighbour', requestedDatabase: `db-${index}` }));
    expect(await opensTo(ann)).toBe('pending');
  });

  it('stay with a user who was let in there before, whatever names a neighbour takes', async () => {
    const { request, userId } = await openClaimed(node.requests, loginOrigin({ requestedUser: 'ann' }));
    requestMoved(await node.requests.approve(request.id, { userId, approval: approvalBy(userId) }));
    requestMoved(await node.requests.consume(request.id));
    const ann = await offer({ requestedUser: 'ann' });
    await offerMany(20, (index) => ({ requestedUser: `name-${index}` }));
    expect(await opensTo(ann)).toBe('pending');
  });

  // As many links of one name as an address has places left none to anybody else.
  it('stay with a neighbour of a crowd in a name that was let in there', async () => {
    await using wide = startLoginNode(server.url, {
      limits: { ...LIMITS, waitingPerAddress: 30, waitingInTotal: 100 },
    });
    const { request, userId } = await openClaimed(node.requests, loginOrigin({ requestedUser: 'alexlopez' }));
    requestMoved(await node.requests.approve(request.id, { userId, approval: approvalBy(userId) }));
    requestMoved(await node.requests.consume(request.id));
    const offerTo = (requestedUser: string, index: number) =>
      wide.requests.offers.make(
        loginOrigin({ noticeBlind: true, requestedUser, requestedDatabase: `db-${index}` }),
        BRIEFLY_KEPT_MS,
      );
    for (let index = 0; index < 30; index += 1) await offerTo('alexlopez', index);
    const bob = await offerTo('bob', 0);
    for (let index = 30; index < 60; index += 1) await offerTo('alexlopez', index);
    expect(await opensTo(bob)).toBe('pending');
  });

  it('stay with the person who has opened one', async () => {
    const opened = await offer({ requestedUser: 'ann' });
    await node.requests.claim(opened.id, { userId: newUserId(), browserAddress: '203.0.113.7' });
    await offerMany(20, (index) => ({ requestedUser: `name-${index}` }));
    expect(await opensTo(opened)).toBe('claimed');
  });

  it('take no place of clients that wait, nor these one of theirs', async () => {
    const { request } = await node.requests.open(loginOrigin(), { waiting: 'connection' });
    const offers = await offerMany(3, (index) => ({ requestedUser: `name-${index}` }));
    for (let index = 0; index < 5; index += 1) await node.requests.open(loginOrigin(), { waiting: 'connection' });
    expect(await usable(offers)).toBe(3);
    expect((await node.requests.find(request.id))?.reason).toBe('too_many_waiting_of_address');
  });

  it('are one for all connections that a terminal opens at once', async () => {
    const origin = loginOrigin({ noticeBlind: true });
    const made = await Promise.all(Array.from({ length: 20 }, () => node.requests.offers.make(origin)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await keysOfLogins()).toBe(4);
  });

  it('are new for a terminal whose link gave way', async () => {
    const first = await offer({ requestedUser: 'ann' });
    await offerMany(3, (index) => ({ requestedUser: `name-${index}` }));
    const again = await offer({ requestedUser: 'ann' });
    expect(again.id).not.toBe(first.id);
    expect((await offer({ requestedUser: 'ann' })).id).toBe(again.id);
  });
});
