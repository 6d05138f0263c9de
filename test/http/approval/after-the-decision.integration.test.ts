import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeComputePolicy } from '../../../src/catalogue/projects/computes.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newConnectionId } from '../../../src/ids.ts';
import { redisKeys } from '../../../src/redis/redis-keys.ts';
import { csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { newDeveloper, openLoginLink, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

it('a denial is taken back by a form, and the page asks again', async () => {
  const { request, decide, read } = await openPage();
  await decide({ decision: 'deny' });
  expect(await read()).toMatch(/value="undo">Undo</);
  expect((await decide({ decision: 'undo' })).status).toBe(303);
  expect(await statusOf(request)).toBe('claimed');
  expect(await read()).toContain(request.userCode);
  await web.auditTrail.flush();
});

it('a denial that is too old stays, and its page offers other ways', async () => {
  const { request, decide, read } = await openPage();
  await decide({ decision: 'deny' });
  await web.redis.hincrby(redisKeys.loginRequest(request.id), 'undo_until', -10_000);
  expect((await decide({ decision: 'undo' })).status).toBe(303);
  expect(await statusOf(request)).toBe('denied');
  expect(await read()).not.toContain('value="undo"');
  expect(await read()).toContain('Not you? Review your sessions');
});

it('a report is taken back: links from there work again, the login stays denied', async () => {
  const { request, decide, read, browser, address } = await openPage();
  await decide({ decision: 'report' });
  expect(await read()).toMatch(/value="undo">Undo, it was me</);
  expect((await browser.open((await openLoginLink(web, { address })).path)).status).toBe(403);
  await decide({ decision: 'undo' });
  expect(await statusOf(request)).toBe('denied');
  expect(await read()).toContain('You took the report back');
  expect((await browser.open((await openLoginLink(web, { address })).path)).status).toBe(200);
});

it('more time leads back to the page with what was chosen, and is offered twice', async () => {
  const { request, decide, read, computeId } = await openPage();
  const answer = await decide({ decision: 'more_time', compute_id: computeId, remember: '8h' });
  expect([answer.status, answer.location]).toEqual([303, expect.stringContaining('remember=8h')]);
  expect(await read()).toContain('value="more_time"');
  await decide({ decision: 'more_time' });
  expect(await read()).not.toContain('value="more_time"');
  const { expiresAt, createdAt } = (await web.loginRequests.find(request.id)) ?? expect.fail('gone');
  expect(expiresAt.getTime() - createdAt.getTime()).toBe(6 * 60_000);
});

it('programs are told how much time there is', async () => {
  const { browser, page } = await openPage();
  const form = new URLSearchParams({ decision: 'more_time', csrf_token: csrfTokenIn(page.text) });
  const answer = await browser.post(page.path, form, {
    accept: 'application/json',
    'Sec-Fetch-Site': 'same-origin',
    Origin: web.url,
  });
  const told = JSON.parse(answer.text);
  expect(told).toMatchObject({ life_ms: 240_000, more: true });
  expect(told.remaining_ms).toBeGreaterThan(200_000);
});

it('an approval for this connection only is remembered once it stands', async () => {
  const { request, decide, read, computeId, person } = await openPage();
  await decide({ decision: 'approve', compute_id: computeId });
  expect(await read()).not.toContain('value="remember"');
  await connect(request);
  expect(await read()).toMatch(/Don’t ask again for/);
  expect((await decide({ decision: 'remember', remember: '8h' })).status).toBe(303);
  expect(await web.grants.list(person.userId)).toMatchObject([{ computeId, access: 'read_write', usesLeft: null }]);
  const after = await read();
  expect(after).not.toContain('value="remember"');
  expect(after).toMatch(/Remembered until/);
  expect(after).toMatch(/sessions\/grants\/[\w-]+\/revoke">Ask me again/);
  await decide({ decision: 'remember', remember: '8h' });
  expect(await web.grants.list(person.userId)).toHaveLength(1);
});

it('what a policy forbids to remember is not offered afterwards, and refused', async () => {
  const { request, decide, read, computeId, person } = await openPage();
  await changeComputePolicy(web.catalogue, SYSTEM_CONTEXT, { computeId, policy: { longestGrantMs: 0 } });
  await decide({ decision: 'approve', compute_id: computeId });
  await connect(request);
  expect(await read()).not.toContain('value="remember"');
  expect((await decide({ decision: 'remember', remember: '1h' })).status).toBeGreaterThanOrEqual(400);
  expect(await web.grants.list(person.userId)).toEqual([]);
});

type Request = Awaited<ReturnType<typeof openLoginLink>>['request'];

async function statusOf({ id }: Request) {
  return (await web.loginRequests.find(id))?.status;
}

async function connect({ id }: Request): Promise<void> {
  await web.loginRequests.consume(id);
  const at = { database: 'appdb', databaseRole: 'app', projectName: 'shop', connectionId: newConnectionId() };
  await web.loginRequests.setProgress(id, { kind: 'connected', ...at });
}

async function openPage() {
  const { browser, address, project, person } = await newDeveloper(web);
  const { path, request } = await openLoginLink(web, { address });
  const page = await browser.open(path);
  const decide = async (fields: Readonly<Record<string, string>>) =>
    await browser.post(page.path, new URLSearchParams({ ...fields, csrf_token: csrfTokenIn(page.text) }));
  const read = async () => (await browser.get(page.path)).text;
  return { browser, address, person, request, page, decide, read, computeId: project.compute.id };
}
