import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { LIMIT_RULES } from '../../../src/limits/limit-rules.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { ApiForTests } from '../api/api-for-tests.ts';
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

describe('mails to people who never heard of the sender', () => {
  it('end at a number for each day, also by any number of keys', async () => {
    const { admin, organization } = await organizationForTests(web);
    const keys: ApiForTests[] = [];
    for (const name of ['first', 'second']) {
      const { text } = await admin.postAndOpen(`/app/${admin.accountId}/api-keys`, { name });
      keys.push(new ApiForTests(web.localUrl, /postern_key_[A-Za-z0-9_-]{43}/.exec(text)?.[0] ?? null));
    }
    const { points } = LIMIT_RULES.invitations_of_sender;
    const statuses: number[] = [];
    for (let sent = 0; sent <= points; sent += 100) {
      const invitations = Array.from({ length: 100 }, (_, at) => ({ email: `s${sent + at}@x.test`, role: 'member' }));
      const key = keys[(sent / 100) % 2];
      statuses.push((await key?.post(`/organizations/${organization.id}/invitations`, { invitations }))?.status ?? 0);
    }
    expect([new Set(statuses.slice(0, -1)), statuses.at(-1)]).toEqual([new Set([200]), 429]);
  });
});
