import { describe, expect, it } from 'vitest';
import type { ConsumptionFrame } from '../../src/metering/consumption-figures.ts';
import { postgresUrl } from '../support/postgres-for-tests.ts';
import { queryRows } from '../support/query-rows.ts';
import {
  addHostedProject,
  type LoadedProject,
  load,
  type MeteringNode,
  MINUTE_MS,
  startMetering,
} from './metering-for-tests.ts';

const THIRD_OF_MARCH = { from: new Date('2026-03-04T00:00:00Z'), to: new Date('2026-03-06T00:00:00Z') };

async function framesOf(
  { history }: MeteringNode,
  { project }: LoadedProject,
  granularity: 'hourly' | 'daily' | 'monthly' = 'hourly',
): Promise<ConsumptionFrame[]> {
  const range = { granularity, from: new Date('2026-03-01T00:00:00Z'), to: new Date('2026-04-01T00:00:00Z') };
  const projects = await history.readProjects(project.accountId, [project.id], range);
  return (projects.get(project.id) ?? []).flatMap(({ frames }) => [...frames]);
}

/** What Postgres itself says of a database and of its WAL. */
async function postgresFigures({ databaseName }: LoadedProject) {
  const [row] = await queryRows(
    postgresUrl(),
    `select active_time, pg_database_size(datid) as size, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as wal
     from pg_stat_database where datname = '${databaseName}'`,
  );
  return { activeMs: Number(row?.active_time), sizeBytes: Number(row?.size), walBytes: Number(row?.wal) };
}

describe('a project under load', () => {
  it('consumes what Postgres itself counts, and an idle one beside it nothing', async () => {
    const node = await startMetering();
    const [loaded, idle] = [await addHostedProject(node), await addHostedProject(node)];
    await node.metering.sampleNow();
    const before = await postgresFigures(loaded);
    const idleBefore = await postgresFigures(idle);
    await load(loaded, `create table t as select n, repeat('x', 200) as filler from generate_series(1, 50000) n`);
    await load(loaded, `update t set filler = repeat('y', 200) where n <= 10000; select pg_sleep(0.2)`);
    const after = await postgresFigures(loaded);
    node.clock.push(MINUTE_MS);
    await node.metering.sampleNow();

    const [frame, ...more] = await framesOf(node, loaded);
    expect(more).toEqual([]);
    expect(frame?.activeTimeSeconds).toBe(60);
    expect(frame?.computeTimeSeconds).toBeGreaterThan(0.2);
    expect(frame?.computeTimeSeconds).toBeCloseTo((after.activeMs - before.activeMs) / 1_000, 2);
    expect(frame?.logicalSizeBytes).toBe(after.sizeBytes);
    const grownBytes = after.sizeBytes - before.sizeBytes;
    expect(grownBytes).toBeGreaterThan(10_000_000);
    expect(frame?.writtenDataBytes).toBeGreaterThan(grownBytes / 3);
    expect(frame?.writtenDataBytes).toBeLessThanOrEqual(2 * (after.walBytes - before.walBytes));
    expect(frame?.syntheticStorageSizeBytes).toBeGreaterThan(after.sizeBytes);
    expect(frame?.logicalSizeByteHours).toBeCloseTo(after.sizeBytes / 60, 0);
    expect(frame?.unmeasured).toEqual([]);

    const [unused] = await framesOf(node, idle);
    expect(unused).toMatchObject({ activeTimeSeconds: 0, computeTimeSeconds: 0, writtenDataBytes: 0 });
    expect(unused?.logicalSizeBytes).toBe(idleBefore.sizeBytes);
  });
});
