import { describe, expect, it } from 'vitest';
import { stopText } from '../../../src/cli/terminal/stop-text.ts';

const LIMIT_MS = 300_000;

describe('what Ctrl-C says', () => {
  it('names whom it waits for, how long, and how to stop now', () => {
    const still = { people: ['kim@example.com'], connections: 1, waitingLogins: 0 };
    expect(stopText(still, LIMIT_MS)).toBe(
      'Waiting for 1 connection (kim@example.com), at most 5 minutes. Press Ctrl-C again to stop now.\n',
    );
  });

  it('names three people at most, and counts logins that wait', () => {
    const still = { people: ['a@x.dev', 'b@x.dev', 'c@x.dev', 'd@x.dev', 'e@x.dev'], connections: 7, waitingLogins: 2 };
    expect(stopText(still, LIMIT_MS)).toContain('7 connections (a@x.dev, b@x.dev, c@x.dev, 2 more) and 2 logins,');
  });

  it('says nothing when nothing is waited for', () => {
    expect(stopText({ people: [], connections: 0, waitingLogins: 0 }, LIMIT_MS)).toBe('');
  });
});
