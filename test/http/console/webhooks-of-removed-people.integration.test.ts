// An admin's webhook went on being told of everything after the admin was removed, and no page said
// whose it was or where it led.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { endMembership } from '../../../src/catalogue/accounts/end-ways-in.ts';
import { findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
import { setMemberRole } from '../../../src/catalogue/accounts/memberships.ts';
import { disablePerson, removePerson } from '../../../src/catalogue/people/manage-people.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { ApiForTests } from '../api/api-for-tests.ts';
import { organizationForTests, type PersonAtBrowser } from './console-for-tests.ts';

const URL_OF_DAVE = 'https://evil.example/hooks/T0SECRET/x9secret?token=also-secret';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('a webhook of an admin who goes', () => {
  it('is named on the page that removes them, and ended with what else they made', async () => {
    const { admin, removal, listed } = await organizationWithWebhook();
    expect((await admin.get(removal)).text).toContain('on my phone (webhook)');
    await admin.post(removal, { revoke_shared_secrets: 'yes' });
    expect(await listed()).toEqual([]);
  });

  it('is named and ended by the API', async () => {
    const { api, member, listed } = await organizationWithWebhook();
    const kept = await api.delete(member);
    const named = { kind: 'notification_target', name: 'on my phone' };
    expect(kept.body.shared_secrets).toMatchObject([{ ...named, status: 'kept' }]);
    expect(await listed()).toHaveLength(1);
    const second = await organizationWithWebhook();
    const ended = await second.api.delete(`${second.member}?revoke_shared_secrets=true`);
    expect(ended.body.shared_secrets).toMatchObject([{ ...named, status: 'revoked' }]);
    expect(await second.listed()).toEqual([]);
  });

  it.each(['leaves', 'is deactivated by SCIM', 'is disabled', 'is deleted'] as const)(
    'is ended where that person %s, since nobody is asked then',
    async (ending) => {
      const { accountId, listed, end } = await organizationWithWebhook();
      await end[ending]();
      expect(await listed()).toEqual([]);
      const removals = web.catalogue.db.selectFrom('audit_events').select('body').where('event', '=', 'policy.changed');
      const ofOrganization = removals.where('account_id', '=', accountId).orderBy('at', 'desc');
      const { body } = await ofOrganization.executeTakeFirstOrThrow();
      expect(body).toMatchObject({ reason: expect.stringMatching(/^removed: .*, who made them$/) });
    },
  );

  it('shows its maker and address, and that the maker is no admin any more', async () => {
    const { admin, dave, demote, listed, page } = await organizationWithWebhook();
    const address = 'evil.example/hooks/…/…';
    expect(await listed()).toMatchObject([{ address, maker: { email: dave.email, is_admin: true } }]);
    expect((await admin.get(page)).text).not.toContain('No admin any more');
    await demote();
    expect(await listed()).toMatchObject([{ address, maker: { email: dave.email, is_admin: false } }]);
    const { text } = await admin.get(page);
    expect(text).toContain(address);
    expect(text).toContain(dave.email);
    expect(text).toContain('No admin any more');
    expect(text).not.toMatch(/T0SECRET|x9secret|also-secret/);
  });
});

async function organizationWithWebhook() {
  const { organization, admin, member: dave, base } = await organizationForTests(web);
  const which = { accountId: organization.id, userId: dave.userId };
  const membership = (await findMembership(web.catalogue, which)) ?? expect.fail('no member');
  const setRole = (memberRole: 'admin' | 'member') =>
    setMemberRole(web.catalogue, SYSTEM_CONTEXT, { ...which, membershipId: membership.id, memberRole });
  await setRole('admin');
  const page = `${base}/settings/notifications`;
  const form = { name: 'on my phone', format: 'slack', url: URL_OF_DAVE, classes: 'break_glass' };
  expect((await dave.post(page, form)).status).toBe(303);
  const api = await apiOf(admin);
  const organizations = `/organizations/${organization.id}`;
  return {
    ...{ admin, dave, api, page, accountId: organization.id },
    demote: () => setRole('member'),
    end: {
      leaves: async () => await (await apiOf(dave)).delete(`${organizations}/members/${membership.id}`),
      'is deactivated by SCIM': async () =>
        await web.catalogue.transaction((tx) =>
          endMembership(tx, {
            ...{ catalogue: web.catalogue, context: SYSTEM_CONTEXT, reason: 'deactivated' },
            member: { id: membership.id, account_id: organization.id, user_id: dave.userId, email: dave.email },
          }),
        ),
      'is disabled': async () => await disablePerson(web.catalogue, SYSTEM_CONTEXT, { userId: dave.userId }),
      'is deleted': async () => await removePerson(web.catalogue, SYSTEM_CONTEXT, { userId: dave.userId }),
    },
    member: `${organizations}/members/${membership.id}`,
    removal: `${base}/people/members/${membership.id}/remove`,
    listed: async () => (await api.get(`${organizations}/notification_targets`)).body.notification_targets,
  };
}

async function apiOf(person: PersonAtBrowser): Promise<ApiForTests> {
  const { key } = await createPersonalKey(web.catalogue, await actingAs(web.catalogue, person), { name: 'tests' });
  return new ApiForTests(web.localUrl, key.reveal());
}
