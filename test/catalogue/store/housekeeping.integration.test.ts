import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { createOperation } from '../../../src/catalogue/projects/operations.ts';
import { sweepExpired } from '../../../src/catalogue/store/housekeeping.ts';
import { newProjectId } from '../../../src/ids.ts';
import { addPerson, addProject, openTestCatalogue, pushedClock } from '../../support/databases/catalogue-for-tests.ts';

const DAY_MS = 24 * 3_600_000;

it('removes hourly frames after 400 days, and keeps days and months', async () => {
  const catalogue = await openTestCatalogue();
  const add = (granularity: string, daysAgo: number) =>
    sql`insert into consumption_frames values (${granularity}, ${new Date(Date.now() - daysAgo * DAY_MS)}, 'account',
      'period', 'project', 'compute', 0, 0, 0, 0, 0, 0, 0, 0, 0, '{}', now())`.execute(catalogue.db);
  for (const [granularity, daysAgo] of [
    ['hour', 399],
    ['hour', 401],
    ['day', 401],
    ['month', 401],
  ] as const) {
    await add(granularity, daysAgo);
  }
  await sweepExpired(catalogue);
  const left = await catalogue.db.selectFrom('consumption_frames').select('granularity').execute();
  expect(left.map(({ granularity }) => granularity).sort()).toEqual(['day', 'hour', 'month']);
});

it('removes operations 30 days after the last change where their project is gone', async () => {
  const clock = pushedClock();
  const catalogue = await openTestCatalogue({ clock });
  const { accountId } = await addPerson(catalogue, 'alex');
  const { project } = await addProject(catalogue, accountId);
  const done = { branchId: null, computeId: null, action: 'apply_config', status: 'finished' } as const;
  const kept = await createOperation(catalogue, { ...done, projectId: project.id });
  await createOperation(catalogue, { ...done, projectId: newProjectId() });
  clock.push(31 * DAY_MS);
  const recent = await createOperation(catalogue, { ...done, projectId: newProjectId() });
  await sweepExpired(catalogue);
  const left = await catalogue.db.selectFrom('operations').select('id').orderBy('created_at').execute();
  expect(left.map(({ id }) => id)).toEqual([kept.id, recent.id]);
});
