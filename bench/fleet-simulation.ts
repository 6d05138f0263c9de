// What happens to logins and revocations of a fleet over several regions when a region, its Redis
// or the catalogue is lost. Simulated with measured figures of a login, since nobody has such a
// fleet at hand. `npm run bench:fleet [-- --seed 1 --clients 300000]`.

import { parseArgs } from 'node:util';
import { simulateFleet } from './simulation/fleet-model.ts';
import type { FleetResult, FleetSettings, Layout, Outage } from './simulation/fleet-settings.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    clients: { type: 'string', default: '300000' },
    regions: { type: 'string', default: '3' },
    nodes: { type: 'string', default: '4' },
    cores: { type: 'string', default: '2' },
    cpu: { type: 'string', default: '5' },
  },
});

const LASTS_MS = 240_000;
const AT_MS = 60_000;

const SCENARIOS: ReadonlyArray<{ readonly name: string; readonly outages: readonly Outage[] }> = [
  { name: 'nothing lost', outages: [] },
  { name: 'Redis of region 1 for 60 s', outages: [{ kind: 'redis', region: 1, atMs: AT_MS, untilMs: AT_MS + 60_000 }] },
  { name: 'Redis of region 0 for 60 s', outages: [{ kind: 'redis', region: 0, atMs: AT_MS, untilMs: AT_MS + 60_000 }] },
  {
    name: 'catalogue fails over, 20 s',
    outages: [{ kind: 'catalogue', region: 0, atMs: AT_MS, untilMs: AT_MS + 20_000 }],
  },
  { name: 'region 1 lost for good', outages: [{ kind: 'region', region: 1, atMs: AT_MS, untilMs: LASTS_MS }] },
];

const HEAD = [
  ...['layout', 'scenario', 'logins', 'refused', 'timed out', 'login p50', 'login p99', 'busiest s', 'queue'],
  ...['half back', '99 % back', 'revoked p50', 'revoked at most'],
];

const rows = (['one_fleet', 'per_region'] as const).flatMap((layout) =>
  SCENARIOS.map(({ name, outages }) => [
    layout,
    name,
    ...cellsOf(simulateFleet(settingsOf(layout), outages, LASTS_MS)),
  ]),
);
process.stdout.write(
  `${[HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`,
);

function settingsOf(layout: Layout): FleetSettings {
  return {
    layout,
    seed: Number(values.seed),
    clients: Number(values.clients),
    regions: Number(values.regions),
    nodesPerRegion: Number(values.nodes),
    coresPerNode: Number(values.cores),
    cpuMsPerLogin: Number(values.cpu),
    farMs: 80,
    nearMs: 1,
    catalogueTrips: 1,
    redisTrips: 2,
    connectLimitMs: 10_000,
    pauseMs: { first: 500, longest: 15_000 },
    lifeMs: 1_800_000,
  };
}

function cellsOf({ loginMs, connectedAfterMs, revocationMs, ...result }: FleetResult): string[] {
  const ms = (value: number | null) => (value === null ? '–' : `${Math.round(value).toLocaleString('en')} ms`);
  const counts = [result.logins, result.refused, result.timedOut].map((count) => count.toLocaleString('en'));
  const { half, nearlyAll } = connectedAfterMs;
  return [
    ...counts,
    ...[ms(loginMs.median), ms(loginMs.p99)],
    ...[String(result.busiestLoginsPerSecond), String(result.longestQueue)],
    ...[ms(half), ms(nearlyAll), ms(revocationMs.median), ms(revocationMs.longest)],
  ];
}
