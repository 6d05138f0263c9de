// The terminals that hold grants, as a node keeps them in memory, so that one without a grant costs
// no question. A hint and no more: Redis decides who is let in, and is asked where this is not
// sure (docs/decisions/047-what-the-doomed-connection-asks.md).

import { inParts } from '../../async/batches.ts';
import { pause } from '../../async/retry.ts';
import { SharedRun } from '../../async/shared-run.ts';
import { answerInTime } from '../../async/time-limit.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { type KnownAtOnce, type UserAtPlace, userAtAddressDigest } from '../request/terminal.ts';
import { GrantEndings } from './grant-endings.ts';
import { readGrantIfOurs } from './read-grant.ts';
import { type Relying, readToldGrants, stopReadingGrants, type ToldGrants, tellOfGrant } from './told-grants.ts';

const READ_INTERVAL_MS = 1_000;
/** How long a node is sure of what it has read, from before it asked. */
const SURE_MS = 2_000;
/** And how long it is waited for, by Redis' clock. NOTE: longer, or a grant could be missed. */
const RELIES_MS = 2_500;
/** A grant is told of before it is made, and lives as long from then on. */
const MADE_WITHIN_MS = 60_000;
const LEAVE_LIMIT_MS = 1_000;

/** With more grants than that, Redis is asked as if there were no hint; 2 MB. */
const MOST_LOADED = 10_000;
const MOST_KEPT = 12_000;
const LOADED_AT_A_TIME = 100;

const DONE = { kind: 'done', count: 0 } as const;

type Told = Pick<UserAtPlace, KnownAtOnce>;
type FleetParts = Pick<Fleet, 'bus' | 'heartbeat'>;

interface GrantedTerminalsParts {
  readonly redis: RedisClient;
  /** Null: tells the nodes, and knows nothing itself. */
  readonly fleet: FleetParts | null;
}

export class GrantedTerminals {
  readonly #redis: RedisClient;
  readonly #fleet: FleetParts | null;
  readonly #reading = new SharedRun(() => this.#read());
  /** By digest, until when (ms, Redis' clock). Replaced when it must be loaded anew. */
  #terminals = new Map<string, number>();
  #isLoaded = false;
  #isLoading = false;
  #lastRead: string | null = null;
  #sureUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ redis, fleet }: GrantedTerminalsParts) {
    this.#redis = redis;
    this.#fleet = fleet;
  }

  /** False only when no grant of such a terminal was made before this call. */
  mayHaveGrant(terminal: Told): boolean {
    return performance.now() >= this.#sureUntilMs || this.#terminals.has(userAtAddressDigest(terminal));
  }

  /**
   * To be called before the grant is made. Resolves when no node denies it any more: at once in
   * most cases, after 2.5 seconds where a node has just died. Throws `store_unavailable`.
   */
  async tell(terminal: Told, lifeMs: number): Promise<void> {
    const relying = await tellOfGrant(this.#redis, userAtAddressDigest(terminal), lifeMs + MADE_WITHIN_MS);
    await Promise.all(relying.map((node) => this.#awaitReading(node)));
  }

  /** Reads once a second, and when another node asks for it. Works without Redis. */
  start(): void {
    const read = () => this.#reading.result();
    this.#fleet?.bus.addResponder(({ kind }) => (kind === 'read_told_grants' ? read().then(() => DONE) : null));
    this.#timer = setInterval(() => void read().catch(() => {}), READ_INTERVAL_MS).unref();
    // Without Redis nothing is sure, and those who then ask it say so.
    read().catch(() => {});
  }

  /** Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#forget();
    if (this.#fleet === null) return;
    const left = stopReadingGrants(this.#redis, this.#fleet.heartbeat.nodeId);
    await answerInTime(left, LEAVE_LIMIT_MS).catch(() => {});
  }

  async #awaitReading({ nodeId, leftMs }: Relying): Promise<void> {
    const limit = new AbortController();
    const lapsed = pause(leftMs, limit.signal);
    const answered = this.#fleet?.bus.request(nodeId, { kind: 'read_told_grants' });
    const hasRead = async () => {
      if ((await answered)?.kind !== 'done') await lapsed;
    };
    await Promise.race([lapsed, hasRead()]).finally(() => limit.abort());
  }

  async #read(): Promise<void> {
    if (this.#fleet === null) return;
    const { heartbeat } = this.#fleet;
    const [askedAtMs, isRelying] = [performance.now(), this.#isLoaded];
    const asked = { nodeId: heartbeat.nodeId, reliesMs: isRelying ? RELIES_MS : 0, since: this.#lastRead };
    const [told, nodes] = await Promise.all([readToldGrants(this.#redis, asked), heartbeat.countNodes()]);
    // A node of an earlier version tells nobody of its grants.
    const doAllTell = nodes > 0 && nodes <= told.readers;
    if (!this.#take(told) || !doAllTell) return this.#forget();
    if (isRelying && this.#isLoaded) this.#sureUntilMs = askedAtMs + SURE_MS;
    if (!this.#isLoaded) this.#loadAndRead().catch(() => {});
  }

  /** False when something was missed, or is too much. */
  #take({ entries, nowMs }: ToldGrants): boolean {
    const [first] = entries;
    if (this.#lastRead !== null && this.#lastRead !== first?.id) return false;
    this.#lastRead = entries.at(-1)?.id ?? null;
    for (const { terminal, untilMs } of entries) add(this.#terminals, terminal, untilMs);
    for (const [terminal, untilMs] of this.#terminals) if (untilMs <= nowMs) this.#terminals.delete(terminal);
    return this.#terminals.size <= MOST_KEPT;
  }

  async #loadAndRead(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    await this.#load().finally(() => {
      this.#isLoading = false;
    });
    if (this.#isLoaded) await this.#reading.result();
  }

  /** What was made before the first reading. Throws `store_unavailable`. */
  async #load(): Promise<void> {
    const terminals = this.#terminals;
    const ids = await new GrantEndings(this.#redis).liveIds(MOST_LOADED);
    for (const part of inParts(ids ?? [], LOADED_AT_A_TIME)) {
      const grants = await Promise.all(part.map((id) => readGrantIfOurs(this.#redis, id)));
      for (const grant of grants) {
        if (grant !== null) add(terminals, userAtAddressDigest(grant), grant.until.getTime());
      }
    }
    // Something was missed meanwhile: all of it is loaded again.
    this.#isLoaded = ids !== null && terminals === this.#terminals;
  }

  #forget(): void {
    this.#sureUntilMs = 0;
    this.#isLoaded = false;
    this.#lastRead = null;
    this.#terminals = new Map();
  }
}

function add(terminals: Map<string, number>, terminal: string, untilMs: number): void {
  terminals.set(terminal, Math.max(untilMs, terminals.get(terminal) ?? 0));
}
