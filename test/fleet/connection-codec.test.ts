import { expect, it } from 'vitest';
import { decodeRecord, encodeRecord } from '../../src/fleet/connection-codec.ts';
import { newNodeId } from '../../src/ids.ts';
import { connectionRecord } from '../support/nodes/fleet-for-tests.ts';

it('a record keeps its project’s label; older nodes write none', () => {
  const record = connectionRecord(newNodeId(), { projectLabel: 'production' });
  expect(decodeRecord(encodeRecord(record))).toEqual(record);
  const { projectLabel: _label, ...older } = record;
  expect(decodeRecord(JSON.stringify(older))).toEqual({ ...record, projectLabel: null });
  expect(decodeRecord(JSON.stringify({ ...record, projectLabel: '<script>' }))).toBe(null);
});
