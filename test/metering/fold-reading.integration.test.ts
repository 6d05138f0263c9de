import { describe, expect, it } from 'vitest';
import { changePlan } from '../../src/catalogue/accounts/accounts.ts';
import type { Catalogue } from '../../src/catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { type FoldOutcome, foldReading } from '../../src/metering/fold-reading.ts';
import { createConsumptionHistory } from '../../src/metering/frames/consumption-history.ts';
import { listComputesOfHost } from '../../src/metering/readings/sampled-computes.ts';
import {
  findReading,
  type KeptReading,
  type MeasuredDatabase,
  type ServerLook,
  type SourceId,
} from '../../src/metering/readings/server-reading.ts';
import { addPerson, addProject, pushedClock, useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { framesOf } from './metering-for-tests.ts';

const MINUTE_MS = 60_000;
const clock = pushedClock(new Date('2026-03-31T23:58:00Z'));
const catalogueOf = useTestCatalogue({ clock });

/** A project whose compute, on a host of its own, has the one database `appdb`. */
async function hostedProject(catalogue: Catalogue) {
  const { accountId } = await addPerson(catalogue, 'owner');
  const project = await addProject(catalogue, accountId);
  const hostId = `host of ${project.compute.id}`;
  await catalogue.db.updateTable('computes').set({ host_id: hostId }).where('id', '=', project.compute.id).execute();
  return { ...project, hostId, sourceId: `host:${hostId}` as SourceId };
}

const APPDB: MeasuredDatabase = {
  id: 5,
  name: 'appdb',
  changedRows: 100,
  updatedRows: 0,
  busyMs: 1_000,
  sessionCount: 4,
  openSessions: 1,
  sizeBytes: 10_000,
};

function look(changes: Partial<MeasuredDatabase> = {}, server: Partial<ServerLook> = {}): ServerLook {
  const databases = [{ ...APPDB, ...changes }];
  return { startedAt: '2026-03-01T00:00:00Z', walPosition: 50_000, redoPosition: 0, databases, ...server };
}

async function fold(
  catalogue: Catalogue,
  project: Awaited<ReturnType<typeof hostedProject>> & { readonly given?: KeptReading | null },
  seen: ServerLook,
): Promise<FoldOutcome> {
  const { given } = project;
  const computes = await listComputesOfHost(catalogue, project.hostId);
  const previous = given === undefined ? await findReading(catalogue, project.sourceId) : given;
  const at = clock.now();
  const { sourceId } = project;
  return await foldReading(catalogue, { sourceId, kind: 'host', previous, look: seen, at, computes, inUse: new Set() });
}

function historyOf(catalogue: Catalogue) {
  return { history: createConsumptionHistory(catalogue) };
}

describe('a reading', () => {
  it('is continued by one of several nodes that read at the same time', async () => {
    const catalogue = catalogueOf();
    const project = await hostedProject(catalogue);
    const foldFiveTimes = async (seen: ServerLook) => {
      const previous = await findReading(catalogue, project.sourceId);
      const outcomes = Array.from({ length: 5 }, () => fold(catalogue, { ...project, given: previous }, seen));
      return (await Promise.all(outcomes)).map(({ kind }) => kind).toSorted();
    };
    expect(await foldFiveTimes(look())).toEqual(['began', ...Array(4).fill('other_node_was_faster')]);
    clock.push(MINUTE_MS);
    const folded = await foldFiveTimes(look({ busyMs: 3_000 }));
    expect(folded).toEqual(['folded', ...Array(4).fill('other_node_was_faster')]);
    const [frame] = await framesOf(historyOf(catalogue), project);
    expect(frame).toMatchObject({ activeTimeSeconds: 60, computeTimeSeconds: 2 });
  });

  it('is split at frame boundaries in proportion to time, without losses', async () => {
    const catalogue = catalogueOf();
    clock.push(Date.parse('2026-03-31T23:58:00Z') - clock.now().getTime());
    const project = await hostedProject(catalogue);
    await fold(catalogue, project, look());
    clock.push(3 * MINUTE_MS);
    await fold(catalogue, project, look({ busyMs: 4_000, changedRows: 101 }, { walPosition: 50_100 }));
    for (const granularity of ['hourly', 'daily', 'monthly'] as const) {
      const frames = await framesOf(historyOf(catalogue), project, granularity);
      expect(frames.map((frame) => frame.activeTimeSeconds)).toEqual([120, 60]);
      expect(frames.map((frame) => frame.computeTimeSeconds)).toEqual([2, 1]);
      expect(frames.map((frame) => frame.writtenDataBytes)).toEqual([66, 34]);
      expect(frames.map((frame) => frame.end)).toEqual([frames[1]?.start, expect.any(Date)]);
      expect(frames[1]?.start).toEqual(new Date('2026-04-01T00:00:00Z'));
    }
  });

  it('is split where the plan changed', async () => {
    const catalogue = catalogueOf();
    const project = await hostedProject(catalogue);
    const { accountId } = project.project;
    await fold(catalogue, project, look());
    clock.push(20_000);
    await changePlan(catalogue, SYSTEM_CONTEXT, { accountId, plan: 'scale' });
    const changedAt = clock.now();
    clock.push(40_000);
    await fold(catalogue, project, look({ busyMs: 4_000 }));
    const { history } = historyOf(catalogue);
    const range = { granularity: 'hourly', from: new Date('2026-03-01'), to: new Date('2026-05-01') } as const;
    const periods = await history.readAccount(accountId, range);
    expect(periods.map(({ period }) => [period.plan, period.end])).toEqual([
      ['business', changedAt],
      ['scale', null],
    ]);
    expect(periods.map(({ frames }) => frames.map((frame) => frame.activeTimeSeconds))).toEqual([[20], [40]]);
    expect(periods.map(({ frames }) => frames.map((frame) => frame.computeTimeSeconds))).toEqual([[1], [2]]);
    const [total] = (await history.readBillingPeriod([project.project.id])).values();
    expect(total).toMatchObject({ activeTimeSeconds: 60, computeTimeSeconds: 3, logicalSizeBytes: 10_000 });
  });

  it.each([
    ['of a server that was started anew', look({ busyMs: 9_000 }, { startedAt: '2026-03-31T00:00:00Z' })],
    ['of a server whose WAL went back', look({ busyMs: 9_000 }, { walPosition: 1 })],
  ])('%s continues nothing', async (_title, seen) => {
    const catalogue = catalogueOf();
    const project = await hostedProject(catalogue);
    await fold(catalogue, project, look());
    clock.push(MINUTE_MS);
    expect(await fold(catalogue, project, seen)).toEqual({ kind: 'began' });
    expect(await framesOf(historyOf(catalogue), project)).toEqual([]);
  });

  it('from a clock that is behind counts no time twice', async () => {
    const catalogue = catalogueOf();
    const project = await hostedProject(catalogue);
    await fold(catalogue, project, look());
    clock.push(MINUTE_MS);
    await fold(catalogue, project, look());
    clock.push(-10_000);
    expect(await fold(catalogue, project, look())).toEqual({ kind: 'not_later' });
    clock.push(20_000);
    await fold(catalogue, project, look());
    const frames = await framesOf(historyOf(catalogue), project);
    expect(frames.reduce((sum, frame) => sum + frame.activeTimeSeconds, 0)).toBe(70);
    clock.push(-24 * 60 * MINUTE_MS);
    expect(await fold(catalogue, project, look())).toEqual({ kind: 'began' });
    clock.push(24 * 60 * MINUTE_MS);
  });

  it('with counters that went backwards counts nothing for them', async () => {
    const catalogue = catalogueOf();
    const project = await hostedProject(catalogue);
    await fold(catalogue, project, look());
    clock.push(MINUTE_MS);
    await fold(catalogue, project, look({ busyMs: 10, changedRows: 1, sessionCount: 1, openSessions: 0 }));
    clock.push(MINUTE_MS);
    await fold(catalogue, project, look({ busyMs: 510, changedRows: 1, sessionCount: 2, openSessions: 0 }));
    const frames = await framesOf(historyOf(catalogue), project);
    expect(frames.reduce((sum, frame) => sum + frame.computeTimeSeconds, 0)).toBe(0.5);
  });

  it('without a database that is gone or hidden marks its figures as unmeasured', async () => {
    const catalogue = catalogueOf();
    const project = await hostedProject(catalogue);
    await fold(catalogue, project, look());
    clock.push(MINUTE_MS);
    await fold(catalogue, project, look({ name: 'renamed' }));
    const [frame] = await framesOf(historyOf(catalogue), project);
    expect(frame?.unmeasured).toEqual(
      expect.arrayContaining(['computeTimeSeconds', 'writtenDataBytes', 'logicalSizeBytes', 'storageByteHours']),
    );
  });

  it('stored by another version in another form is replaced by a new start', async () => {
    const catalogue = catalogueOf();
    const project = await hostedProject(catalogue);
    await fold(catalogue, project, look());
    await catalogue.db
      .updateTable('consumption_readings')
      .set({ reading: JSON.stringify({ of: 'the future' }) })
      .where('source_id', '=', project.sourceId)
      .execute();
    clock.push(MINUTE_MS);
    expect(await fold(catalogue, project, look())).toEqual({ kind: 'began' });
    clock.push(MINUTE_MS);
    expect(await fold(catalogue, project, look())).toMatchObject({ kind: 'folded' });
  });
});
