import { describe, expect, it } from 'vitest';
import { parseSnapshot } from '../../../src/catalogue/endings/catalogue-snapshot.ts';
import type { AccessOwners, EndedAccess, RecordedEnding } from '../../../src/catalogue/endings/ended-access.ts';
import { EndingsByOwner } from '../../../src/fleet/endings/end-connections.ts';
import {
  newAccessTokenId,
  newComputeId,
  newGrantId,
  newNodeId,
  newOrganizationId,
  newProjectId,
  newUserId,
} from '../../../src/ids.ts';
import { connectionRecord } from '../../support/nodes/fleet-for-tests.ts';

const PLACE = {
  userId: newUserId(),
  accountId: newOrganizationId(),
  projectId: newProjectId(),
  computeId: newComputeId(),
  grantId: newGrantId(),
  accessTokenId: newAccessTokenId(),
  databaseRole: 'app',
};
const RECORD = connectionRecord(newNodeId(), PLACE);

function ending(owners: AccessOwners, kind: EndedAccess['kind'] = 'end', transactionId = 100n): RecordedEnding {
  return { id: Number(transactionId), kind, owners, transactionId, endedAt: new Date() };
}

const BY_PASSWORD = { ...RECORD, grantId: null };

const findFor = (endings: readonly RecordedEnding[], rightAsOf: string | null = null, record = RECORD) =>
  new EndingsByOwner(endings).findFor(record, rightAsOf === null ? null : parseSnapshot(rightAsOf))?.kind ?? null;

describe('what was taken away', () => {
  it.each([
    ['the access token', { accessTokenId: PLACE.accessTokenId }],
    ['the grant', { grantId: PLACE.grantId }],
    ['the person', { userId: PLACE.userId }],
    ['the compute', { computeId: PLACE.computeId }],
    ['the project', { projectId: PLACE.projectId }],
    ['the account', { accountId: PLACE.accountId }],
    ['a role of the project', { projectId: PLACE.projectId, databaseRole: 'app' }],
    ['the person in the account', { userId: PLACE.userId, accountId: PLACE.accountId }],
  ])('is found by %s', (_what, owners) => {
    expect(findFor([ending({ userId: newUserId() }), ending(owners)])).toBe('end');
  });

  it.each([
    ['another person', { userId: newUserId() }],
    ['the person in another account', { userId: PLACE.userId, accountId: newOrganizationId() }],
    ['another role of the project', { projectId: PLACE.projectId, databaseRole: 'reader' }],
    ['no owner', {}],
  ])('is not found by %s', (_what, owners) => {
    expect(findFor([ending(owners)])).toBeNull();
  });

  it('ends a connection before changed rules are asked about', () => {
    const recheck = ending({ computeId: PLACE.computeId }, 'recheck');
    expect(findFor([recheck], null, BY_PASSWORD)).toBe('recheck');
    expect(findFor([recheck, ending({ accountId: PLACE.accountId })], null, BY_PASSWORD)).toBe('end');
  });

  it('ends a connection by a grant with the rules that the grant was given under', () => {
    expect(findFor([ending({ computeId: PLACE.computeId }, 'recheck')])).toBe('end');
  });

  it('does not concern a right that was given afterwards', () => {
    const taken = [ending({ userId: PLACE.userId }, 'end', 101n)];
    expect([findFor(taken, '100:103:101'), findFor(taken, '101:101:'), findFor(taken, '102:102:')]).toEqual([
      'end',
      'end',
      null,
    ]);
  });

  it('is found for ten thousand connections among ten thousand endings within a second', () => {
    const people = Array.from({ length: 10_000 }, () => newUserId());
    const byOwner = new EndingsByOwner(people.map((userId) => ending({ userId })));
    const records = people.map((userId) => connectionRecord(RECORD.nodeId, { ...PLACE, userId }));
    const startedAt = performance.now();
    expect(records.filter((record) => byOwner.findFor(record, null)?.kind === 'end')).toHaveLength(10_000);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
