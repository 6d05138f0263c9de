// An admin names people by their e-mail, and must see whose address nobody has proved.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { organizationForTests } from './console-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

it('an address that nobody has proved is marked in lists of members and teams', async () => {
  const { organization, admin, member, base } = await organizationForTests(web);
  const context = await actingAs(web.catalogue, { userId: admin.userId });
  const team = await createTeam(web.catalogue, context, { accountId: organization.id, name: 'Backend' });
  await admin.post(`${base}/people/teams/${team.id}`, { email: member.email });
  const { email } = member;
  const pages = [`${base}/people`, `${base}/people/teams/${team.id}`];
  const marked = async () =>
    await Promise.all(
      pages.map(async (page) => {
        const { text } = await admin.get(page);
        return [text.includes(`<bdi>${email}</bdi>`), text.includes(`<bdi>${email}</bdi> · not verified`)];
      }),
    );
  expect(await marked()).toEqual([
    [true, false],
    [true, false],
  ]);
  await web.catalogue.db.updateTable('users').set({ email_verified: false }).where('id', '=', member.userId).execute();
  expect(await marked()).toEqual([
    [true, true],
    [true, true],
  ]);
});
