import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newComputeId, newGrantId, newOrganizationId, newProjectId, newUserId } from '../../../src/ids.ts';
import { Grants } from '../../../src/login/grant/grants.ts';
import { ReverseCodes } from '../../../src/login/request/reverse-codes.ts';
import { USE_GRANT } from '../../../src/login/scripts/grant-scripts.ts';
import { CHECK_REVERSE_CODE, MOVE_LOGIN_REQUEST } from '../../../src/login/scripts/login-request-scripts.ts';
import { Secret } from '../../../src/secret.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import { approvalBy, type LoginNode, openClaimed, startLoginNode } from '../../support/nodes/login-for-tests.ts';
import { type ReplyLosingProxy, startReplyLosingProxy } from '../../support/nodes/reply-losing-proxy.ts';

// The Redis client sends a command again when the connection was lost before its reply, so a script
// can run twice.
describe.each(redisKinds)('when the reply of $name is lost', ({ start }) => {
  let server: TestRedis;
  let proxy: ReplyLosingProxy;
  let direct: LoginNode;
  let behind: LoginNode;

  beforeAll(async () => {
    server = await start();
    proxy = await startReplyLosingProxy(server.url);
    direct = startLoginNode(server.url);
    behind = startLoginNode(proxy.url);
    for (const script of [MOVE_LOGIN_REQUEST, USE_GRANT, CHECK_REVERSE_CODE])
      await direct.redis.script('LOAD', script.text);
  });

  afterAll(async () => {
    await behind[Symbol.asyncDispose]();
    await direct[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await server.close();
  });

  beforeEach(async () => {
    await behind.events.ready();
    await behind.redis.ping();
  });

  it('the node that consumed an approval still learns that it won', async () => {
    const { request, userId } = await openClaimed(direct.requests);
    await direct.requests.approve(request.id, { userId, approval: approvalBy(userId) });
    const lost = proxy.loseReplyTo(MOVE_LOGIN_REQUEST.text);
    const consumed = behind.requests.consume(request.id);
    await lost;
    expect(await consumed).toMatchObject({ kind: 'moved', request: { status: 'consumed' } });
    expect(await behind.requests.consume(request.id)).toMatchObject({ kind: 'refused' });
  });

  it('the last use of a grant is given and counted once', async () => {
    const grants = new Grants({ redis: behind.redis });
    const { id } = await grants.create({
      id: newGrantId(),
      userId: newUserId(),
      personEmail: 'alice@example.com',
      address: '203.0.113.7',
      requestedUser: 'alice',
      application: 'psql',
      computeId: newComputeId(),
      projectId: newProjectId(),
      accountId: newOrganizationId(),
      database: null,
      databaseRole: null,
      access: 'read_write',
      loginRequestId: null,
      rightAsOf: null,
      lifeMs: 60_000,
      longestGrantMs: 60_000,
      usesLeft: 1,
    });
    const lost = proxy.loseReplyTo(USE_GRANT.text);
    const use = grants.use(id);
    await lost;
    expect(await use).toMatchObject({ kind: 'used', grant: { usedCount: 1, usesLeft: 0 } });
    expect(await grants.use(id)).toMatchObject({ kind: 'refused' });
  });

  it('right digits of a reverse code still admit their terminal', async () => {
    const codes = new ReverseCodes({ redis: direct.redis, secret: new Secret('of the installation') });
    const checking = new ReverseCodes({ redis: behind.redis, secret: new Secret('of the installation') });
    const { request, userId } = await openClaimed(direct.requests);
    const begun = await codes.begin(request.id, approvalBy(userId));
    if (begun.kind !== 'begun') throw new Error('the code was not begun');
    const lost = proxy.loseReplyTo(CHECK_REVERSE_CODE.text);
    const check = checking.check(request.origin, begun.digits.reveal());
    await lost;
    expect(await check).toMatchObject({ kind: 'consumed' });
  });
});
