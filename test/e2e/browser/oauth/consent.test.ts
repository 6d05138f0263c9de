// A program asks its person for access in a real browser: what the person sees and can do, and what
// the program, which listens on their machine, is told.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, ProgramForTests } from '../../../http/oauth/program-for-tests.ts';
import { launchBrowser, openContext } from '../../../support/browser/browser.ts';
import { addPersonWithPassword, PASSWORD, startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../../support/wait-until.ts';

let web: WebForTests;
let browser: Browser;

beforeAll(async () => {
  [web, browser] = await Promise.all([startWeb(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await web.close();
});

/** As neonctl does: a server for the one answer. */
async function startProgram() {
  const answers: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (pathname === '/callback') answers.push(searchParams);
    response.end('You can close this page.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    answers,
    redirect_uri: `http://127.0.0.1:${port}/callback`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function signIn(page: Page, email: string): Promise<void> {
  await page.fill('#email', email);
  await page.fill('#password', PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const answerOf = (program: { answers: URLSearchParams[] }) =>
  waitUntil(() => program.answers[0], 'the program is answered');

it('is asked after signing in, lets the program in once, and stays answered', async () => {
  await using program = await startProgram();
  await using visit = await openContext(browser);
  const { page } = visit;
  const { email } = await addPersonWithPassword(web);
  const asking = ask({ redirect_uri: program.redirect_uri });
  await page.goto(web.url + asking.path);
  await signIn(page, email);
  await page.getByText(`asks for access as ${email}`).waitFor();
  const consent = page.url();
  await page.getByRole('button', { name: 'Allow neonctl' }).click();
  const code = (await answerOf(program)).get('code') ?? '';
  await page.waitForURL(/\/callback/);
  const { redirect_uri } = program;
  const tokens = await new ProgramForTests(web.localUrl).exchange(asking, code, { redirect_uri });
  expect(tokens.status).toBe(200);
  // Back, and the same address again: nothing is to be decided twice, and no second code is made.
  await page.goBack();
  await page.goto(consent).catch(() => null);
  expect(await page.getByRole('button', { name: /Allow|Deny/ }).count()).toBe(0);
  const codes = new Set(program.answers.map((answer) => answer.get('code')).filter((given) => given !== null));
  expect(codes.size).toBe(1);
  expect(visit.complaints.filter((text) => !/404|400/.test(text))).toEqual([]);
});

it('says no, and Back does not change that', async () => {
  await using program = await startProgram();
  await using visit = await openContext(browser);
  const { page } = visit;
  const { email } = await addPersonWithPassword(web);
  await page.goto(web.url + ask({ redirect_uri: program.redirect_uri }).path);
  await signIn(page, email);
  const path = new URL(page.url()).pathname;
  await page.getByRole('button', { name: 'Deny' }).click();
  expect((await answerOf(program)).get('error')).toBe('access_denied');
  await page.waitForURL(/\/callback/);
  await page.goto(web.url + path).catch(() => null);
  expect(await page.getByRole('button', { name: /Allow/ }).count()).toBe(0);
  expect(program.answers.every((answer) => answer.get('code') === null)).toBe(true);
});

it('gives nothing of somebody who signed in since the page was shown', async () => {
  await using program = await startProgram();
  await using visit = await openContext(browser);
  const { page, context } = visit;
  const [first, second] = [await addPersonWithPassword(web), await addPersonWithPassword(web)];
  await page.goto(web.url + ask({ redirect_uri: program.redirect_uri }).path);
  await signIn(page, first.email);
  await page.getByText(`asks for access as ${first.email}`).waitFor();
  const isSession = ({ name }: { readonly name: string }) => /session/i.test(name);
  for (const { name } of (await context.cookies()).filter(isSession)) await context.clearCookies({ name });
  const tab = await context.newPage();
  await tab.goto(`${web.url}/sign-in`);
  await signIn(tab, second.email);
  await tab.waitForURL(`${web.url}/`);
  await page.getByRole('button', { name: 'Allow neonctl' }).click();
  await page.waitForLoadState();
  expect(program.answers).toEqual([]);
  const consents = await web.catalogue.db.selectFrom('oauth_consents').select('user_id').execute();
  expect(consents.filter(({ user_id }) => [first.userId, second.userId].includes(user_id))).toEqual([]);
});

it('shows only the scopes that there are, and says to the program which one is not', async () => {
  await using program = await startProgram();
  await using visit = await openContext(browser);
  const { page } = visit;
  const { email } = await addPersonWithPassword(web);
  await page.goto(`${web.url}/sign-in`);
  await signIn(page, email);
  await page.waitForURL(`${web.url}/`);
  const scope = 'openid urn:neoncloud:projects:read urn:neoncloud:projects:own';
  await page.goto(web.url + ask({ redirect_uri: program.redirect_uri, scope }).path).catch(() => null);
  const shown = page.getByText(`asks for access as ${email}`);
  await waitUntil(async () => program.answers.length > 0 || (await shown.count()) > 0, 'there is an answer');
  if (program.answers.length > 0) return expect(program.answers[0]?.get('error')).toBe('invalid_scope');
  await page.getByRole('button', { name: 'Allow neonctl' }).click();
  await answerOf(program);
  const rows = await web.catalogue.db.selectFrom('oauth_consents').select('scopes').execute();
  expect(JSON.stringify(rows)).not.toContain('projects:own');
});
