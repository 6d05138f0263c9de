import { expect, it } from 'vitest';
import { EmptyRecords } from '../../src/wire/empty-records.ts';

const KEY_UPDATE_BYTES = 27;
const RECORD_BYTES = 22;

it('records of one byte each are never too many, and changed keys are', () => {
  const records = new EmptyRecords({ encrypted: 5_000, data: 0 }, 0);
  const bytes = 10_000_000;
  const typed = { encrypted: 5_000 + bytes * (RECORD_BYTES + 1), data: bytes };
  expect(records.areTooMany(typed, 0)).toBe(false);
  const changed = { encrypted: 5_000 + 10_000 * KEY_UPDATE_BYTES, data: 0 };
  expect(records.areTooMany(changed, 0)).toBe(true);
  expect(records.areTooMany(changed, 60_000)).toBe(false);
});
