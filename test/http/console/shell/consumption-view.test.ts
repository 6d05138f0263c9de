import { expect, it } from 'vitest';
import { onePerFrame } from '../../../../src/http/console/shell/consumption-view.ts';
import type { FrameRow } from '../../../../web/components/console/consumption.tsx';

const row = (day: number, figures: Partial<FrameRow>): FrameRow => ({
  start: new Date(Date.UTC(2026, 10, day)),
  label: `${day} Nov`,
  activeSeconds: 0,
  computeSeconds: 0,
  writtenBytes: 0,
  transferBytes: 0,
  storageBytes: 0,
  ...figures,
});

it('the day of a change of plan is one row: flows add up, the later size stands', () => {
  const before = [row(27, { activeSeconds: 5 }), row(28, { activeSeconds: 60, storageBytes: 900 })];
  const after = [row(28, { activeSeconds: 30, computeSeconds: null, storageBytes: 700 }), row(29, {})];
  expect(onePerFrame([...before, ...after])).toEqual([
    row(27, { activeSeconds: 5 }),
    row(28, { activeSeconds: 90, computeSeconds: null, storageBytes: 700 }),
    row(29, {}),
  ]);
});
