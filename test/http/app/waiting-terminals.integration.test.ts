import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  newDeveloper,
  newVisitor,
  openLoginLink,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

it('the start page leads to a terminal that its person opened, until it is decided', async () => {
  const { browser, address, person } = await newDeveloper(web);
  const { path, request } = await openLoginLink(web, { address });
  expect((await browser.get('/')).text).not.toContain(request.id);
  await browser.open(path);
  const home = (await browser.get('/')).text;
  expect(home).toContain(`href="/psql_session/${request.id}"`);
  expect(home).toContain(`psql at ${address} is waiting`);
  await web.loginRequests.deny(request.id, { userId: person.userId });
  expect((await browser.get('/')).text).not.toContain(request.id);
});

it('the start page names nobody else’s terminal, also at the same address', async () => {
  const { browser, address } = await newDeveloper(web);
  const { path, request } = await openLoginLink(web, { address });
  await browser.open(path);
  const stranger = (await newVisitor(web)).browser;
  expect((await stranger.get('/')).text).not.toContain(request.id);
});
