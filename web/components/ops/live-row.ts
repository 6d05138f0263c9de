// One live connection as the operations pages show it: plain, short values, since browsers receive
// thousands of them.

import type { ProjectLabelView } from '../project-label.tsx';

export interface LiveRow {
  readonly id: string;
  readonly phase: 'waiting' | 'connecting' | 'relaying';
  /** Null until a person or a password is known. */
  readonly person: string | null;
  readonly requestedUser: string;
  readonly address: string;
  readonly application: string | null;
  /** Broken glass let it in. */
  readonly isGlassBroken: boolean;
  readonly project: string | null;
  readonly label: ProjectLabelView;
  readonly compute: string | null;
  readonly database: string | null;
  readonly databaseRole: string | null;
  readonly node: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Bytes. */
  readonly sent: number;
  readonly received: number;
  /** Bytes per second over the last seconds; null before anybody watched. */
  readonly sending: number | null;
  readonly receiving: number | null;
  /** ReadyForQuery's status byte. */
  readonly transaction: 'I' | 'T' | 'E' | null;
  /** What the database does for the client; null where that is unknown. */
  readonly query: 'idle' | 'running' | 'copying' | null;
  /** Milliseconds since 1970, null without a state. */
  readonly querySince: number | null;
  /** When what has lasted for two seconds began: a query, or a transaction that is left open. */
  readonly busySince: number | null;
  readonly pid: number | null;
}

/**
 * The changes since the last event: a changed row has its id and the fields that differ, a new row
 * has all fields.
 */
export interface LiveRowsDelta {
  readonly changed: ReadonlyArray<Pick<LiveRow, 'id'> & Partial<LiveRow>>;
  readonly removed: readonly string[];
}

/** Applies a delta to rows; unchanged rows remain the same objects. */
export function applyDelta(rows: Map<string, LiveRow>, { changed, removed }: LiveRowsDelta): void {
  for (const id of removed) rows.delete(id);
  for (const change of changed) {
    const known = rows.get(change.id);
    if (known !== undefined) rows.set(change.id, { ...known, ...change });
    else if (isWhole(change)) rows.set(change.id, change);
  }
}

/** A partial update of an unknown row belongs to a row that is gone. */
function isWhole(change: Pick<LiveRow, 'id'> & Partial<LiveRow>): change is LiveRow {
  return change.phase !== undefined && change.since !== undefined && change.address !== undefined;
}

/** Null when nothing changed. */
export function deltaBetween(
  before: ReadonlyMap<string, LiveRow>,
  after: ReadonlyMap<string, LiveRow>,
): LiveRowsDelta | null {
  const changed = [...after.values()].flatMap((row) => changeOf(before.get(row.id), row) ?? []);
  const removed = [...before.keys()].filter((id) => !after.has(id));
  return changed.length === 0 && removed.length === 0 ? null : { changed, removed };
}

function changeOf(before: LiveRow | undefined, row: LiveRow): LiveRowsDelta['changed'][number] | null {
  if (before === undefined) return row;
  const known: Readonly<Record<string, unknown>> = { ...before };
  const fields = Object.entries(row).filter(([name, value]) => known[name] !== value);
  return fields.length === 0 ? null : { id: row.id, ...Object.fromEntries(fields) };
}
