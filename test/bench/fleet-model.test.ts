import { describe, expect, it } from 'vitest';
import { simulateFleet } from '../../bench/simulation/fleet-model.ts';
import type { FleetSettings, Outage } from '../../bench/simulation/fleet-settings.ts';

const SETTINGS: FleetSettings = {
  seed: 7,
  layout: 'one_fleet',
  regions: 3,
  nodesPerRegion: 2,
  coresPerNode: 1,
  clients: 6_000,
  cpuMsPerLogin: 5,
  farMs: 80,
  nearMs: 1,
  catalogueTrips: 1,
  redisTrips: 2,
  connectLimitMs: 10_000,
  pauseMs: { first: 500, longest: 15_000 },
  lifeMs: 600_000,
};
const LASTS_MS = 60_000;
const outage = (kind: Outage['kind'], region: number): Outage[] => [
  { kind, region, atMs: 10_000, untilMs: kind === 'region' ? LASTS_MS : 20_000 },
];

describe('the simulated fleet', () => {
  it('gives the same figures for the same seed, and others for another', () => {
    const run = (seed: number) => simulateFleet({ ...SETTINGS, seed }, outage('region', 1), LASTS_MS);
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  it('takes back all clients of a lost region', () => {
    const { connectedAfterMs } = simulateFleet(SETTINGS, outage('region', 1), LASTS_MS);
    expect(connectedAfterMs.half).not.toBeNull();
    expect(connectedAfterMs.nearlyAll ?? 0).toBeGreaterThan(connectedAfterMs.half ?? 0);
  });

  it('refuses logins while the catalogue is away, and makes up for all of them', () => {
    const calm = simulateFleet(SETTINGS, [], LASTS_MS);
    const shaken = simulateFleet(SETTINGS, outage('catalogue', 0), LASTS_MS);
    expect(calm.refused).toBe(0);
    expect(shaken.refused).toBeGreaterThan(0);
    expect(shaken.logins).toBeGreaterThan(calm.logins * 0.95);
  });

  it('tells of a revocation by polling alone where Redis is away or another region’s', () => {
    const longest = (layout: FleetSettings['layout'], outages: readonly Outage[]) =>
      simulateFleet({ ...SETTINGS, layout }, outages, LASTS_MS).revocationMs.longest;
    expect(longest('one_fleet', [])).toBeLessThan(500);
    expect(longest('one_fleet', outage('redis', 0))).toBeGreaterThan(1_000);
    expect(longest('per_region', [])).toBeGreaterThan(1_000);
  });
});
