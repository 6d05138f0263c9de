// The connections of this node: records, handles, and the commands that reach them.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RightsAskedFor, RightsReader } from '../catalogue/access/rights-reader.ts';
import type { RecordedEnding } from '../catalogue/endings/ended-access.ts';
import type { Clock } from '../clock.ts';
import type { ConnectionId } from '../ids.ts';
import type { Log } from '../log.ts';
import { commandConnections } from './command-connections.ts';
import type { ConnectionCaps, ConnectionCounts, ExceededCap } from './connection-counts.ts';
import { endConnections } from './endings/end-connections.ts';
import { recheckConnections } from './endings/recheck-connections.ts';
import {
  busySince,
  countersOf,
  filterMatcher,
  type LiveConnectionFilter,
  type LiveConnectionHandle,
  type LiveConnectionRecord,
  type LiveConnectionSnapshot,
  sameCounters,
} from './live-connection.ts';
import type { ConnectionTotals } from './node-heartbeat.ts';
import type { NodeCommand, NodeReply } from './node-messages.ts';
import type { PublishedConnection } from './published-connections.ts';

const SAMPLE_INTERVAL_MS = 1_000;
/** Connections sampled in one turn of the event loop, which takes well below a millisecond. */
const SAMPLED_PER_TURN = 1_000;

/** A registered connection; whoever registered it closes it in every case. */
export interface LiveRegistration {
  /** As of the last update. */
  readonly record: LiveConnectionRecord;
  /** NOTE: give all ids before asking `may()`, so that a later revocation finds this connection. */
  update(patch: Partial<Omit<LiveConnectionRecord, 'id' | 'nodeId'>>): void;
  /** Call it right after the update that made the connection count. Never rejects. */
  findExceededCap(caps: ConnectionCaps): Promise<ExceededCap | null>;
  close(): void;
}

interface LocalConnection extends PublishedConnection {
  /** Replaced, never changed in place; its counters are those of the last update. */
  record: LiveConnectionRecord;
  counters: LiveConnectionSnapshot;
  readonly handle: LiveConnectionHandle;
}

interface LocalConnectionsOptions {
  readonly readRights: (asked: RightsAskedFor) => Promise<RightsReader>;
  readonly counts: ConnectionCounts;
  readonly clock: Clock;
  readonly log: Log;
}

export class LocalConnections {
  readonly #counts: ConnectionCounts;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #readRights: LocalConnectionsOptions['readRights'];
  readonly #connections = new Map<ConnectionId, LocalConnection>();
  readonly #changeListeners: Array<(connectionId: ConnectionId) => void> = [];
  #waiting = 0;
  #factsVersion = 0;
  #timer: NodeJS.Timeout | undefined;
  #sampling: Promise<void> | null = null;

  constructor({ counts, readRights, clock, log }: LocalConnectionsOptions) {
    this.#clock = clock;
    this.#readRights = readRights;
    this.#counts = counts;
    this.#log = log;
  }

  /** Facts and counters of every connection, as last sampled. */
  get published(): ReadonlyMap<ConnectionId, PublishedConnection> {
    return this.#connections;
  }

  /** Grows whenever a connection comes, goes or has other facts; counters do not count. */
  get factsVersion(): number {
    return this.#factsVersion;
  }

  /** Called with the id of each connection that came, went, or has other facts or counters. */
  onChange(listener: (connectionId: ConnectionId) => void): void {
    this.#changeListeners.push(listener);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sampling ??= this.#sample().finally(() => {
        this.#sampling = null;
      });
    }, SAMPLE_INTERVAL_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  register(record: LiveConnectionRecord, handle: LiveConnectionHandle): LiveRegistration {
    const connection: LocalConnection = { record, counters: countersOf(record), handle };
    this.#connections.set(record.id, connection);
    this.#factsChanged(null, record);
    return {
      get record() {
        return connection.record;
      },
      update: (patch) => this.#update(connection, patch),
      findExceededCap: (caps) => this.#counts.findExceeded(connection.record, caps),
      close: () => this.#remove(connection),
    };
  }

  find(connectionId: ConnectionId): LiveConnectionRecord | null {
    const connection = this.#connections.get(connectionId);
    return connection === undefined ? null : { ...connection.record, ...connection.handle.snapshot() };
  }

  snapshot(connectionId: ConnectionId): LiveConnectionSnapshot | null {
    return this.#connections.get(connectionId)?.handle.snapshot() ?? null;
  }

  list(filter: LiveConnectionFilter): LiveConnectionRecord[] {
    const isMatching = filterMatcher(filter);
    const matching = [...this.#connections.values()].filter(({ record }) => isMatching(record));
    return matching.map(({ record, handle }) => ({ ...record, ...handle.snapshot() }));
  }

  totals(): ConnectionTotals {
    return { live: this.#connections.size - this.#waiting, waiting: this.#waiting };
  }

  endBy(endings: readonly RecordedEnding[]): void {
    const toRecheck = endConnections(this.#connections.values(), { endings, log: this.#log });
    this.#recheck(toRecheck).catch((error: unknown) =>
      this.#log.warn({ event: 'fleet.recheck_failed', err: error }, 'connections under new rules are checked later'),
    );
  }

  async recheckAll(): Promise<void> {
    await this.#recheck([...this.#connections.values()]);
  }

  obey(command: NodeCommand): NodeReply | null {
    return commandConnections(command, { find: (id) => this.#connections.get(id)?.handle, log: this.#log });
  }

  #recheck(connections: readonly LocalConnection[]): Promise<void> {
    return recheckConnections(connections, { readRights: this.#readRights, log: this.#log });
  }

  /** In slices, so that thousands of connections do not hold the event loop. */
  async #sample(): Promise<void> {
    let sampled = 0;
    const nowMs = this.#clock.now().getTime();
    for (const connection of this.#connections.values()) {
      this.#sampleOne(connection, nowMs);
      sampled += 1;
      if (sampled % SAMPLED_PER_TURN === 0) await nextTurn();
    }
  }

  #sampleOne(connection: LocalConnection, nowMs: number): void {
    const counters = connection.handle.snapshot();
    if (!sameCounters(counters, connection.counters)) {
      connection.counters = counters;
      this.#changed(connection.record.id);
    }
    const since = busySince(counters, nowMs);
    if (since !== connection.record.busySince) this.#update(connection, { busySince: since });
  }

  #update(connection: LocalConnection, patch: Partial<LiveConnectionRecord>): void {
    const before = connection.record;
    connection.record = { ...before, ...patch };
    if (this.#connections.get(before.id) === connection) this.#factsChanged(before, connection.record);
  }

  #remove(connection: LocalConnection): void {
    if (this.#connections.get(connection.record.id) !== connection) return;
    this.#connections.delete(connection.record.id);
    this.#factsChanged(connection.record, null);
  }

  #factsChanged(before: LiveConnectionRecord | null, after: LiveConnectionRecord | null): void {
    this.#factsVersion += 1;
    this.#waiting += (after?.phase === 'waiting' ? 1 : 0) - (before?.phase === 'waiting' ? 1 : 0);
    this.#counts.replace(before, after);
    const id = after?.id ?? before?.id;
    if (id !== undefined) this.#changed(id);
  }

  #changed(id: ConnectionId): void {
    for (const listener of this.#changeListeners) listener(id);
  }
}
