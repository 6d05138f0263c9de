// The console ends somebody's access: what it says of passwords that the person has seen, and of
// what is still under way.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMembership } from '../../../src/catalogue/accounts/member-lists.ts';
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
});
