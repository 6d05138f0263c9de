import { expect, it } from 'vitest';
import type { Account } from '../../../src/catalogue/accounts/accounts.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import type { AuditEventName } from '../../../src/catalogue/trail/audit-event-codes.ts';
import { recordAuditEvents } from '../../../src/catalogue/trail/audit-events.ts';
import { readConnectionHistory } from '../../../src/catalogue/trail/connection-history.ts';
import type { AccountId } from '../../../src/ids.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  addPerson,
  openTestCatalogue,
  type PersonForTests,
  pushedClock,
} from '../../support/databases/catalogue-for-tests.ts';

it('connections are counted by hour and day, for readers of the trail only', async () => {
  const catalogue = await openTestCatalogue({ clock: pushedClock() });
  const admin = await addPerson(catalogue, 'admin');
  const member = await addPerson(catalogue, 'member');
  const organization = await addOrganization(catalogue, admin);
  await addMemberTo(catalogue, organization, { person: member });
  await recordConnections(catalogue, { organization, admin });
  const asAdmin = await actingAs(catalogue, admin);
  const hours = { accountId: organization.id, step: 'hourly', frames: 3 } as const;
  expect(await readConnectionHistory(catalogue, asAdmin, hours)).toMatchObject([
    { begun: 0, ended: 0, failed: 0 },
    { begun: 1, ended: 1, failed: 1, denied: 0 },
    { begun: 1, ended: 0, failed: 0 },
  ]);
  const asMember = await actingAs(catalogue, member);
  await expect(readConnectionHistory(catalogue, asMember, hours)).rejects.toMatchObject({ code: 'forbidden' });
  const all = { accountId: null, step: 'daily', frames: 2 } as const;
  await expect(readConnectionHistory(catalogue, asAdmin, all)).rejects.toMatchObject({ code: 'forbidden' });
  await catalogue.db.updateTable('users').set({ is_operator: true }).where('id', '=', admin.userId).execute();
  const days = await readConnectionHistory(catalogue, await actingAs(catalogue, admin), all);
  expect(days.map(({ start }) => start.getUTCHours())).toEqual([0, 0]);
  expect(days.reduce((sum, { denied }) => sum + denied, 0)).toBe(2);
  expect(days.reduce((sum, { begun }) => sum + begun, 0)).toBe(3);
});

async function recordConnections(
  catalogue: Catalogue,
  { organization, admin }: { readonly organization: Account; readonly admin: PersonForTests },
): Promise<void> {
  const now = catalogue.clock.now().getTime();
  const happened = (event: AuditEventName, hoursAgo: number, accountId: AccountId | null = organization.id) => ({
    at: new Date(now - hoursAgo * 3_600_000),
    nodeId: catalogue.nodeId,
    event,
    outcome: 'success' as const,
    actorType: 'system' as const,
    actorId: null,
    actorEmail: null,
    accountId,
  });
  await catalogue.transaction((tx) =>
    recordAuditEvents(tx, [
      happened('connection.started', 0),
      happened('connection.started', 0, admin.accountId),
      happened('connection.ended', 1),
      happened('connection.failed', 1),
      happened('connection.started', 1),
      happened('connection.started', 9_999),
      happened('login.denied', 1, null),
      happened('login.reported', 1, null),
    ]),
  );
}
