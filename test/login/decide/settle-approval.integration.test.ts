import { describe, expect, it, onTestFinished } from 'vitest';
import { isKnownTerminal } from '../../../src/catalogue/access/last-used-targets.ts';
import { findClaimants } from '../../../src/catalogue/access/login-names.ts';
import { resolveTarget } from '../../../src/catalogue/access/resolve-target.ts';
import { listTargets } from '../../../src/catalogue/access/targets.ts';
import { systemClock } from '../../../src/clock.ts';
import { newGrantId, newNodeId } from '../../../src/ids.ts';
import { createLog } from '../../../src/log.ts';
import { settleApproval } from '../../../src/login/decide/settle-approval.ts';
import { Grants } from '../../../src/login/grant/grants.ts';
import type { Approval, LoginRequest } from '../../../src/login/request/login-request.ts';
import { loginNameOf } from '../../../src/login/request/terminal.ts';
import { createRedis } from '../../../src/redis/redis-client.ts';
import { actorOf, addPerson, addProject, openTestCatalogue } from '../../support/databases/catalogue-for-tests.ts';
import { startEmbeddedRedis } from '../../support/databases/redis-for-tests.ts';
import { loginOrigin, openClaimed, startLoginNode } from '../../support/nodes/login-for-tests.ts';

const HOUR_MS = 3_600_000;

describe('after an approval', () => {
  it('the terminal is known and the target is offered first next time', async () => {
    const scene = await approvedScene({ remember: 'once', grantId: null });
    expect(await isKnownTerminal(scene.catalogue, scene.userId, scene.request.origin)).toBe(true);
    const [account] = await listTargets(scene.catalogue, await actorOf(scene.catalogue, scene.userId));
    expect(account?.projects[0]?.computes[0]?.lastUsed).not.toBe(null);
    expect(await scene.grants.list(scene.userId)).toEqual([]);
  });

  it('its requested user belongs to the person who approved, at that address only', async () => {
    const { catalogue, request, userId, email } = await approvedScene({ remember: 'once', grantId: null });
    const { requestedUser, address } = request.origin;
    const claimants = (name: string, at: string) =>
      findClaimants(catalogue, loginNameOf({ address: at, requestedUser: name }));
    expect(await claimants(requestedUser, address)).toEqual([userId]);
    expect(await claimants(requestedUser, '192.0.2.200')).toEqual([]);
    expect(await claimants('another', address)).toEqual([]);
    for (const name of [email, email.split('@')[0]?.toUpperCase() ?? '']) {
      expect(await claimants(name, address)).toEqual([userId]);
      expect(await claimants(name, '192.0.2.200')).toEqual([]);
    }
  });

  it.each([
    ['1h', HOUR_MS],
    ['8h', 8 * HOUR_MS],
  ] as const)('%s is stored as a grant for this terminal, user and application only', async (remember, lifeMs) => {
    const grantId = newGrantId();
    const scene = await approvedScene({ remember, grantId });
    const [grant] = await scene.grants.list(scene.userId);
    const { address, requestedUser, application } = scene.request.origin;
    expect(grant).toMatchObject({ id: grantId, address, requestedUser, application, usesLeft: null });
    expect((grant?.until.getTime() ?? 0) - (grant?.createdAt.getTime() ?? 0)).toBe(lifeMs);
  });

  it('a request without a connection gets a grant for one connection', async () => {
    const scene = await approvedScene({ remember: 'once', grantId: newGrantId() });
    expect(await scene.grants.list(scene.userId)).toMatchObject([{ usesLeft: 1 }]);
  });
});

async function approvedScene(how: Pick<Approval, 'remember' | 'grantId'>) {
  const catalogue = await openTestCatalogue();
  const store = await startEmbeddedRedis();
  const node = startLoginNode(store.url);
  const redis = createRedis(store.url, { purpose: 'commands', log: createLog('silent') });
  onTestFinished(async () => {
    redis.disconnect();
    await node[Symbol.asyncDispose]();
    await store.close();
  });
  const { userId, accountId, email } = await addPerson(catalogue, 'alex');
  const { compute } = await addProject(catalogue, accountId);
  const { request } = await openClaimed(node.requests, loginOrigin());
  const choice = { userId, computeId: compute.id, database: null, databaseRole: null, access: 'read_write' } as const;
  const approval = { ...choice, ...how, browserAddress: '203.0.113.7', rightAsOf: null };
  const approved: LoginRequest = { ...request, approval };
  const grants = new Grants({ redis });
  const services = { catalogue, grants, auditTrail: { record: () => {} }, clock: systemClock, nodeId: newNodeId() };
  await settleApproval(
    services,
    approved,
    await resolveTarget(catalogue, choice, { door: 'link', address: null, signIn: null }),
  );
  return { catalogue, grants, userId, email, request };
}
