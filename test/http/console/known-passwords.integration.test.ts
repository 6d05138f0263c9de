// The console ends somebody's access: what it says of secrets that the person has seen, and of what
// is still under way.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listSharedSecrets } from '../../../src/catalogue/access/shared-secrets.ts';
import { findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
import { setMemberRole } from '../../../src/catalogue/accounts/memberships.ts';
import { disablePerson, removePerson } from '../../../src/catalogue/people/manage-people.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { hold, hostedProject, organizationForTests, stateOf } from './console-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

/** A member who was shown the password of a role at the console. */
async function memberWhoSaw() {
  const { organization, admin, member, base } = await organizationForTests(web);
  const shop = await hostedProject(web, organization);
  const role = shop.roles[0]?.name ?? '';
  const databases = `${base}/projects/${shop.project.id}/databases`;
  expect((await member.postAndOpen(`${databases}/roles/${role}/reveal`)).status).toBe(200);
  const which = { accountId: organization.id, userId: member.userId };
  const membership = await findMembership(web.catalogue, which);
  const removal = `${base}/people/members/${membership?.id}/remove`;
  return { admin, member, shop, role, databases, removal };
}

describe('removing a member who has seen a role password', () => {
  it('offers a reset, ticked, which ends what rests on the old one', async () => {
    const { admin, shop, role, removal } = await memberWhoSaw();
    const page = (await admin.get(removal)).text;
    expect(page).toContain(role);
    expect(page).toMatch(/<input type="checkbox" name="reset_known_passwords" value="yes" checked/);
    const byPassword = await hold(web, admin, shop);
    const answer = await admin.postAndOpen(removal, { reset_known_passwords: 'yes' });
    expect(answer.text).toContain('The passwords that they had seen are reset.');
    expect(await stateOf(web, byPassword)).toBe('ended');
  });

  it('without the reset says that it is known, there and at the role', async () => {
    const { admin, databases, removal } = await memberWhoSaw();
    expect((await admin.get(databases)).text).not.toContain('Known to people without access');
    expect((await admin.postAndOpen(removal)).text).toContain('They still know passwords of database roles');
    expect((await admin.get(databases)).text).toContain('Known to people without access');
  });

  it('offers nothing to who leaves, and the role tells the admin', async () => {
    const { admin, member, databases, removal } = await memberWhoSaw();
    expect((await member.get(removal)).text).not.toContain('reset_known_passwords');
    await member.post(removal);
    expect((await admin.get(databases)).text).toContain('Known to people without access');
  });

  // The mark went with the person, and nobody was told any more.
  it.each([
    ['removed from the installation', removePerson],
    ['disabled', disablePerson],
  ])('tells the admin of a person who is %s, until a reset', async (_how, end) => {
    const { admin, member, role, databases } = await memberWhoSaw();
    await end(web.catalogue, SYSTEM_CONTEXT, { userId: member.userId });
    expect((await admin.get(databases)).text).toContain('Known to people without access');
    await admin.post(`${databases}/roles/${role}/reset`);
    expect((await admin.get(databases)).text).not.toContain('Known to people without access');
  });
});

describe('removing an admin who made keys and tokens of the organization', () => {
  async function adminWithSecrets() {
    const { organization, admin, member: other, warehouse, base } = await organizationForTests(web);
    const which = { accountId: organization.id, userId: other.userId };
    const membership = await findMembership(web.catalogue, which);
    if (membership === null) throw new Error('no member');
    const promotion = { ...which, membershipId: membership.id, memberRole: 'admin' } as const;
    await setMemberRole(web.catalogue, SYSTEM_CONTEXT, promotion);
    const key = await other.postAndOpen(`${base}/api-keys`, { name: 'deploy' });
    const token = await other.postAndOpen(`${base}/access-tokens/new`, {
      name: 'nightly',
      compute_id: warehouse.compute.id,
      access: 'read_only',
      days: '30',
      max_connections: '5',
    });
    await other.post(`${base}/people/invite`, { emails: 'accomplice@example.com', role: 'admin' });
    expect([key.status, token.status]).toEqual([200, 200]);
    return { admin, which, removal: `${base}/people/members/${membership.id}/remove` };
  }

  it('offers to revoke them, ticked', async () => {
    const { admin, which, removal } = await adminWithSecrets();
    const page = (await admin.get(removal)).text;
    expect(page).toContain('deploy (API key), nightly (access token), accomplice@example.com (invitation)');
    expect(page).toMatch(/<input type="checkbox" name="revoke_shared_secrets" value="yes" checked/);
    const answer = await admin.postAndOpen(removal, { revoke_shared_secrets: 'yes' });
    expect(answer.text).toContain(
      'The keys, tokens, invitations and webhooks they made for the organization are revoked.',
    );
    expect(await listSharedSecrets(web.catalogue.db, which)).toEqual([]);
  });

  it('says that they still work where the box is unticked', async () => {
    const { admin, which, removal } = await adminWithSecrets();
    expect((await admin.postAndOpen(removal)).text).toContain(
      'Keys, tokens, invitations or webhooks they made for the organization still work',
    );
    expect(await listSharedSecrets(web.catalogue.db, which)).toHaveLength(3);
  });
});
