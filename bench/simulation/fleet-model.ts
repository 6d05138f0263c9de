// A fleet over several regions as queues and delays, in steps of simulated time: what a login costs
// a node, how far the stores are, how clients come back. Deterministic: chance comes from a seed.

import { seededRandom } from '../../test/support/seeded-random.ts';
import type { FleetResult, FleetSettings, Outage } from './fleet-settings.ts';
import { quantile, Schedule, STEP_MS } from './schedule.ts';

/** How often every node reads what was taken away, when nobody tells it (ended-access-drain.ts). */
const POLL_MS = 2_000;
/** What a login waits for a Redis that is away: counts, then its cancel key (fleet/). */
const REDIS_AWAY_MS = 1_500;
/** A client that has given up costs the node its handshake. */
const WASTED_SHARE = 0.3;
const HOME_REGION = 0;
const NEARLY_ALL = 0.99;

interface Waiting {
  readonly client: number;
  readonly sinceMs: number;
}

interface ModelNode {
  readonly region: number;
  readonly queue: Waiting[];
  budgetMs: number;
}

export function simulateFleet(settings: FleetSettings, outages: readonly Outage[], lastsMs: number): FleetResult {
  const model = new FleetModel(settings, outages);
  for (let nowMs = 0; nowMs < lastsMs; nowMs += STEP_MS) model.step(nowMs);
  return model.result();
}

class FleetModel {
  readonly #settings: FleetSettings;
  readonly #outages: readonly Outage[];
  readonly #random: () => number;
  readonly #nodes: ModelNode[];
  readonly #failures: Uint8Array;
  /** Clients that connect, or whose connection ends, in a step to come. */
  readonly #connecting = new Schedule();
  readonly #ending = new Schedule();
  readonly #nodeOf: Int32Array;
  readonly #loginMs: number[] = [];
  readonly #revocationMs: number[] = [];
  readonly #loginsBySecond = new Map<number, number>();
  readonly #connectedAfter: { half: number | null; nearlyAll: number | null } = { half: null, nearlyAll: null };
  #counts = { logins: 0, refused: 0, timedOut: 0, longestQueue: 0, connected: 0 };

  constructor(settings: FleetSettings, outages: readonly Outage[]) {
    const { seed, regions, nodesPerRegion, clients, lifeMs } = settings;
    this.#settings = settings;
    this.#outages = outages;
    this.#random = seededRandom(seed).next;
    this.#nodes = Array.from({ length: regions * nodesPerRegion }, (_, index) => ({
      region: Math.floor(index / nodesPerRegion),
      queue: [],
      budgetMs: 0,
    }));
    this.#failures = new Uint8Array(clients);
    this.#nodeOf = Int32Array.from({ length: clients }, (_, client) => client % this.#nodes.length);
    this.#counts.connected = clients;
    for (let client = 0; client < clients; client += 1) this.#endLater(client, this.#random() * lifeMs);
  }

  step(nowMs: number): void {
    for (const { kind, region, atMs } of this.#outages)
      if (kind === 'region' && atMs === nowMs) this.#lose(region, nowMs);
    for (const client of this.#ending.take(nowMs)) this.#end(client, nowMs);
    for (const client of this.#connecting.take(nowMs)) this.#connect(client, nowMs);
    for (const node of this.#nodes) if (!this.#isAway('region', node.region, nowMs)) this.#serve(node, nowMs);
    if (nowMs % 1_000 === 0) this.#revoke(nowMs);
    this.#noteReturn(nowMs);
  }

  result(): FleetResult {
    const { logins, refused, timedOut, longestQueue } = this.#counts;
    return {
      ...{ logins, refused, timedOut, longestQueue },
      loginMs: { median: quantile(this.#loginMs, 0.5), p99: quantile(this.#loginMs, 0.99) },
      busiestLoginsPerSecond: Math.max(0, ...this.#loginsBySecond.values()),
      connectedAfterMs: this.#connectedAfter,
      revocationMs: { median: quantile(this.#revocationMs, 0.5), longest: quantile(this.#revocationMs, 1) },
    };
  }

  #isAway(kind: Outage['kind'], region: number, nowMs: number): boolean {
    return this.#outages.some(
      (outage) => outage.kind === kind && outage.region === region && nowMs >= outage.atMs && nowMs < outage.untilMs,
    );
  }

  #lose(region: number, nowMs: number): void {
    for (let client = 0; client < this.#nodeOf.length; client += 1) {
      if (this.#nodes[this.#nodeOf[client] ?? -1]?.region === region) this.#end(client, nowMs);
    }
    for (const node of this.#nodes.filter((one) => one.region === region)) {
      for (const { client } of node.queue.splice(0)) this.#comeBack(client, nowMs);
    }
  }

  #end(client: number, nowMs: number): void {
    if (this.#nodeOf[client] === -1) return;
    this.#nodeOf[client] = -1;
    this.#counts.connected -= 1;
    // A pool notices at once, and most of them at the same time.
    this.#connecting.put(nowMs + STEP_MS, client);
  }

  /** To the least busy of two nodes of a living region, as a balancer would send it. */
  #connect(client: number, nowMs: number): void {
    const living = this.#nodes.filter(({ region }) => !this.#isAway('region', region, nowMs));
    const pick = () => living[Math.floor(this.#random() * living.length)];
    const [one, other] = [pick(), pick()];
    if (one === undefined || other === undefined) {
      this.#comeBack(client, nowMs);
      return;
    }
    const node = other.queue.length < one.queue.length ? other : one;
    node.queue.push({ client, sinceMs: nowMs });
    this.#counts.longestQueue = Math.max(this.#counts.longestQueue, node.queue.length);
  }

  #serve(node: ModelNode, nowMs: number): void {
    const { coresPerNode, cpuMsPerLogin, connectLimitMs } = this.#settings;
    node.budgetMs = Math.min(node.budgetMs, 0) + coresPerNode * STEP_MS;
    while (node.queue.length > 0 && node.budgetMs > 0) {
      const { client, sinceMs } = node.queue.shift() ?? { client: 0, sinceMs: nowMs };
      const tookMs = nowMs - sinceMs + cpuMsPerLogin + this.#waitsOf(node, nowMs);
      const isLate = tookMs > connectLimitMs;
      node.budgetMs -= cpuMsPerLogin * (isLate ? WASTED_SHARE : 1);
      if (isLate) this.#counts.timedOut += 1;
      else if (this.#isAway('catalogue', HOME_REGION, nowMs)) this.#counts.refused += 1;
      else {
        this.#admit(client, node, { nowMs, tookMs });
        continue;
      }
      this.#comeBack(client, nowMs);
    }
  }

  /** For the stores. */
  #waitsOf({ region }: ModelNode, nowMs: number): number {
    const { layout, farMs, nearMs, catalogueTrips, redisTrips } = this.#settings;
    const redisRegion = layout === 'one_fleet' ? HOME_REGION : region;
    const tripTo = (other: number) => (other === region ? nearMs : farMs);
    const ofRedis = this.#isAway('redis', redisRegion, nowMs) ? REDIS_AWAY_MS : redisTrips * tripTo(redisRegion);
    return catalogueTrips * tripTo(HOME_REGION) + ofRedis;
  }

  #admit(client: number, node: ModelNode, { nowMs, tookMs }: { nowMs: number; tookMs: number }): void {
    this.#nodeOf[client] = this.#nodes.indexOf(node);
    this.#failures[client] = 0;
    this.#counts.connected += 1;
    this.#counts.logins += 1;
    this.#loginMs.push(tookMs);
    const second = Math.floor(nowMs / 1_000);
    this.#loginsBySecond.set(second, (this.#loginsBySecond.get(second) ?? 0) + 1);
    this.#endLater(client, nowMs + (0.5 + this.#random()) * this.#settings.lifeMs);
  }

  /** After a pause that doubles, of which a random half is cut. */
  #comeBack(client: number, nowMs: number): void {
    const { first, longest } = this.#settings.pauseMs;
    const failures = this.#failures[client] ?? 0;
    this.#failures[client] = Math.min(failures + 1, 20);
    const pauseMs = Math.min(first * 2 ** failures, longest) * (1 - this.#random() / 2);
    this.#connecting.put(nowMs + STEP_MS + pauseMs, client);
  }

  #endLater(client: number, atMs: number): void {
    this.#ending.put(atMs, client);
  }

  /** One a second, made at a node of any region: how long until the last living node has heard. */
  #revoke(nowMs: number): void {
    const { layout, regions, farMs, nearMs } = this.#settings;
    if (this.#isAway('catalogue', HOME_REGION, nowMs)) return;
    const region = Math.floor(this.#random() * regions);
    const lags = this.#nodes.map((node) => {
      if (this.#isAway('region', node.region, nowMs)) return 0;
      const read = node.region === HOME_REGION ? nearMs : farMs;
      const redisRegion = layout === 'one_fleet' ? HOME_REGION : region;
      const isTold = layout === 'one_fleet' || node.region === region;
      if (isTold && !this.#isAway('redis', redisRegion, nowMs)) return read + (layout === 'one_fleet' ? farMs : nearMs);
      return read + this.#random() * POLL_MS;
    });
    this.#revocationMs.push(Math.max(...lags));
  }

  #noteReturn(nowMs: number): void {
    const [first] = this.#outages;
    if (first?.kind !== 'region' || nowMs <= first.atMs) return;
    const part = this.#counts.connected / this.#nodeOf.length;
    const lost = 1 / this.#settings.regions;
    if (part >= 1 - lost / 2) this.#connectedAfter.half ??= nowMs - first.atMs;
    if (part >= NEARLY_ALL) this.#connectedAfter.nearlyAll ??= nowMs - first.atMs;
  }
}
