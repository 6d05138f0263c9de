import { expect, it } from 'vitest';
import { LoadHistory, MINUTES_KEPT } from '../../src/fleet/load-history.ts';

const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 10, 28, 12, minute, second));

it('keeps the peak of each minute, and zeros for minutes without a beat', () => {
  const history = new LoadHistory();
  history.note(at(0), 3);
  history.note(at(0, 30), 5);
  history.note(at(0, 59), 4);
  history.note(at(1), 2);
  history.note(at(4), 7);
  expect(history.peaks).toEqual([5, 2, 0, 0, 7]);
});

it('keeps an hour, also after a long sleep, and bears a clock that goes back', () => {
  const history = new LoadHistory();
  history.note(at(0), 9);
  history.note(at(600), 1);
  history.note(at(599), 2);
  expect(history.peaks.length).toBe(MINUTES_KEPT);
  expect([...new Set(history.peaks.slice(0, -1)), history.peaks.at(-1)]).toEqual([0, 2]);
});
