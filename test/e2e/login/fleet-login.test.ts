// Two nodes on one Redis: waiting logins when a permission is lost or Redis restarts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMember, removeMember } from '../../../src/catalogue/accounts/memberships.ts';
import { createOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { redisKinds, startDebianRedis, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { addPerson, addProject, type TestNode } from '../../support/nodes/postern-for-tests.ts';
import { startTcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe.each(redisKinds)('two nodes on one $name', ({ start }) => {
  let redis: TestRedis;
  let desk: Desk;
  let otherNode: TestNode;

  beforeAll(async () => {
    redis = await start();
    desk = await openDesk({ redisUrl: redis.url });
    otherNode = await desk.startNode();
  });

  afterAll(async () => {
    await desk.close();
    await redis.close();
  });

  it('approve a login that waits on the other node', async () => {
    const browser = await desk.openBrowser(otherNode);
    const psql = desk.psql(['-Atc', 'select 6 * 7']);
    const page = await browser.approve(onNode(await linkOf(psql), otherNode));
    expect(page.url).toContain(otherNode.baseUrl);
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n' });
  });

  it('deny a login that waits on the other node', async () => {
    const browser = await desk.openBrowser(otherNode);
    const psql = desk.psql(['-c', 'select 1']);
    await browser.deny(onNode(await linkOf(psql), otherNode));
    expect(await finish(psql)).toMatchObject({ code: 2, stderr: expect.stringContaining('login was denied') });
  });
});

/** The link at the other node; behind one public address it would be the same. */
function onNode(link: string, { baseUrl }: TestNode): string {
  return new URL(new URL(link).pathname, baseUrl).href;
}

describe('a right that is lost between approval and connection', () => {
  it('refuses with 42501, whatever was approved', async () => {
    await using redis = await startDebianRedis();
    await using network = await startTcpRelay(redis.port);
    await using desk = await openDesk({ redisUrl: redis.url });
    const slowNode = await desk.startNode({ REDIS_URL: `redis://127.0.0.1:${network.port}` });
    const { catalogue } = desk.node.postern;
    const admin = await addPerson(desk.node, { email: 'sam@example.com' });
    const organization = await createOrganization(catalogue, SYSTEM_CONTEXT, { name: 'Acme', admin });
    const member = { accountId: organization.id, user: desk.person, memberRole: 'member' } as const;
    const { id: membershipId } = await addMember(catalogue, SYSTEM_CONTEXT, member);
    const { compute } = await addProject(desk.node, { accountId: organization.id, name: 'ledger' });
    const psql = desk.psql(['-c', 'select 1'], { at: slowNode });
    const link = onNode(await linkOf(psql), desk.node);
    await desk.browser.get(link);
    await psql.waitForStderr(/Opened in a browser/);
    network.hold();
    const page = await desk.browser.approve(link, { compute_id: compute.id });
    expect(page.html).toContain('Approved');
    await removeMember(catalogue, SYSTEM_CONTEXT, { accountId: organization.id, membershipId });
    network.release();
    expect(await finish(psql)).toMatchObject({ code: 2, stdout: '' });
    expect(psql.stderr()).toMatch(
      /FATAL: {2}permission denied for project "ledger"\n[\s\S]*Ask an organization admin for access/,
    );
    expect((await desk.browser.get(page.url)).html).toContain('Permission denied for project');
  });
});

describe('a Redis that restarts while a terminal waits', () => {
  it('with its data lets the approval through afterwards', async () => {
    await using folder = await temporaryFolder();
    const args = ['--dir', folder.path, '--appendonly', 'yes', '--appendfsync', 'always'];
    await using redis = await startDebianRedis({ args });
    await using desk = await openDesk({ redisUrl: redis.url });
    const psql = desk.psql(['-Atc', 'select 6 * 7']);
    const link = await linkOf(psql);
    await redis.restart();
    const page = await desk.browser.approve(link);
    expect(page.html).toContain('Approved');
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n' });
  });

  it('without its data ends the wait with a message; new logins work', async () => {
    await using redis = await startDebianRedis();
    await using desk = await openDesk({ redisUrl: redis.url });
    const psql = desk.psql(['-Atc', 'select 1']);
    const link = await linkOf(psql);
    await redis.restart();
    expect(await finish(psql)).toMatchObject({ code: 2, stdout: '' });
    expect(psql.stderr()).toMatch(/FATAL: {2}cannot connect now\n[\s\S]*HINT: {2}Retry in a moment/);
    expect((await desk.browser.get(new URL(link).pathname)).status).toBe(404);
    expect(await desk.login(['-Atc', 'select 6 * 7'])).toMatchObject({ code: 0, stdout: '42\n' });
  });

  it('keeps live connections', async () => {
    await using redis = await startDebianRedis();
    await using desk = await openDesk({ redisUrl: redis.url });
    const psql = desk.psql(['-At']);
    await desk.browser.approve(await linkOf(psql));
    psql.write('select 6 * 7;\n');
    await psql.waitForStdout(/^42$/m);
    await redis.restart();
    psql.write('select 6 * 9;\n\\q\n');
    expect(await finish(psql)).toMatchObject({ code: 0, stdout: '42\n54\n' });
  });
});
