import { describe, expect, it } from 'vitest';
import { deleteProject } from '../../../src/catalogue/projects/projects.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type AccountId, type ComputeId, idFrom, type ProjectId } from '../../../src/ids.ts';
import { createConsumptionHistory } from '../../../src/metering/frames/consumption-history.ts';
import {
  addPerson,
  addProject,
  type CatalogueForTests,
  pushedClock,
  useTestCatalogue,
} from '../../support/databases/catalogue-for-tests.ts';

const clock = pushedClock(new Date('2026-03-04T12:00:00Z'));
const catalogueOf = useTestCatalogue({ clock });

/**
 * One compute's figures in one frame: 1 s active, 2 s busy, 30 bytes written and 40 sent, 500
 * stored, 600 with WAL.
 */
async function addFrame(
  { db }: CatalogueForTests,
  owner: { readonly accountId: AccountId; readonly projectId: ProjectId },
  frame: { readonly granularity?: 'hour' | 'day' | 'month'; readonly start: string; readonly unmeasured?: string[] },
): Promise<void> {
  const period = await db
    .selectFrom('plan_periods')
    .select('id')
    .where('account_id', '=', owner.accountId)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('consumption_frames')
    .values({
      granularity: frame.granularity ?? 'hour',
      frame_start: new Date(frame.start),
      account_id: owner.accountId,
      period_id: period.id,
      project_id: owner.projectId,
      compute_id: idFrom<ComputeId>(`ep-of-${owner.projectId}`),
      active_time_ms: 1_000,
      compute_time_ms: 2_000,
      written_data_bytes: 30,
      data_transfer_bytes: 40,
      logical_size_bytes: 500,
      synthetic_storage_size_bytes: 600,
      logical_size_byte_ms: String(500n * 3_600_000n),
      synthetic_storage_byte_ms: String(600n * 3_600_000n),
      observed_ms: 3_600_000,
      unmeasured_metrics: frame.unmeasured ?? [],
      updated_at: new Date(frame.start),
    })
    .execute();
}

async function accountWithProjects() {
  const catalogue = catalogueOf();
  const { accountId } = await addPerson(catalogue, 'owner');
  const add = async (name: string) => ({
    accountId,
    projectId: (await addProject(catalogue, accountId, name)).project.id,
  });
  const [first, second] = [await add('first'), await add('second')];
  return { catalogue, accountId, first, second, history: createConsumptionHistory(catalogue) };
}

const HOURLY = {
  granularity: 'hourly',
  from: new Date('2026-03-04T10:00Z'),
  to: new Date('2026-03-04T13:00Z'),
} as const;

describe('the consumption history', () => {
  it('starts and ends at frame boundaries, excluding the last frame', async () => {
    const { catalogue, accountId, first, history } = await accountWithProjects();
    for (const hour of ['14', '15', '16', '17', '18']) {
      await addFrame(catalogue, first, { start: `2026-03-04T${hour}:00:00Z` });
    }
    const range = { from: new Date('2026-03-04T15:30:00Z'), to: new Date('2026-03-04T17:59:59Z') };
    const [period] = await history.readAccount(accountId, { granularity: 'hourly', ...range });
    const bounds = period?.frames.map(({ start, end }) => [start.toISOString(), end.toISOString()]);
    expect(bounds).toEqual([
      ['2026-03-04T15:00:00.000Z', '2026-03-04T16:00:00.000Z'],
      ['2026-03-04T16:00:00.000Z', '2026-03-04T17:00:00.000Z'],
    ]);
  });

  it.each([
    { granularity: 'daily', size: 'day', from: '2026-03-31T23:00Z', to: '2026-04-01T01:00Z', told: ['2026-03-31'] },
    { granularity: 'monthly', size: 'month', from: '2026-02-20', to: '2026-04-02', told: ['2026-02-01', '2026-03-01'] },
  ] as const)('follows the calendar, $granularity', async ({ granularity, size, from, to, told }) => {
    const { catalogue, accountId, first, history } = await accountWithProjects();
    for (const start of ['2026-01-01', '2026-02-01', '2026-03-01', '2026-03-31', '2026-04-01']) {
      const isStart = size === 'day' || start.endsWith('01');
      if (isStart) await addFrame(catalogue, first, { granularity: size, start });
    }
    const [period] = await history.readAccount(accountId, { granularity, from: new Date(from), to: new Date(to) });
    expect(period?.frames.map(({ start }) => start.toISOString().slice(0, 10))).toEqual(told);
  });

  it('of an account is the sum of its projects, including deleted ones', async () => {
    const { catalogue, accountId, first, second, history } = await accountWithProjects();
    for (const owner of [first, second]) await addFrame(catalogue, owner, { start: '2026-03-04T10:00:00Z' });
    await deleteProject(catalogue, SYSTEM_CONTEXT, first.projectId);
    const [period] = await history.readAccount(accountId, HOURLY);
    expect(period?.period).toMatchObject({ plan: 'business', end: null });
    expect(period?.frames).toEqual([
      {
        start: new Date('2026-03-04T10:00:00Z'),
        end: new Date('2026-03-04T11:00:00Z'),
        activeTimeSeconds: 2,
        computeTimeSeconds: 4,
        writtenDataBytes: 60,
        dataTransferBytes: 80,
        logicalSizeBytes: 1_000,
        syntheticStorageSizeBytes: 1_200,
        logicalSizeByteHours: 1_000,
        storageByteHours: 1_200,
        unmeasured: [],
      },
    ]);
  });

  it('of projects lists each requested project, and names unmeasured figures', async () => {
    const { catalogue, accountId, first, second, history } = await accountWithProjects();
    const unmeasured = ['written_data', 'synthetic_storage'];
    await addFrame(catalogue, first, { start: '2026-03-04T10:00:00Z', unmeasured });
    await addFrame(catalogue, second, { start: '2026-03-03T10:00:00Z' });
    const projects = await history.readProjects(accountId, [first.projectId, second.projectId], HOURLY);
    expect([...projects.keys()]).toEqual([first.projectId]);
    expect(projects.get(first.projectId)?.[0]?.frames[0]?.unmeasured).toEqual([
      'writtenDataBytes',
      'syntheticStorageSizeBytes',
      'storageByteHours',
    ]);
  });

  it('is not visible to another account', async () => {
    const { catalogue, first, history } = await accountWithProjects();
    await addFrame(catalogue, first, { start: '2026-03-04T10:00:00Z' });
    const { accountId: stranger } = await addPerson(catalogue, 'stranger');
    expect(await history.readAccount(stranger, HOURLY)).toEqual([]);
    expect((await history.readProjects(stranger, [first.projectId], HOURLY)).size).toBe(0);
  });
});

describe('the billing period', () => {
  it('is the current month of each project', async () => {
    const { catalogue, first, second, history } = await accountWithProjects();
    await addFrame(catalogue, first, { granularity: 'month', start: '2026-02-01T00:00:00Z' });
    await addFrame(catalogue, first, { granularity: 'month', start: '2026-03-01T00:00:00Z' });
    await addFrame(catalogue, second, { granularity: 'month', start: '2026-02-01T00:00:00Z' });
    const totals = await history.readBillingPeriod([first.projectId, second.projectId]);
    expect([...totals.keys()]).toEqual([first.projectId]);
    expect(totals.get(first.projectId)).toMatchObject({
      activeTimeSeconds: 1,
      writtenDataBytes: 30,
      dataTransferBytes: 40,
      syntheticStorageSizeBytes: 600,
      storageByteHours: 600,
      updatedAt: new Date('2026-03-01T00:00:00Z'),
    });
  });
});
