import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { cancelQuery, endConnection, sendNotice } from '../../../src/actions/connections/act-on-connections.ts';
import type { AuditEventInput } from '../../../src/catalogue/trail/audit-events.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';
import { startEmbeddedRedis, type TestRedis } from '../../support/databases/redis-for-tests.ts';
import {
  connectionRecord,
  recordingHandle,
  startTestNode,
  type TestNode,
} from '../../support/nodes/fleet-for-tests.ts';

const catalogueOf = useTestCatalogue();
let redis: TestRedis;
let node: TestNode;

beforeAll(async () => {
  redis = await startEmbeddedRedis();
  node = await startTestNode(redis.url, catalogueOf());
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await redis.close();
});

describe('acting on a live connection', () => {
  it.each([
    ['the admin of its account', 'admin', 'overseer', 'person'],
    ['the admin to whose account its project went', 'receiver', 'overseer', 'person'],
    ['its own person', 'guest', 'owner', 'person'],
    ['an operator', 'operator', 'operator', 'operator'],
  ] as const)('is allowed to %s, and audited with its facts', async (_who, name, capacity, actorType) => {
    const { context, email, connection, handle, parts, events } = await scene(name);
    const reason = 'no longer needed';
    expect(await endConnection(parts, context, { connection, capacity, reason })).toBe('done');
    expect(handle.ends).toEqual([{ kind: 'killed', reason }]);
    expect(events).toEqual([
      expect.objectContaining({
        event: 'ops.connection_ended',
        outcome: 'success',
        reason,
        actorType,
        actorEmail: email,
        connectionId: connection.id,
        accountId: connection.accountId,
        subject: connection.personEmail,
        terminalIp: connection.address,
      }),
    ]);
  });

  it.each([
    ['a member as an overseer', 'member', 'overseer', 'forbidden'],
    ['an admin as an operator', 'admin', 'operator', 'forbidden'],
    ['an admin as the owner', 'admin', 'owner', 'not_found'],
    ['a stranger as an overseer', 'stranger', 'overseer', 'not_found'],
    ['a stranger as the owner', 'stranger', 'owner', 'not_found'],
  ] as const)('is refused to %s, and does nothing', async (_who, name, capacity, code) => {
    const { context, connection, handle, parts, events } = await scene(name);
    const on = { connection, capacity, reason: 'because' };
    await expect(endConnection(parts, context, on)).rejects.toMatchObject({ code });
    await expect(cancelQuery(parts, context, on)).rejects.toMatchObject({ code });
    const notice = { connections: [connection], capacity, text: 'hello' };
    await expect(sendNotice(parts, context, notice)).rejects.toMatchObject({ code });
    expect([handle.ends, handle.canceled, handle.notices, events]).toEqual([[], 0, [], []]);
  });
});

/**
 * A live connection of a guest that an organization admitted, to a project that has gone to another
 * one since.
 */
async function scene(who: 'admin' | 'member' | 'guest' | 'stranger' | 'receiver' | 'operator') {
  const catalogue = catalogueOf();
  const people = {
    admin: await addPerson(catalogue, 'admin'),
    member: await addPerson(catalogue, 'member'),
    guest: await addPerson(catalogue, 'guest'),
    stranger: await addPerson(catalogue, 'stranger'),
    receiver: await addPerson(catalogue, 'receiver'),
    operator: await addPerson(catalogue, 'operator'),
  };
  const organization = await addOrganization(catalogue, people.admin);
  await addMemberTo(catalogue, organization, { person: people.member });
  const { project } = await addProject(catalogue, (await addOrganization(catalogue, people.receiver)).id);
  await catalogue.db.updateTable('users').set({ is_operator: true }).where('id', '=', people.operator.userId).execute();
  const { userId, email: personEmail } = people.guest;
  const connection = connectionRecord(node.nodeId, {
    userId,
    personEmail,
    accountId: organization.id,
    projectId: project.id,
  });
  const handle = recordingHandle();
  const registration = node.liveConnections.register(connection, handle);
  onTestFinished(() => registration.close());
  const events: AuditEventInput[] = [];
  const auditTrail = { record: (event: AuditEventInput) => void events.push(event), countStored: () => {} };
  const parts = { catalogue, liveConnections: node.liveConnections, auditTrail };
  return {
    context: await actingAs(catalogue, people[who]),
    email: people[who].email,
    connection,
    handle,
    parts,
    events,
  };
}
