import { type RawBuilder, sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  accountFramesQuery,
  billingPeriodQuery,
  createConsumptionHistory,
  projectFramesQuery,
} from '../../src/metering/frames/consumption-history.ts';
import { pushedClock, useTestCatalogue } from '../support/databases/catalogue-for-tests.ts';
import { addManyProjects, bulkOrganization, bulkProjects, MEASURED_FROM } from '../support/databases/many-projects.ts';

const MANY = { organizations: 200, projects: 10_000, hours: 12 };
const clock = pushedClock(new Date('2026-03-04T12:00:00Z'));
const catalogueOf = useTestCatalogue({ clock });
const accountId = bulkOrganization(7);
const range = { granularity: 'hourly', from: MEASURED_FROM, to: clock.now() } as const;

beforeAll(() => addManyProjects(catalogueOf().db, MANY));

/**
 * What Postgres really did. The application's role may not analyze the tables, so the planner
 * guesses.
 */
async function planOf(query: { explain(format: 'text', options: RawBuilder<unknown>): Promise<unknown> }) {
  return JSON.stringify(await query.explain('text', sql`analyze, costs off, timing off`));
}

describe('of 10,000 projects in 200 organizations', () => {
  it("an account's history reads that account's frames by an index", async () => {
    const plan = await planOf(accountFramesQuery(catalogueOf(), accountId, range));
    expect(plan).toContain('consumption_frames_of_account');
    expect(plan).not.toContain('Seq Scan');
    expect(plan).not.toMatch(/rows=\d{4,}/);
    const [period] = await createConsumptionHistory(catalogueOf()).readAccount(accountId, range);
    expect(period?.frames).toHaveLength(12);
    expect(period?.frames[0]).toMatchObject({ activeTimeSeconds: 50, writtenDataBytes: 50_000 });
  });

  it('a page of projects reads their history and billing period by an index', async () => {
    const projectIds = bulkProjects(7, MANY).slice(0, 10);
    for (const query of [
      projectFramesQuery(catalogueOf(), { accountId, projectIds }, range),
      billingPeriodQuery(catalogueOf(), projectIds),
    ]) {
      const plan = await planOf(query);
      expect(plan).toMatch(/consumption_frames_of_(project|account)/);
      expect(plan).not.toContain('Seq Scan');
      expect(plan).not.toMatch(/rows=\d{4,}/);
    }
    const totals = await createConsumptionHistory(catalogueOf()).readBillingPeriod(projectIds);
    expect(totals.size).toBe(10);
  });
});
