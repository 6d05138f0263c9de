// The connections of this node: their records mirrored into Redis, their handles at hand, and the commands that reach them
// from here or from another node. Knows nothing of the rest of the fleet.

import { inParts } from '../async/batches.ts';
import type { ConnectionId } from '../ids.ts';
import type { Log } from '../log.ts';
import type { ConnectionCaps, ConnectionCounts, CountedThing } from './connection-counts.ts';
import {
  type EndCause,
  type LiveConnectionFilter,
  type LiveConnectionHandle,
  type LiveConnectionRecord,
  matchesFilter,
} from './live-connection.ts';
import type { MirroredHash } from './mirrored-hash.ts';
import type { ConnectionTotals } from './node-heartbeat.ts';
import type { NodeCommand, NodeReply } from './node-messages.ts';

/** How often the counters of every connection are looked at; only changed records are written. */
const SAMPLE_INTERVAL_MS = 1_000;
const RECHECKS_AT_A_TIME = 20;

/** A registered connection; whoever registered it closes it in every case. */
export interface LiveRegistration {
  /** NOTE: give the person's and the target's ids before asking `may()`: a right revoked later then finds this connection. */
  update(patch: Partial<Omit<LiveConnectionRecord, 'id' | 'nodeId'>>): void;
  /** See ConnectionCounts.findExceeded; call it right after the update that made the connection count. Never rejects. */
  findExceededCap(caps: ConnectionCaps): Promise<CountedThing | null>;
  close(): void;
}

interface LocalConnection {
  record: LiveConnectionRecord;
  readonly handle: LiveConnectionHandle;
}

interface LocalConnectionsOptions {
  readonly mirror: MirroredHash;
  readonly counts: ConnectionCounts;
  readonly log: Log;
}

export class LocalConnections {
  readonly #mirror: MirroredHash;
  readonly #counts: ConnectionCounts;
  readonly #log: Log;
  readonly #connections = new Map<ConnectionId, LocalConnection>();
  #sampling: NodeJS.Timeout | null = null;

  constructor({ mirror, counts, log }: LocalConnectionsOptions) {
    this.#mirror = mirror;
    this.#counts = counts;
    this.#log = log;
  }

  start(): void {
    this.#sampling = setInterval(() => this.sample(), SAMPLE_INTERVAL_MS);
    this.#sampling.unref();
  }

  close(): void {
    if (this.#sampling !== null) clearInterval(this.#sampling);
    this.#sampling = null;
  }

  register(record: LiveConnectionRecord, handle: LiveConnectionHandle): LiveRegistration {
    const connection: LocalConnection = { record, handle };
    this.#connections.set(record.id, connection);
    this.#counts.replace(null, record);
    this.#mirror.set(record.id, JSON.stringify(record));
    return {
      update: (patch) => this.#replaceRecord(connection, { ...connection.record, ...patch }),
      findExceededCap: (caps) => this.#counts.findExceeded(connection.record, caps),
      close: () => this.#remove(connection),
    };
  }

  has(connectionId: ConnectionId): boolean {
    return this.#connections.has(connectionId);
  }

  records(): LiveConnectionRecord[] {
    return [...this.#connections.values()].map(({ record }) => record);
  }

  totals(): ConnectionTotals {
    let waiting = 0;
    for (const { record } of this.#connections.values()) if (record.phase === 'waiting') waiting += 1;
    return { live: this.#connections.size - waiting, waiting };
  }

  /** Takes the counters of every connection into its record. */
  sample(): void {
    for (const connection of this.#connections.values()) {
      const { record } = connection;
      const now = connection.handle.snapshot();
      const isUnchanged =
        now.bytesToUpstream === record.bytesToUpstream &&
        now.bytesToClient === record.bytesToClient &&
        now.transactionStatus === record.transactionStatus;
      if (!isUnchanged) this.#replaceRecord(connection, { ...record, ...now });
    }
  }

  endMatching(filter: LiveConnectionFilter, cause: EndCause): void {
    for (const { record, handle } of this.#connections.values()) {
      if (!matchesFilter(record, filter)) continue;
      this.#log.info({ connectionId: record.id, cause: cause.kind, filter }, 'ending a connection');
      handle.end(cause);
    }
  }

  /** Starts to ask for each one's permission anew. */
  recheckMatching(filter: LiveConnectionFilter): void {
    const matching = [...this.#connections.values()].filter(({ record }) => matchesFilter(record, filter));
    const recheckAll = async (): Promise<void> => {
      for (const part of inParts(matching, RECHECKS_AT_A_TIME)) {
        // One that cannot be asked for must not keep the others.
        await Promise.all(part.map(({ handle }) => handle.recheck().catch((error: unknown) => this.#warn(error))));
      }
    };
    void recheckAll();
  }

  /** Carries out a command for connections of this node; null when the command is about something else. */
  obey(command: NodeCommand): NodeReply | null {
    switch (command.kind) {
      case 'end_connection':
        return this.#reach([command.connectionId], command, (handle) =>
          handle.end({ kind: 'killed', reason: command.reason }),
        );
      case 'cancel_query':
        return this.#reach([command.connectionId], command, (handle) => this.#supervise(handle.cancelQuery()));
      case 'notify':
        return this.#reach(command.connectionIds, command, (handle) => this.#supervise(handle.notify(command.text)));
      default:
        return null;
    }
  }

  #reach(
    connectionIds: readonly ConnectionId[],
    { kind, by }: { kind: string; by: string },
    action: (handle: LiveConnectionHandle) => void,
  ): NodeReply {
    const found = connectionIds.flatMap((id) => this.#connections.get(id) ?? []);
    for (const { record, handle } of found) {
      this.#log.info({ connectionId: record.id, command: kind, by }, 'an operator reached for a connection');
      action(handle);
    }
    return found.length === 0 ? { kind: 'not_found' } : { kind: 'done', count: found.length };
  }

  #supervise(work: Promise<void>): void {
    work.catch((error: unknown) => this.#warn(error));
  }

  #warn(error: unknown): void {
    this.#log.warn({ err: error }, 'a command for a connection failed');
  }

  #replaceRecord(connection: LocalConnection, record: LiveConnectionRecord): void {
    if (this.#connections.get(record.id) !== connection) return;
    this.#counts.replace(connection.record, record);
    connection.record = record;
    this.#mirror.set(record.id, JSON.stringify(record));
  }

  #remove(connection: LocalConnection): void {
    if (this.#connections.get(connection.record.id) !== connection) return;
    this.#connections.delete(connection.record.id);
    this.#counts.replace(connection.record, null);
    this.#mirror.delete(connection.record.id);
  }
}
