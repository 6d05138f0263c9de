import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { LIMIT_RULES } from '../../../src/limits/limit-rules.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { organizationForTests } from './console-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('mail to a guest who did not ask for it', () => {
  it('ends at the limit, also where the guest is made a member again', async () => {
    const { admin, warehouse, base } = await organizationForTests(web);
    const email = 'tired@example.com';
    await shareProject(web.catalogue, SYSTEM_CONTEXT, { projectId: warehouse.project.id, emails: [email] });
    const statuses: number[] = [];
    const { points } = LIMIT_RULES.invitations_of_recipient;
    for (let count = 0; count <= points; count += 1) {
      statuses.push((await admin.post(`${base}/people/guests/convert`, { email })).status);
    }
    expect(statuses.slice(0, points)).not.toContain(429);
    expect(statuses.at(-1)).toBe(429);
  });
});
