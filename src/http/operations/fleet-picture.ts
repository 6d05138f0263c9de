// What the fleet looks like at one moment, as values for pages. Cleans what clients said of
// themselves.

import type { LiveRow } from '../../../web/components/ops/live-row.ts';
import type { NodeRow } from '../../../web/components/ops/node-row.ts';
import { type LiveConnectionRecord, matchesFilter } from '../../fleet/live-connection.ts';
import type { NodeRecord } from '../../fleet/node-record.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import type { OpsScope } from './operations-scope.ts';

export interface FleetPicture {
  readonly at: Date;
  readonly connections: ReadonlyArray<{ readonly record: LiveConnectionRecord; readonly row: LiveRow }>;
  readonly nodes: readonly NodeRow[];
}

/** Bytes per second, or null when there is nothing to compare with. */
export interface Rates {
  readonly sending: number | null;
  readonly receiving: number | null;
}

/** What of a picture is within a scope: its filter decides, as it does for `list`. */
export function rowsWithin({ connections }: FleetPicture, { filter }: Pick<OpsScope, 'filter'>): LiveRow[] {
  return connections.filter(({ record }) => matchesFilter(record, filter)).map(({ row }) => row);
}

export function liveRow(record: LiveConnectionRecord, { sending, receiving }: Rates): LiveRow {
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
    sending,
    receiving,
    transaction: record.transactionStatus,
    pid: record.upstreamPid,
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
  };
}

function cleaned(text: string | null): string | null {
  return text === null ? null : cleanForPage(text);
}
