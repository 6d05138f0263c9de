import { describe, expect, it } from 'vitest';
import { RelayActivity } from '../../src/relay/relay-activity.ts';

describe('relay activity', () => {
  it('reports the bytes of each direction once, and null when none moved', () => {
    const relay = { bytesToUpstream: 0, bytesToClient: 0, queries: { turns: 0 } };
    const activity = new RelayActivity(relay, 1_000);
    expect(activity.take(2_000)).toBeNull();
    Object.assign(relay, { bytesToUpstream: 10, bytesToClient: 70 });
    expect(activity.take(3_000)).toEqual({ toUpstream: 10, toClient: 70 });
    expect(activity.take(4_000)).toBeNull();
    relay.bytesToClient = 75;
    expect(activity.take(5_000)).toEqual({ toUpstream: 0, toClient: 5 });
  });

  it('is quiet since the last call that found bytes, and not while some are new', () => {
    const relay = { bytesToUpstream: 0, bytesToClient: 0, queries: { turns: 0 } };
    const activity = new RelayActivity(relay, 1_000);
    expect(activity.quietMs(5_000)).toBe(4_000);
    relay.bytesToUpstream = 1;
    expect(activity.quietMs(6_000)).toBe(0);
    activity.take(7_000);
    expect(activity.quietMs(7_500)).toBe(500);
  });

  it('dates a state from the first look after it began, and not again while it lasts', () => {
    const relay = { bytesToUpstream: 0, bytesToClient: 0, queries: { turns: 0 } };
    const activity = new RelayActivity(relay, 1_000);
    expect(activity.stateSinceMs(4_000)).toBe(1_000);
    relay.queries.turns = 1;
    activity.take(5_000);
    relay.bytesToClient = 70;
    activity.take(6_000);
    expect(activity.stateSinceMs(7_000)).toBe(5_000);
    // Ended and another one begun between two looks.
    relay.queries.turns = 3;
    expect(activity.stateSinceMs(8_000)).toBe(8_000);
  });
});
