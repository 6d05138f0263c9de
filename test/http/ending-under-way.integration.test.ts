// An answer tells when the change is made and what rested on it has not ended everywhere yet.

import { describe, expect, it } from 'vitest';
import { findMembership } from '../../src/catalogue/accounts/member-lists.ts';
import { startWeb } from '../support/browser/web-for-tests.ts';
import { newCaller, newOrganization } from './api/api-for-tests.ts';
import { organizationForTests } from './console/console-for-tests.ts';

const HEADER = 'x-postern-ending';

// At the same time: Redis is given up after a while.
describe.concurrent('while ends are under way', () => {
  it('the API says so in a header while Redis is down', async ({ onTestFinished }) => {
    const web = await startWeb();
    onTestFinished(() => web.close());
    const [admin, first, second] = [await newCaller(web), await newCaller(web), await newCaller(web)];
    const organization = await newOrganization(web, admin, [first, second]);
    const remove = async ({ userId }: { userId: string }) => {
      const { body } = await admin.api.get(`/organizations/${organization.id}/members`);
      const row = body.members.find((each: { member: { user_id: string } }) => each.member.user_id === userId);
      return await admin.api.delete(`/organizations/${organization.id}/members/${row.member.id}`);
    };
    const before = await remove(first);
    expect([before.status, before.headers.get(HEADER)]).toEqual([200, null]);
    web.redis.shutdown('NOSAVE').catch(() => {});
    const after = await remove(second);
    expect([after.status, after.headers.get(HEADER)]).toEqual([200, 'under-way']);
  });

  it('the console says so while Redis is down', async ({ onTestFinished }) => {
    const web = await startWeb();
    onTestFinished(() => web.close());
    const { organization, admin, member, base } = await organizationForTests(web);
    const membership = await findMembership(web.catalogue, { accountId: organization.id, userId: member.userId });
    web.redis.shutdown('NOSAVE').catch(() => {});
    const answer = await admin.postAndOpen(`${base}/people/members/${membership?.id}/remove`);
    expect(answer.text).toContain('What rested on it ends as soon as all stores answer again, on all nodes.');
  });
});
