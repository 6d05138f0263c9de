// Live connections and nodes as rows for pages. Cleans what clients said of themselves, once for
// each record.

import type { LiveRow } from '../../../web/components/ops/live-row.ts';
import type { NodeRow } from '../../../web/components/ops/node-row.ts';
import type { LiveConnectionRecord, LiveConnectionSnapshot } from '../../fleet/live-connection.ts';
import type { NodeRecord } from '../../fleet/node-record.ts';
import { cleanForPage } from '../../untrusted-text.ts';

/** Bytes per second, or null when there is nothing to compare with. */
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

/** Without rates. */
export function liveRow(record: LiveConnectionRecord): LiveRow {
  return {
    id: record.id,
    phase: record.phase,
    person: cleaned(record.personEmail),
    requestedUser: cleanForPage(record.requestedUser),
    address: record.address,
    application: cleaned(record.application),
    project: cleaned(record.projectName),
    compute: cleaned(record.computeName),
    database: cleaned(record.database),
    databaseRole: cleaned(record.databaseRole),
    node: record.nodeId,
    since: Date.parse(record.since),
    sent: record.bytesToUpstream,
    received: record.bytesToClient,
    ...UNKNOWN_RATES,
    transaction: record.transactionStatus,
    pid: record.upstreamPid,
  };
}

/** The same row when there are no newer counters. */
export function withCounters(row: LiveRow, counters: LiveConnectionSnapshot | undefined): LiveRow {
  if (counters === undefined) return row;
  const { bytesToUpstream, bytesToClient, transactionStatus } = counters;
  return { ...row, sent: bytesToUpstream, received: bytesToClient, transaction: transactionStatus };
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
  };
}

function cleaned(text: string | null): string | null {
  return text === null ? null : cleanForPage(text);
}
