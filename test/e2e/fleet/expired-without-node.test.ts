// A login request whose node is gone and that nobody approves: another node records its end, once.

import { expect, it } from 'vitest';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { listAuditEvents } from '../../../src/catalogue/trail/audit-trail-reader.ts';
import { finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { waitUntil } from '../../support/wait-until.ts';

it('a link of a stopped node is recorded as expired, once', async () => {
  await using desk = await openDesk({ environment: { POSTERN_LOGIN_TTL: '3s' } });
  const [stopped, another] = [await desk.startNode(), await desk.startNode()];
  const psql = desk.psql(['-U', 'patient', '-c', 'select 1'], { at: stopped });
  await linkOf(psql);
  await stopped.close();
  expect((await finish(psql)).stderr).toContain('Postern is restarting, connect again');
  const expired = async () => {
    for (const { postern } of [desk.node, another]) await postern.auditTrail.flush();
    const { items } = await listAuditEvents(desk.node.postern.catalogue, SYSTEM_CONTEXT, { limit: 200, cursor: null });
    return items.filter(({ event }) => event === 'login.expired');
  };
  await waitUntil(async () => (await expired()).length > 0, 'the end is told');
  expect(await expired()).toMatchObject([{ untrusted_user: 'patient', terminal_ip: '127.0.0.1', outcome: 'success' }]);
});
