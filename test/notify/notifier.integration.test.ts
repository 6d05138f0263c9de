// Messages reach the addresses of their organization, only those that were asked for. An address
// that is slow, broken or forbidden harms no other organization.

import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { removeMember } from '../../src/catalogue/accounts/memberships.ts';
import {
  addNotificationTarget,
  listNotificationTargets,
  testNotificationTarget,
} from '../../src/catalogue/notifications/notification-targets.ts';
import { NOTIFICATION_CLASSES, type NotificationFormat } from '../../src/catalogue/tables/notifications.ts';
import { createTeam } from '../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { recordAuditEvents } from '../../src/catalogue/trail/audit-events.ts';
import type { AccountId } from '../../src/ids.ts';
import { parseNetworks } from '../../src/network-address.ts';
import { Notifier } from '../../src/notify/notifier.ts';
import { createTenantFetch } from '../../src/wire/dial/tenant-fetch.ts';
import { addMemberTo, addOrganization, addPerson, useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { silentLog } from '../support/nodes/fleet-for-tests.ts';
import { type HttpsReceiver, startHttpsReceiver } from '../support/nodes/https-receiver.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Each costs a place for as long. */
const SLOW_ANSWER_MS = 2_500;
const catalogue = useTestCatalogue();
let receiver: HttpsReceiver;

beforeAll(async () => {
  receiver = await startHttpsReceiver('chat.test', (path, response) => {
    if (path.startsWith('/hangs')) return;
    if (path.startsWith('/slow')) {
      setTimeout(() => response.writeHead(204).end(), SLOW_ANSWER_MS);
      return;
    }
    response.writeHead(path.startsWith('/broken') ? 500 : 204, { location: 'https://169.254.169.254/' }).end();
  });
});

afterAll(() => receiver.close());

function start(allowed: readonly string[] = ['127.0.0.0/8']): void {
  const lookup = async () => ['127.0.0.1'];
  const allowedNetworks = parseNetworks(allowed);
  const dialPolicy = { allowedNetworks, allowedPorts: [], listed: [], forbidden: [], lookup };
  const fetch = createTenantFetch({ dialPolicy, outgoing: { authorities: [receiver.caPem], proxyFor: () => null } });
  const notifier = new Notifier({ catalogue: catalogue(), fetch, url: 'https://postern.example', log: silentLog });
  notifier.start();
  onTestFinished(() => notifier.close());
}

async function organization() {
  const { id } = await addOrganization(catalogue(), await addPerson(catalogue(), 'admin'));
  return id;
}

interface Asked {
  readonly format?: NotificationFormat;
  readonly classes?: ReadonlyArray<(typeof NOTIFICATION_CLASSES)[number]>;
}

async function tell(
  accountId: AccountId,
  path: string,
  { format = 'slack', classes = NOTIFICATION_CLASSES }: Asked = {},
) {
  const input = { accountId, name: 'Security', format, url: `${receiver.url}${path}`, classes };
  return await addNotificationTarget(catalogue(), SYSTEM_CONTEXT, input);
}

const at = (path: string) => receiver.deliveries.filter((delivery) => delivery.path === path);
const targetOf = async (id: AccountId) => (await listNotificationTargets(catalogue(), SYSTEM_CONTEXT, id))[0];

async function join(accountId: AccountId) {
  return await addMemberTo(catalogue(), { id: accountId }, { person: await addPerson(catalogue(), 'member') });
}

describe('an organization', () => {
  it('is told of what it asked for, and of nothing else or of others', async () => {
    const [mine, other] = [await organization(), await organization()];
    await tell(mine, '/members', { classes: ['members'] });
    await tell(mine, '/keys', { classes: ['keys'] });
    await tell(other, '/other');
    start();
    const member = await join(mine);
    await createTeam(catalogue(), SYSTEM_CONTEXT, { accountId: mine, name: 'DBA' });
    await removeMember(catalogue(), SYSTEM_CONTEXT, { accountId: mine, membershipId: member.id });
    await waitUntil(() => at('/members').length === 2, 'both are told');
    expect(at('/members')[0]?.body).toContain('Somebody became a member');
    expect([at('/keys'), at('/other')]).toEqual([[], []]);
    expect(await targetOf(mine)).toMatchObject({ failure: null, deliveredAt: expect.any(Date) });
  });

  // Targets of the version before had no class for it, and nobody in the chat heard of it.
  it('is told of broken glass at every address, until one is named for it', async () => {
    const id = await organization();
    await tell(id, '/old-members', { classes: ['members'] });
    await tell(id, '/old-keys', { classes: ['keys'] });
    start();
    const glass = { event: 'break_glass.broken', reason: 'Incident 4711' } as const;
    const breakGlass = () =>
      recordAuditEvents(
        catalogue().db,
        events(id, 1).map((each) => ({ ...each, ...glass })),
      );
    await breakGlass();
    await waitUntil(() => at('/old-members').length + at('/old-keys').length === 2, 'both are told');
    await tell(id, '/glass', { classes: ['break_glass'] });
    await breakGlass();
    await waitUntil(() => at('/glass').length === 1, 'the one that is named for it is told');
    expect([at('/old-members').length, at('/old-keys').length]).toEqual([1, 1]);
  });

  it('checks the signature of plain JSON, and never sees its secrets again', async () => {
    const id = await organization();
    const { target, secret } = await tell(id, '/signed/T0KEN', { format: 'json' });
    start();
    await testNotificationTarget(catalogue(), SYSTEM_CONTEXT, { accountId: id, targetId: target.id });
    await waitUntil(() => at('/signed/T0KEN').length === 1, 'the test arrives');
    const { headers, body } = at('/signed/T0KEN')[0] ?? expect.fail('nothing arrived');
    const timestamp = String(headers['postern-timestamp']);
    const expected = createHmac('sha256', secret?.reveal() ?? '')
      .update(`${timestamp}.${body}`)
      .digest('hex');
    expect(headers['postern-signature']).toBe(`v1=${expected}`);
    expect(JSON.parse(body)).toMatchObject({ title: expect.stringContaining('Test message') });
    const stored = await catalogue()
      .db.selectFrom('notification_targets')
      .selectAll()
      .where('id', '=', target.id)
      .execute();
    const kept = JSON.stringify([stored, await targetOf(id)]);
    expect(kept).not.toContain('T0KEN');
    expect(kept).not.toContain(secret?.reveal() ?? 'none');
  });

  it.each(['http://chat.test/', 'https://user:secret@chat.test/', 'file:///etc/passwd', 'no url'])(
    'cannot be told at %s',
    async (url) => {
      const input = { accountId: await organization(), name: 'x', format: 'slack', url, classes: ['keys'] } as const;
      await expect(addNotificationTarget(catalogue(), SYSTEM_CONTEXT, input)).rejects.toMatchObject({
        httpStatus: 400,
      });
    },
  );
});

function events(accountId: AccountId, count: number) {
  return Array.from({ length: count }, () => ({
    ...({ at: new Date(), nodeId: catalogue().nodeId, event: 'secret.created', outcome: 'success' } as const),
    ...({ actorType: 'system', actorId: null, actorEmail: null, accountId } as const),
  }));
}

// Queues of one person's many organizations were older than whatever others had to be told.
describe('twenty-five organizations whose address is slow', () => {
  it('wait for each other, and keep nobody else waiting', async () => {
    const slow = await Promise.all(Array.from({ length: 25 }, organization));
    await Promise.all(slow.map((id) => tell(id, '/slow')));
    for (const id of slow) await recordAuditEvents(catalogue().db, events(id, 20));
    const other = await organization();
    await tell(other, '/other-than-slow');
    await recordAuditEvents(catalogue().db, events(other, 1));
    start();
    await waitUntil(() => at('/other-than-slow').length === 1, 'the other one is told');
    expect(at('/slow').length).toBeLessThan(100);
    const toldBefore = at('/slow').length;
    await waitUntil(() => at('/slow').length > toldBefore, 'the slow ones go on');
    await catalogue().db.deleteFrom('notifications').where('account_id', 'in', slow).execute();
  });
});

describe('an address', () => {
  it('in a closed network is not asked, and the page says so in words of ours', async () => {
    const id = await organization();
    await tell(id, '/forbidden');
    start([]);
    await join(id);
    await waitUntil(async () => (await targetOf(id))?.failure != null, 'it is refused');
    expect((await targetOf(id))?.failure).toBe('its address may not be dialled from here');
    expect(at('/forbidden')).toEqual([]);
  });

  it('that hangs or fails delays nobody else, is tried again, and its queue is bounded', async () => {
    const [hanging, broken, fine] = [await organization(), await organization(), await organization()];
    await tell(hanging, '/hangs');
    await tell(broken, '/broken');
    await tell(fine, '/fine');
    start();
    await recordAuditEvents(catalogue().db, [...events(hanging, 250), ...events(broken, 3), ...events(fine, 3)]);
    await waitUntil(() => at('/fine').length === 3, 'the others are told');
    expect(at('/hangs').length).toBeLessThanOrEqual(2);
    await waitUntil(async () => (await targetOf(broken))?.failure != null, 'it is noted');
    expect((await targetOf(broken))?.failure).toBe('it answered 500');
    await tell(hanging, '/beside');
    const glass = { event: 'break_glass.broken', reason: 'incident' } as const;
    await recordAuditEvents(
      catalogue().db,
      events(hanging, 1).map((each) => ({ ...each, ...glass })),
    );
    await waitUntil(() => at('/beside').length === 1, 'another webhook of the same organization is told');
    const queued = catalogue().db.selectFrom('notifications').select(['attempts', 'due_at']);
    expect((await queued.where('account_id', '=', hanging).execute()).length).toBeLessThanOrEqual(102);
    const again = await queued.where('account_id', '=', broken).where('attempts', '>', 0).execute();
    expect(again.every(({ due_at }) => due_at > new Date())).toBe(true);
  });
});
