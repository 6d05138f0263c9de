// Live connections and nodes as rows for pages; cleans what clients said of themselves once.

import type { LiveRow } from '../../../web/components/ops/live-row.ts';
import type { NodeRow } from '../../../web/components/ops/node-row.ts';
import type { LiveConnectionRecord, LiveConnectionSnapshot } from '../../fleet/live-connection.ts';
import type { NodeRecord } from '../../fleet/node-record.ts';
import { cleanForPage } from '../../untrusted-text.ts';

export interface Rates {
  readonly sending: number | null;
  readonly receiving: number | null;
}

export const UNKNOWN_RATES: Rates = { sending: null, receiving: null };

/** Makes a row for each record once: a record that changes is replaced by another object. */
export class FleetRows {
  readonly #rows = new WeakMap<LiveConnectionRecord, LiveRow>();

  of(record: LiveConnectionRecord): LiveRow {
    const known = this.#rows.get(record);
    if (known !== undefined) return known;
    const row = liveRow(record);
    this.#rows.set(record, row);
    return row;
  }
}

export function liveRow(record: LiveConnectionRecord): LiveRow {
  return {
    id: record.id,
    phase: record.phase,
    person: cleaned(record.personEmail),
    requestedUser: cleanForPage(record.requestedUser),
    address: record.address,
    application: cleaned(record.application),
    isGlassBroken: record.glassId !== null,
    project: cleaned(record.projectName),
    label: record.projectLabel ?? 'none',
    compute: cleaned(record.computeName),
    database: cleaned(record.database),
    databaseRole: cleaned(record.databaseRole),
    node: record.nodeId,
    since: Date.parse(record.since),
    sent: record.bytesToUpstream,
    received: record.bytesToClient,
    ...UNKNOWN_RATES,
    transaction: record.transactionStatus,
    query: record.queryState,
    querySince: record.queryStateSince,
    busySince: record.busySince,
    pid: record.upstreamPid,
  };
}

export function withCounters(row: LiveRow, counters: LiveConnectionSnapshot | undefined): LiveRow {
  if (counters === undefined) return row;
  return {
    ...row,
    sent: counters.bytesToUpstream,
    received: counters.bytesToClient,
    transaction: counters.transactionStatus,
    query: counters.queryState,
    querySince: counters.queryStateSince,
  };
}

export function nodeRow(record: NodeRecord): NodeRow {
  return {
    id: record.nodeId,
    version: record.version,
    startedAt: Date.parse(record.startedAt),
    beatAt: Date.parse(record.beatAt),
    live: record.liveConnections,
    waiting: record.waitingConnections,
    isDraining: record.isDraining,
    livePeaks: record.livePeaks,
  };
}

function cleaned(text: string | null): string | null {
  return text === null ? null : cleanForPage(text);
}

const UPDATES_COMPARED = 4;

type Counters = Pick<LiveRow, 'sent' | 'received'>;

export class ByteRates {
  readonly #updates: Array<{ readonly atMs: number; readonly counters: ReadonlyMap<string, Counters> }> = [];

  add(at: Date, rows: Iterable<LiveRow>): void {
    const counters = new Map<string, Counters>();
    for (const row of rows) counters.set(row.id, row);
    this.#updates.push({ atMs: at.getTime(), counters });
    if (this.#updates.length > UPDATES_COMPARED) this.#updates.shift();
  }

  of({ id, sent, received }: LiveRow, at: Date): Rates {
    const oldest = this.#updates.find(({ counters }) => counters.has(id));
    const before = oldest?.counters.get(id);
    if (oldest === undefined || before === undefined) return UNKNOWN_RATES;
    const seconds = (at.getTime() - oldest.atMs) / 1_000;
    if (seconds <= 0) return UNKNOWN_RATES;
    const rate = (now: number, then: number) => Math.max(0, Math.round((now - then) / seconds));
    return { sending: rate(sent, before.sent), receiving: rate(received, before.received) };
  }

  forget(): void {
    this.#updates.length = 0;
  }
}
