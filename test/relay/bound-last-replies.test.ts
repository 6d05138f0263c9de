import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { boundLastReplies } from '../../src/relay/bound-last-replies.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function replies(left: 'unread' | 'nothing') {
  const isUnread = left === 'unread';
  const state = { moved: 0, ended: 0 };
  const parts = { movedBytes: () => state.moved, isUnread: () => isUnread, silenceMs: 1_000, unreadMs: 30_000 };
  const stop = boundLastReplies(parts, () => {
    state.ended += 1;
    stop();
  });
  return state;
}

it('last replies are over after a second without a byte', () => {
  const state = replies('nothing');
  vi.advanceTimersByTime(1_000);
  expect(state.ended).toBe(1);
});

it('a client that reads slowly gets all of them', () => {
  const state = replies('unread');
  for (let second = 0; second < 600; second += 1) {
    if (second % 20 === 0) state.moved += 1;
    vi.advanceTimersByTime(1_000);
  }
  expect(state.ended).toBe(0);
});

it('a client that never reads is not kept for longer than half a minute', () => {
  const state = replies('unread');
  vi.advanceTimersByTime(29_000);
  expect(state.ended).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(state.ended).toBe(1);
});
