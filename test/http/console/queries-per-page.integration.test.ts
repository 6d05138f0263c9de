// A page asks the catalogue as often for many rows as for one.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs, addProject } from '../../support/databases/catalogue-for-tests.ts';
import { hold, type OrganizationForTests, organizationForTests } from './console-for-tests.ts';

let web: WebForTests;
let here: OrganizationForTests;

beforeAll(async () => {
  web = await startWeb();
  here = await organizationForTests(web);
});

afterAll(() => web.close());

async function queriesOf(path: string): Promise<number> {
  const before = web.queries.count;
  expect((await here.admin.get(path)).status).toBe(200);
  return web.queries.count - before;
}

it.each(['projects', 'sessions', 'tokens'])('the page of %s asks as often for seven rows as for one', async (page) => {
  const path = {
    projects: `${here.base}/projects`,
    sessions: '/app/me/sessions',
    tokens: `${here.base}/access-tokens`,
  }[page];
  const addRow = async (name: string) => {
    const project = await addProject(web.catalogue, here.organization.id, name);
    await hold(web, here.admin, project);
    const token = { owner: 'account', access: 'read_write', computeId: project.compute.id } as const;
    await createAccessToken(web.catalogue, await actingAs(web.catalogue, here.admin), { ...token, name });
  };
  await addRow(`${page} one`);
  const forOne = await queriesOf(path ?? '');
  for (let count = 0; count < 6; count += 1) await addRow(`${page} ${count}`);
  expect(await queriesOf(path ?? '')).toBe(forOne);
});
