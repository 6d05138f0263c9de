// What monitoring asks a gateway, and what must not come of it: login requests and audit events.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, finish, openDesk } from '../support/nodes/desk.ts';
import type { TestNode } from '../support/nodes/postern-for-tests.ts';
import { startPsql } from '../support/nodes/psql.ts';
import { waitUntil } from '../support/wait-until.ts';
import { BEHIND_PROXIES, startHaproxy } from './in-between.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk({ environment: BEHIND_PROXIES });
});

afterAll(() => desk.close());

async function expectNoTrace(node: TestNode): Promise<void> {
  await waitUntil(() => node.postern.gateway.connectionCounts().waiting === 0, 'nobody waits');
  await node.postern.auditTrail.flush();
  const { db } = node.postern.catalogue;
  const rows = await db.selectFrom('audit_events').select('event').where('event', 'like', 'login.%').execute();
  const ended = await db.selectFrom('audit_events').select('event').where('event', 'like', 'connection.%').execute();
  expect([...rows, ...ended]).toEqual([]);
}

describe('a health check leaves no login request and no audit event', () => {
  it.each([
    ['where clear text may log in', {}],
    ['where TLS is required', { POSTERN_TLS: 'require' }],
  ])("haproxy's pgsql-check, %s", async (_where, environment) => {
    const node = await desk.startNode({ ...BEHIND_PROXIES, ...environment });
    const haproxy = await startHaproxy(node, 'option pgsql-check user probe');
    try {
      await waitUntil(async () => (await haproxy.checkStatus()) !== '', 'it was checked');
      expect(await haproxy.checkStatus()).toBe('L7OK');
    } finally {
      await haproxy.close();
    }
    await expectNoTrace(node);
  });

  it("haproxy's check of the port alone", async () => {
    const haproxy = await startHaproxy(desk.node, 'option tcp-check');
    try {
      await waitUntil(async () => (await haproxy.checkStatus()) !== '', 'it was checked');
      expect(await haproxy.checkStatus()).toMatch(/^L[47]OK$/);
    } finally {
      await haproxy.close();
    }
    await expectNoTrace(desk.node);
  });

  it.each(['', 'probe', 'kube-liveness'])('pg_isready that goes by the name "%s"', async (name) => {
    const env = { PGHOST: '127.0.0.1', PGPORT: String(desk.node.pgPort), ...(name === '' ? {} : { PGAPPNAME: name }) };
    // Its own limit would be an answer of another kind: it is not needed.
    const { code, stdout } = await finish(startPsql({ program: 'pg_isready', args: ['-t', '60'], env, input: '' }));
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('accepting connections') });
    await expectNoTrace(desk.node);
  });
});
