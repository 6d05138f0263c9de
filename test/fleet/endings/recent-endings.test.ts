import { expect, it } from 'vitest';
import { type CatalogueSnapshot, parseSnapshot } from '../../../src/catalogue/endings/catalogue-snapshot.ts';
import type { EndedAccess, RecordedEnding } from '../../../src/catalogue/endings/ended-access.ts';
import { ENDINGS_KEPT_MS, RecentEndings } from '../../../src/fleet/endings/recent-endings.ts';
import { newAccessTokenId, newNodeId } from '../../../src/ids.ts';
import { connectionRecord } from '../../support/nodes/fleet-for-tests.ts';

const accessTokenId = newAccessTokenId();
const RECORD = connectionRecord(newNodeId(), { accessTokenId });

function ending(kind: EndedAccess['kind'], owner = accessTokenId): RecordedEnding {
  return { id: 1, kind, owners: { accessTokenId: owner }, transactionId: 100n, endedAt: new Date() };
}

function snapshot(text: string): CatalogueSnapshot {
  const parsed = parseSnapshot(text);
  if (parsed === null) throw new Error(`no snapshot: ${text}`);
  return parsed;
}

const BEFORE = snapshot('100:100:');
const AFTER = snapshot('101:101:');

it.each(['end', 'recheck', 'rules'] as const)('concerns a right that was read before a change of kind %s', (kind) => {
  const recent = new RecentEndings();
  recent.add([ending(kind)], 0);
  expect(recent.concern(RECORD, BEFORE)).toBe(true);
  expect(recent.concern(RECORD, AFTER)).toBe(false);
});

it('concerns nobody else', () => {
  const recent = new RecentEndings();
  recent.add([ending('end', newAccessTokenId())], 0);
  expect(recent.concern(RECORD, BEFORE)).toBe(false);
});

it('forgets an ending only when rights from before it are too old to count', () => {
  const recent = new RecentEndings();
  recent.add([ending('end')], 0);
  recent.add([], ENDINGS_KEPT_MS);
  expect(recent.concern(RECORD, BEFORE)).toBe(true);
  recent.add([], ENDINGS_KEPT_MS + 1);
  expect(recent.concern(RECORD, BEFORE)).toBe(false);
});
