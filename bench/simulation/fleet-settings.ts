// What is simulated of a fleet, and what comes out.

/** `one_fleet`: one Redis for all nodes. `per_region`: one each, and one catalogue for all. */
export type Layout = 'one_fleet' | 'per_region';

export interface FleetSettings {
  readonly seed: number;
  readonly layout: Layout;
  readonly regions: number;
  readonly nodesPerRegion: number;
  /** Workers of a node, each with a core of its own. */
  readonly coresPerNode: number;
  /** Connected at the start, the same number in each region. */
  readonly clients: number;
  /** Of a node for one login; docs/benchmarks.md, "Logins". */
  readonly cpuMsPerLogin: number;
  /** Between regions, and within one. */
  readonly farMs: number;
  readonly nearMs: number;
  /** Round trips of a login, counted by login-costs.test.ts. */
  readonly catalogueTrips: number;
  readonly redisTrips: number;
  /** Drivers give up then, and come back after a pause that doubles. */
  readonly connectLimitMs: number;
  readonly pauseMs: { readonly first: number; readonly longest: number };
  /** Of each client's connection: it ends by itself and is made anew. */
  readonly lifeMs: number;
}

/** From `atMs` on; both ends in simulated time. */
export interface Outage {
  readonly kind: 'region' | 'redis' | 'catalogue';
  readonly region: number;
  readonly atMs: number;
  readonly untilMs: number;
}

export interface FleetResult {
  readonly logins: number;
  readonly refused: number;
  readonly timedOut: number;
  readonly loginMs: { readonly median: number; readonly p99: number };
  readonly longestQueue: number;
  readonly busiestLoginsPerSecond: number;
  /** After a region was lost, until so many of its clients were connected; null: never. */
  readonly connectedAfterMs: { readonly half: number | null; readonly nearlyAll: number | null };
  readonly revocationMs: { readonly median: number; readonly longest: number };
}
