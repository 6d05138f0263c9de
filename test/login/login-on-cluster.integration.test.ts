import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newUserId } from '../../src/ids.ts';
import { ReverseCodes } from '../../src/login/request/reverse-codes.ts';
import { Secret } from '../../src/secret.ts';
import { startRedisCluster } from '../support/databases/redis-cluster-for-tests.ts';
import type { TestRedis } from '../support/databases/redis-for-tests.ts';
import {
  approvalBy,
  type LoginNode,
  loginOrigin,
  openClaimed,
  startLoginNode,
} from '../support/nodes/login-for-tests.ts';

describe('on a Redis Cluster', () => {
  let cluster: TestRedis;
  let gateway: LoginNode;
  let web: LoginNode;

  beforeAll(async () => {
    cluster = await startRedisCluster();
    gateway = startLoginNode(cluster.url);
    web = startLoginNode(cluster.url);
  });

  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await web[Symbol.asyncDispose]();
    await cluster.close();
  });

  it('20 logins are opened on one node, and approved and consumed through others', async () => {
    const approver = newUserId();
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { request, token } = await gateway.requests.open(loginOrigin(), { waiting: 'connection' });
        const watch = gateway.requests.watch(request.id, new AbortController().signal);
        expect((await watch.next()).value).toMatchObject({ status: 'pending' });
        expect((await web.requests.findByToken(token.reveal()))?.id).toBe(request.id);
        await web.requests.claim(request.id, { userId: approver, browserAddress: '198.51.100.4' });
        expect((await watch.next()).value).toMatchObject({ status: 'claimed' });
        await web.requests.approve(request.id, { userId: approver, approval: approvalBy(approver) });
        expect((await watch.next()).value).toMatchObject({ status: 'approved' });
        expect(await gateway.requests.consume(request.id)).toMatchObject({ kind: 'moved' });
        await watch.return();
      }),
    );
    expect((await web.requests.countWaiting('203.0.113.7')).inTotal).toBe(0);
  });

  it('a reverse code is opened on one node and answered on another', async () => {
    const secret = new Secret('of the installation');
    const { request, userId } = await openClaimed(web.requests);
    const begun = await new ReverseCodes({ redis: web.redis, secret }).begin(request.id, approvalBy(userId));
    if (begun.kind !== 'begun') throw new Error('the code was not begun');
    const check = await new ReverseCodes({ redis: gateway.redis, secret }).check(request.origin, begun.digits.reveal());
    expect(check).toMatchObject({ kind: 'consumed', request: { id: request.id } });
  });
});
