// Frames of consumption as metering writes them, around the dates in Neon's examples.

import { randomUUID } from 'node:crypto';
import { type AccountId, newComputeId, type ProjectId } from '../../../src/ids.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import { addProject, type PersonForTests } from '../../support/databases/catalogue-for-tests.ts';
import { newOrganization } from './api-for-tests.ts';

const HOUR_MS = 3_600_000;

/** An organization that was on two plans around July 2024, with a project that was measured. */
export async function measuredOrganization(web: WebForTests, admin: PersonForTests) {
  const organization = await newOrganization(web, admin);
  const { project } = await addProject(web.catalogue, organization.id);
  const changedAt = new Date('2024-07-01T00:00:00Z');
  const first = {
    id: randomUUID(),
    plan: 'scale',
    started_at: new Date('2024-05-01T00:00:00Z'),
    ended_at: changedAt,
  } as const;
  const second = {
    id: randomUUID(),
    plan: 'business',
    started_at: changedAt,
    ended_at: new Date('2024-08-01T00:00:00Z'),
  } as const;
  const periods = [first, second].map((period) => ({ ...period, account_id: organization.id }));
  await web.catalogue.db.insertInto('plan_periods').values(periods).execute();
  const place = { accountId: organization.id, projectId: project.id };
  await addFrame(web, { ...place, periodId: first.id, start: '2024-06-30T15:00:00Z', activeSeconds: 3_600 });
  await addFrame(web, { ...place, periodId: first.id, start: '2024-06-30T16:00:00Z', activeSeconds: 1_800 });
  // 17:00 to 23:00 was not observed.
  await addFrame(web, { ...place, periodId: second.id, start: '2024-07-01T00:00:00Z', activeSeconds: 60 });
  return { organizationId: organization.id, projectId: project.id };
}

interface Frame {
  accountId: AccountId;
  projectId: ProjectId;
  periodId: string;
  start: string;
  activeSeconds: number;
  unmeasured?: readonly string[];
}

/** One hour of a compute of its own. */
export async function addFrame(web: WebForTests, frame: Frame): Promise<void> {
  const start = new Date(frame.start);
  await web.catalogue.db
    .insertInto('consumption_frames')
    .values({
      granularity: 'hour',
      frame_start: start,
      account_id: frame.accountId,
      period_id: frame.periodId,
      project_id: frame.projectId,
      compute_id: newComputeId(),
      active_time_ms: frame.activeSeconds * 1_000,
      compute_time_ms: 500_000,
      written_data_bytes: 1_000,
      data_transfer_bytes: 7,
      logical_size_bytes: 4_000,
      synthetic_storage_size_bytes: 5_000,
      logical_size_byte_ms: 4_000 * HOUR_MS,
      synthetic_storage_byte_ms: 5_000 * HOUR_MS,
      observed_ms: HOUR_MS,
      unmeasured_metrics: [...(frame.unmeasured ?? [])],
      updated_at: new Date(start.getTime() + HOUR_MS),
    })
    .execute();
}

/** The stretch on one plan that goes on. */
export async function currentPeriodId(web: WebForTests, accountId: AccountId): Promise<string> {
  const row = await web.catalogue.db
    .selectFrom('plan_periods')
    .select('id')
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return row.id;
}
