import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseSnapshot } from '../../../src/catalogue/endings/catalogue-snapshot.ts';
import type { AccessOwners, RecordedEnding } from '../../../src/catalogue/endings/ended-access.ts';
import { isPosternError } from '../../../src/errors.ts';
import {
  newAccessTokenId,
  newComputeId,
  newGrantId,
  newLoginRequestId,
  newOrganizationId,
  newProjectId,
  newUserId,
} from '../../../src/ids.ts';
import { createLog } from '../../../src/log.ts';
import type { Grant, GrantDraft } from '../../../src/login/grant/grant.ts';
import { GrantEndings } from '../../../src/login/grant/grant-endings.ts';
import { Grants } from '../../../src/login/grant/grants.ts';
import type { Terminal } from '../../../src/login/request/terminal.ts';
import { createRedis, type RedisClient } from '../../../src/redis/redis-client.ts';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { redisKinds, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { waitUntil } from '../../support/wait-until.ts';

const HOUR_MS = 3_600_000;
const SEED = 20_270_412;

const psql: Terminal = { address: '203.0.113.7', requestedUser: 'alice', application: 'psql' };

describe.each(redisKinds)('grants on $name', ({ start }) => {
  let server: TestRedis;
  let redis: RedisClient;
  let grants: Grants;
  let ended: string[];

  beforeAll(async () => {
    server = await start();
    redis = createRedis(server.url, { purpose: 'commands', log: createLog('silent') });
    grants = new Grants({ redis, recordRevoked: ({ id }) => ended.push(id) });
  });

  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });

  beforeEach(async () => {
    ended = [];
    await redis.flushall();
  });

  const matching = (changes: Partial<Terminal> & { requestedDatabase?: string | null } = {}) =>
    grants.findMatching({ ...psql, requestedDatabase: null, ...changes }).then((found) => found.map(({ id }) => id));

  /** Besides what nodes were told. */
  const keysLeft = async () => (await redis.keys('*')).filter((key) => key !== redisKeys.toldGrants());

  it("store what was approved, timed by Redis' clock", async () => {
    const draft = grantDraft({ address: '::ffff:203.0.113.7', usesLeft: 3, lifeMs: HOUR_MS });
    const grant = await grants.create(draft);
    const { lifeMs, longestGrantMs, ...terms } = draft;
    expect(grant).toEqual({
      ...terms,
      address: '203.0.113.7',
      createdAt: grant.createdAt,
      until: new Date(grant.createdAt.getTime() + lifeMs),
      usedCount: 0,
      lastUsedAt: null,
    });
    expect(longestGrantMs).toBeGreaterThan(lifeMs);
    expect(await grants.get(grant.id)).toEqual(grant);
    expect(await grants.list(draft.userId)).toEqual([grant]);
  });

  it.each([
    ['the life that the person chose', { lifeMs: HOUR_MS, longestGrantMs: 8 * HOUR_MS }, HOUR_MS],
    ['the longest life that the policy allows', { lifeMs: 8 * HOUR_MS, longestGrantMs: 2 * HOUR_MS }, 2 * HOUR_MS],
    ['the longest life of any grant', { lifeMs: 90 * HOUR_MS, longestGrantMs: 100 * HOUR_MS }, 8 * HOUR_MS],
  ])('end after %s, if that is shortest', async (_what, choice, expectedMs) => {
    const grant = await grants.create(grantDraft(choice));
    expect(grant.until.getTime() - grant.createdAt.getTime()).toBe(expectedMs);
    expect(await redis.pttl(redisKeys.grant(grant.id))).toBeLessThanOrEqual(expectedMs);
  });

  it('cannot be created where the policy disables them', async () => {
    const refused = grants.create(grantDraft({ longestGrantMs: 0 }));
    await expect(refused).rejects.toSatisfy((error) => isPosternError(error, 'precondition'));
    expect(await redis.keys('*')).toEqual([]);
  });

  it('match their own terminal only', async () => {
    const { id } = await grants.create(grantDraft());
    expect(await matching()).toEqual([id]);
    expect(await matching({ address: '::ffff:203.0.113.7' })).toEqual([id]);
    for (const other of [
      { address: '203.0.113.8' },
      { address: '2001:db8::1' },
      { requestedUser: 'bob' },
      { application: 'pg_dump' },
      { application: null },
    ]) {
      expect(await matching(other)).toEqual([]);
    }
  });

  it('match the whole IPv6 /64 of their terminal', async () => {
    const { id } = await grants.create(grantDraft({ address: '2001:db8:1:2::1' }));
    expect(await matching({ address: '2001:db8:1:2:3:4:5:6' })).toEqual([id]);
    expect(await matching({ address: '2001:db8:1:3::1' })).toEqual([]);
  });

  it('for one database do not match another that the client names', async () => {
    const shop = await grants.create(grantDraft({ database: 'shop', lifeMs: HOUR_MS }));
    expect(await matching({ requestedDatabase: null })).toEqual([shop.id]);
    expect(await matching({ requestedDatabase: 'shop' })).toEqual([shop.id]);
    expect(await matching({ requestedDatabase: 'salaries' })).toEqual([]);
    const any = await grants.create(grantDraft({ database: null, lifeMs: 2 * HOUR_MS }));
    expect(await matching({ requestedDatabase: 'salaries' })).toEqual([any.id]);
    expect(await matching()).toEqual([any.id, shop.id]);
  });

  it('count their uses, and never run out without a number of uses', async () => {
    const { id } = await grants.create(grantDraft({ usesLeft: null }));
    for (let count = 1; count <= 14; count += 1) {
      expect(await grants.use(id)).toMatchObject({ kind: 'used', grant: { usedCount: count, usesLeft: null } });
    }
    expect((await grants.get(id))?.lastUsedAt).toBeInstanceOf(Date);
  });

  it('give their last use to exactly one of 50 connections', async () => {
    const { id } = await grants.create(grantDraft({ usesLeft: 1 }));
    const clients = Array.from({ length: 50 }, () => anotherNode(server.url));
    const uses = await Promise.all(clients.map((client) => client.grants.use(id)));
    for (const client of clients) client.redis.disconnect();
    expect(uses.filter(({ kind }) => kind === 'used')).toHaveLength(1);
    expect(await matching()).toEqual([]);
    expect(await grants.get(id)).toMatchObject({ usesLeft: 0, usedCount: 1 });
  });

  it(`give no use twice and none after a revocation (seed ${SEED}, 200 rounds)`, async () => {
    const random = seededRandom(SEED);
    for (let round = 0; round < 200; round += 1) {
      const uses = 1 + random.below(3);
      const { id } = await grants.create(grantDraft({ usesLeft: uses }));
      const revokeAt = random.below(8);
      const users = Array.from({ length: 6 }, (_, index) => [
        ...(index === revokeAt ? [grants.revoke(id).then(() => 'revoked' as const)] : []),
        grants.use(id).then(({ kind }) => kind),
      ]);
      const outcomes = await Promise.all(users.flat());
      const usedCount = outcomes.filter((outcome) => outcome === 'used').length;
      if (revokeAt >= 6) expect(usedCount, `round ${round}`).toBe(uses);
      else expect(usedCount, `round ${round}`).toBeLessThanOrEqual(uses);
      if (revokeAt < 6) expect(await grants.use(id)).toEqual({ kind: 'refused', grant: null });
    }
  });

  it('expire', async () => {
    const draft = grantDraft({ lifeMs: 1_000 });
    const { id } = await grants.create(draft);
    await waitUntil(async () => (await grants.get(id)) === null, 'the grant ends');
    expect(await grants.use(id)).toEqual({ kind: 'refused', grant: null });
    expect(await matching()).toEqual([]);
    expect(await grants.list(draft.userId)).toEqual([]);
    expect(await new GrantEndings(redis).takeDue(new Date(Date.now() + 60_000))).toMatchObject([{ id }]);
    await waitUntil(async () => (await keysLeft()).length === 0, 'nothing of it is left in Redis');
  });

  it('end once, however many callers revoke them or sweep expired ones', async () => {
    const recorded: string[] = [];
    const mine = new Grants({ redis, recordRevoked: ({ id }) => recorded.push(id) });
    const endings = new GrantEndings(redis);
    const later = new Date(Date.now() + 9 * 3_600_000);
    const ids = [];
    for (let round = 0; round < 20; round += 1) {
      const { id } = await mine.create(grantDraft({ usesLeft: null }));
      ids.push(id);
      const looks = await Promise.all([
        endings.takeDue(later),
        mine.revoke(id).then(() => []),
        mine.revoke(id).then(() => []),
        endings.takeDue(later),
      ]);
      recorded.push(...looks.flat().map((ended) => ended.id));
    }
    expect(recorded).toEqual(ids);
  });

  it('report the last use to exactly one of the callers that compete for it', async () => {
    const { id } = await grants.create(grantDraft({ usesLeft: 2 }));
    const uses = await Promise.all(Array.from({ length: 8 }, () => grants.use(id)));
    expect(uses.filter((use) => use.kind === 'used')).toHaveLength(2);
    expect(uses.filter((use) => use.kind === 'used' && use.isLast)).toHaveLength(1);
  });

  it('end at once when revoked', async () => {
    const draft = grantDraft({ usesLeft: null });
    const { id } = await grants.create(draft);
    expect((await grants.revoke(id))?.id).toBe(id);
    expect(ended).toEqual([id]);
    expect(await grants.use(id)).toEqual({ kind: 'refused', grant: null });
    expect([await matching(), await grants.list(draft.userId), await grants.get(id)]).toEqual([[], [], null]);
    expect(await grants.revoke(id)).toBeNull();
    expect(ended).toEqual([id]);
    expect(await keysLeft()).toEqual([]);
  });

  it.each(['userId', 'accountId', 'projectId', 'computeId'] as const)(
    'are revoked together by %s, and no others',
    async (owner) => {
      const draft = grantDraft();
      const ours = [
        await grants.create(draft),
        await grants.create({ ...draft, id: newGrantId(), application: 'pg_dump' }),
      ];
      const other = await grants.create({ ...grantDraft() });
      const revoked = await grants.endBy(ending({ [owner]: draft[owner] }));
      const ids = (some: readonly Grant[]) => some.map(({ id }) => id).sort();
      expect(ids(revoked)).toEqual(ids(ours));
      expect([...ended].sort()).toEqual(ids(ours));
      expect(await grants.get(other.id)).not.toBeNull();
    },
  );

  it('are revoked only when every given owner matches, never without an owner', async () => {
    const draft = grantDraft();
    const { id } = await grants.create(draft);
    expect(await grants.endBy(ending({ userId: draft.userId, projectId: newProjectId() }))).toEqual([]);
    expect(await grants.endBy(ending({ accessTokenId: newAccessTokenId() }))).toEqual([]);
    expect(await grants.endBy(ending({}))).toEqual([]);
    expect(await grants.get(id)).not.toBeNull();
    expect(await grants.endBy(ending({ userId: draft.userId, projectId: draft.projectId }))).toHaveLength(1);
  });

  it('stay when their right was given again after the ending', async () => {
    const draft = grantDraft({ rightAsOf: parseSnapshot('100:103:101') });
    const { id } = await grants.create(draft);
    const since = async (transactionId: bigint) => grants.endBy({ ...ending({ userId: draft.userId }), transactionId });
    expect([await since(99n), await since(100n), await since(102n)]).toEqual([[], [], []]);
    expect(await grants.get(id)).not.toBeNull();
    expect(await since(101n)).toMatchObject([{ id }]);
  });

  it('of an older version count by their time', async () => {
    const { id, userId, createdAt } = await grants.create(grantDraft());
    const at = (ms: number) => ({ ...ending({ userId }), endedAt: new Date(createdAt.getTime() + ms) });
    expect(await grants.endBy(at(-1))).toEqual([]);
    expect(await grants.endBy(at(1))).toMatchObject([{ id }]);
  });

  it('end beside a forged one that cannot be read', async () => {
    const draft = grantDraft();
    const { id } = await grants.create(draft);
    const forged = newGrantId();
    await redis.hset(redisKeys.grant(forged), 'terms', '{}');
    await redis.zadd(redisKeys.grantsOf('person', draft.userId), Date.now() + HOUR_MS, forged);
    expect(await grants.endBy(ending({ userId: draft.userId }))).toMatchObject([{ id }]);
    await redis.del(redisKeys.grant(forged), redisKeys.grantsOf('person', draft.userId));
  });
});

describe('when Redis does not answer', () => {
  let server: TestRedis | null = null;
  afterEach(async () => server?.close());

  it('revoking throws store_unavailable, and can be done again', async () => {
    const kind = redisKinds.find(({ name }) => name.startsWith('Debian')) ?? redisKinds[0];
    server = (await kind?.start()) ?? null;
    if (server === null) throw new Error('no Redis to test with');
    const redis = createRedis(server.url, { purpose: 'commands', log: createLog('silent') });
    const grants = new Grants({ redis });
    const { id } = await grants.create(grantDraft());
    await redis.call('ACL', 'SETUSER', 'default', '-del');
    await expect(grants.revoke(id)).rejects.toSatisfy((error) => isPosternError(error, 'store_unavailable'));
    await redis.call('ACL', 'SETUSER', 'default', '+del');
    expect(await grants.endBy(ending({ grantId: id }))).toMatchObject([{ id }]);
    redis.disconnect();
  });
});

function ending(owners: AccessOwners): RecordedEnding {
  return { id: 1, kind: 'end', owners, transactionId: 1_000n, endedAt: new Date(Date.now() + HOUR_MS) };
}

function grantDraft(changes: Partial<GrantDraft> = {}): GrantDraft {
  return {
    ...psql,
    id: newGrantId(),
    userId: newUserId(),
    personEmail: 'alice@example.com',
    computeId: newComputeId(),
    projectId: newProjectId(),
    accountId: newOrganizationId(),
    database: 'shop',
    databaseRole: 'shop_owner',
    access: 'read_write',
    loginRequestId: newLoginRequestId(),
    rightAsOf: null,
    lifeMs: HOUR_MS,
    longestGrantMs: 8 * HOUR_MS,
    usesLeft: 1,
    ...changes,
  };
}

function anotherNode(url: string): { redis: RedisClient; grants: Grants } {
  const redis = createRedis(url, { purpose: 'commands', log: createLog('silent') });
  return { redis, grants: new Grants({ redis }) };
}
