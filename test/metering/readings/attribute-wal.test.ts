import { describe, expect, it } from 'vitest';
import { attributeWal } from '../../../src/metering/readings/attribute-wal.ts';
import type { ServerLook, ServerReading } from '../../../src/metering/readings/server-reading.ts';

interface Given {
  readonly wal: number | null;
  readonly redo?: number;
  readonly waiting?: number;
  /** Oid to changed rows, size, and what is kept of its WAL. */
  readonly databases: Readonly<Record<number, readonly [rows: number, size: number | null, kept?: number]>>;
  /** By oid, of the changed rows. */
  readonly updated?: Readonly<Record<number, number>>;
  /** By oid; a session is open elsewhere. */
  readonly unattended?: readonly number[];
}

function reading({ wal, redo = 0, waiting = 0, databases, unattended = [], updated = {} }: Given): ServerReading {
  return {
    startedAt: '2026-03-04T00:00:00Z',
    walPosition: wal,
    redoPosition: wal === null ? null : redo,
    unattributedWalBytes: waiting,
    databases: Object.entries(databases).map(([id, [changedRows, sizeBytes, keptWalBytes = 0]]) => ({
      id: Number(id),
      name: `database ${id}`,
      changedRows,
      updatedRows: updated[Number(id)] ?? 0,
      sizeBytes,
      keptWalBytes,
      busyMs: 0,
      sessionCount: 0,
      openSessions: unattended.includes(Number(id)) ? 0 : 1,
    })),
  };
}

function written(before: Given, now: Given) {
  const look: ServerLook = reading(now);
  const { byDatabase, unattributedBytes } = attributeWal(reading(before), look);
  const bytes = Object.fromEntries([...(byDatabase ?? [])].map(([id, wal]) => [id, wal.writtenBytes]));
  const kept = Object.fromEntries([...(byDatabase ?? [])].map(([id, wal]) => [id, wal.keptBytes]));
  return { bytes, kept, unattributedBytes, isKnown: byDatabase !== null };
}

describe('the WAL of a server', () => {
  it('is attributed to the only database that changed', () => {
    const before = { wal: 1_000, databases: { 1: [10, 500], 2: [10, 500] } } as const;
    const now = { wal: 9_000, databases: { 1: [10, 500], 2: [110, 500] } } as const;
    expect(written(before, now).bytes).toEqual({ 1: 0, 2: 8_000 });
  });

  it('is divided by growth and changed rows', () => {
    const before = { wal: 0, databases: { 1: [0, 0], 2: [0, 1_000], 3: [5, 5] } } as const;
    const now = { wal: 2_000, databases: { 1: [10, 0], 2: [0, 1_000 + 1_280], 3: [5, 5] } } as const;
    expect(written(before, now).bytes).toEqual({ 1: 1_000, 2: 1_000, 3: 0 });
  });

  it('counts an updated row more than one that makes its database grow', () => {
    const before = { wal: 0, databases: { 1: [0, 0], 2: [0, 0] } } as const;
    const now = { wal: 5_120, databases: { 1: [32, 0], 2: [32, 0] }, updated: { 1: 32 } } as const;
    expect(written(before, now).bytes).toEqual({ 1: 4_096, 2: 1_024 });
  });

  it('is divided by changed rows alone where a size is unknown', () => {
    const before = { wal: 0, databases: { 1: [0, 0], 2: [0, null] } } as const;
    const now = { wal: 4_000, databases: { 1: [10, 9_000], 2: [30, null] } } as const;
    expect(written(before, now).bytes).toEqual({ 1: 1_000, 2: 3_000 });
  });

  it('is attributed to a new database from zero', () => {
    const before = { wal: 0, databases: { 1: [7, 100] } } as const;
    const now = { wal: 4_000, databases: { 1: [7, 100], 2: [50, 50] } } as const;
    expect(written(before, now).bytes).toEqual({ 1: 0, 2: 4_000 });
  });

  it('waits for the next look when no database was seen to write', () => {
    const before = { wal: 0, waiting: 300, databases: { 1: [7, 100] } } as const;
    const still = { wal: 700, databases: { 1: [7, 100] } } as const;
    expect(written(before, still)).toMatchObject({ bytes: { 1: 0 }, unattributedBytes: 1_000 });
    const then = { wal: 800, databases: { 1: [17, 100] } } as const;
    expect(written({ ...still, waiting: 1_000 }, then)).toMatchObject({ bytes: { 1: 1_100 }, unattributedBytes: 0 });
  });

  it('is not subtracted for reset counters or shrunk databases', () => {
    const before = { wal: 0, databases: { 1: [700, 9_000], 2: [0, 0] } } as const;
    const now = { wal: 500, databases: { 1: [3, 100], 2: [5, 0] } } as const;
    expect(written(before, now).bytes).toEqual({ 1: 0, 2: 500 });
  });

  it('is kept until a checkpoint', () => {
    const before = { wal: 1_000, redo: 200, databases: { 1: [0, 0, 50] } } as const;
    const later = { wal: 3_000, redo: 200, databases: { 1: [20, 0] } } as const;
    expect(written(before, later).kept).toEqual({ 1: 2_050 });
    const checkpointed = { wal: 3_000, redo: 2_500, databases: { 1: [20, 0] } } as const;
    expect(written(before, checkpointed).kept).toEqual({ 1: 500 });
  });

  // A neighbour's messages, sequences and rewritten tables are in no counter of theirs.
  it('is nobody’s beyond what the counters of a database show', () => {
    const before = { wal: 0, databases: { 1: [0, 0], 2: [0, 0], 3: [0, 0] } } as const;
    const now = { wal: 1_000_000_000, databases: { 1: [10, 5_000], 2: [1, 0], 3: [0, 0] } } as const;
    const own = { 1: 5_000 + 10 * 128, 2: 128, 3: 0 };
    expect(written(before, now)).toMatchObject({ bytes: own, kept: own, unattributedBytes: 0 });
    const waiting = { ...before, wal: 1_000_000_000, waiting: 1_000_000_000 } as const;
    expect(written(waiting, now).bytes, 'nor what nobody seemed to write').toEqual(own);
  });

  it('is nobody’s where autovacuum wrote in a database without a session', () => {
    const before = { wal: 0, databases: { 1: [0, 0], 2: [0, 1_000] }, unattended: [2] } as const;
    const now = { wal: 4_000, databases: { 1: [10, 0], 2: [30, 1_000] }, unattended: [2] } as const;
    expect(written(before, now)).toMatchObject({ bytes: { 1: 1_000, 2: 0 }, kept: { 2: 0 }, unattributedBytes: 0 });
    const attended = { ...before, unattended: [] };
    expect(written(attended, now).bytes).toEqual({ 1: 1_000, 2: 3_000 });
  });

  it('is unknown on an attached server', () => {
    const attached = { wal: null, databases: { 1: [0, 0] } } as const;
    expect(written(attached, attached)).toMatchObject({ isKnown: false, unattributedBytes: 0 });
  });
});
