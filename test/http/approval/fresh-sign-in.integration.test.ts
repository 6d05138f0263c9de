import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { changeComputePolicy } from '../../../src/catalogue/projects/computes.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type LoginRequestId, personalAccountId } from '../../../src/ids.ts';
import { BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';
import {
  addPersonWithPassword,
  newIdentity,
  openLoginLink,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { addProject } from '../../support/databases/catalogue-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const MINUTE_MS = 60_000;

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

/**
 * A signed-in person with a compute that asks for a sign-in of the last five minutes, and one that
 * does not.
 */
async function guardedDeveloper() {
  const { name, address } = newIdentity();
  const person = await addPersonWithPassword(web, name);
  const accountId = personalAccountId(person.userId);
  const guarded = await addProject(web.catalogue, accountId, 'guarded');
  const open = await addProject(web.catalogue, accountId, 'open');
  const policy = { freshSignInMs: 5 * MINUTE_MS };
  await changeComputePolicy(web.catalogue, SYSTEM_CONTEXT, { computeId: guarded.compute.id, policy });
  const browser = new BrowserJar(web.url, { address });
  await browser.signIn(person.email, PASSWORD);
  return { person, browser, address, guarded: guarded.compute.id, open: open.compute.id };
}

type Developer = Awaited<ReturnType<typeof guardedDeveloper>>;

async function signedIn({ person }: Developer, ago: number | null): Promise<void> {
  const authenticated_at = ago === null ? null : new Date(Date.now() - ago);
  await web.catalogue.db
    .updateTable('browser_sessions')
    .set({ authenticated_at })
    .where('user_id', '=', person.userId)
    .execute();
}

async function openPage({ browser, address }: Developer) {
  const { path, request } = await openLoginLink(web, { address });
  const page = await browser.open(path);
  return { request, page, path: page.path };
}

async function approve(
  { browser }: Developer,
  at: { path: string; page: { text: string } },
  fields: Record<string, string>,
) {
  return await browser.post(at.path, { csrf_token: csrfTokenIn(at.page.text), decision: 'approve', ...fields });
}

const approvalShape = z.object({
  login_request_id: z.string(),
  outcome: z.string(),
  reason: z.string().optional(),
  step_up: z.string().optional(),
});

async function approvals(id: LoginRequestId) {
  await web.auditTrail.flush();
  const rows = await web.catalogue.db
    .selectFrom('audit_events')
    .select('body')
    .where('event', '=', 'login.approved')
    .orderBy('at')
    .execute();
  return rows
    .map(({ body }) => approvalShape.parse(body))
    .filter((body) => body.login_request_id === id)
    .map(({ outcome, reason, step_up }) => ({ outcome, reason, step_up }));
}

describe('a compute that requires a recent sign-in', () => {
  it('admits with one click a person who has just signed in', async () => {
    const developer = await guardedDeveloper();
    const at = await openPage(developer);
    expect(at.page.text).not.toContain('asks to sign in again');
    expect((await approve(developer, at, { compute_id: developer.guarded })).location).toBe(at.path);
    expect((await web.loginRequests.find(at.request.id))?.status).toBe('approved');
    expect(await approvals(at.request.id)).toEqual([
      { outcome: 'success', reason: undefined, step_up: 'fresh_sign_in' },
    ]);
  });

  it.each([
    ['too long ago', 6 * MINUTE_MS],
    ['at an unknown time', null],
  ])('sends a person who signed in %s to sign in, and back to the selection', async (_when, ago) => {
    const developer = await guardedDeveloper();
    const { browser } = developer;
    await signedIn(developer, ago);
    const at = await openPage(developer);
    expect(at.page.text.match(/asks to sign in again/g)).toHaveLength(1);
    const picked = { compute_id: developer.guarded, remember: '1h', database: 'appdb' };
    const away = await approve(developer, at, picked);
    expect(away.location).toMatch(/^\/sign-in\/again\?next=/);
    expect((await web.loginRequests.find(at.request.id))?.status).toBe('claimed');

    const form = await browser.get(away.location ?? '');
    expect(form.text).toContain(developer.person.email);
    const before = browser.session ?? '';
    const next = new URL(away.location ?? '', web.url).searchParams.get('next') ?? '';
    const again = (password: string) =>
      browser.post('/sign-in/again', { csrf_token: csrfTokenIn(form.text), next, password });
    expect((await again('wrong password')).status).toBe(401);
    expect((await again(PASSWORD)).location).toBe(next);

    const back = await browser.get(next);
    expect(back.text).toContain(`value="${developer.guarded}" checked`);
    expect(back.text).toMatch(/name="remember"[^>]*>.*<option value="1h" selected>/);
    expect(back.text).toMatch(/name="database" value="appdb"/);
    expect(back.text).not.toContain('asks to sign in again');
    const approved = await approve(developer, { path: at.path, page: back }, { compute_id: developer.guarded });
    expect(approved.location).toBe(at.path);
    expect(await approvals(at.request.id)).toEqual([
      { outcome: 'refused', reason: 'sign_in_again', step_up: 'fresh_sign_in' },
      { outcome: 'success', reason: undefined, step_up: 'fresh_sign_in' },
    ]);

    const old = new BrowserJar(web.url);
    old.setSession(before);
    expect((await old.get('/app')).location).toMatch(/^\/sign-in/);
  });

  it('shows no reverse code before, and requires nothing for another compute', async () => {
    const developer = await guardedDeveloper();
    await signedIn(developer, 6 * MINUTE_MS);
    const { path, request } = await openLoginLink(web, { address: '203.0.113.77' });
    const page = await developer.browser.open(path);
    const stale = await approve(developer, { path: page.path, page }, { compute_id: developer.guarded });
    expect([stale.status, /\d{4} \d{4} \d{4}/.exec(stale.text)]).toEqual([303, null]);
    expect((await web.loginRequests.find(request.id))?.stepUp).toBeNull();
    const other = await openPage(developer);
    expect((await approve(developer, other, { compute_id: developer.open })).location).toBe(other.path);
  });

  it('is reported to programs, too', async () => {
    const developer = await guardedDeveloper();
    await signedIn(developer, 6 * MINUTE_MS);
    const at = await openPage(developer);
    const fields = { csrf_token: csrfTokenIn(at.page.text), decision: 'approve', compute_id: developer.guarded };
    const answer = await developer.browser.post(at.path, fields, { Origin: web.url, Accept: 'application/json' });
    expect([answer.status, answer.location]).toEqual([303, expect.stringContaining('/sign-in/again?next=')]);
  });
});

describe('signing in again', () => {
  it('sends a stranger to the sign-in page, and nobody to another site', async () => {
    expect((await new BrowserJar(web.url).get('/sign-in/again?next=%2Fapp')).location).toBe('/sign-in?next=%2Fapp');
    const { browser } = await guardedDeveloper();
    const page = await browser.get('/sign-in/again?next=https%3A%2F%2Fevil.example');
    expect(page.text).toContain('name="next" value="/"');
    const fields = { csrf_token: csrfTokenIn(page.text), next: '//evil.example', password: PASSWORD };
    expect((await browser.post('/sign-in/again', fields)).location).toBe('/');
  });

  it('holds wrong passwords back like every password form, and lets the right one in', async () => {
    const { browser } = await guardedDeveloper();
    const csrf_token = csrfTokenIn((await browser.get('/sign-in/again')).text);
    const answered: number[] = [];
    const guesses = Array.from({ length: 12 }, () =>
      browser
        .post('/sign-in/again', { csrf_token, password: 'wrong' })
        .then(({ status }) => answered.push(status))
        .catch(() => {}),
    );
    await waitUntil(() => answered.length > 0, 'the first is answered');
    expect((await browser.post('/sign-in/again', { csrf_token, password: PASSWORD })).status).toBe(303);
    expect(answered.length).toBeLessThan(guesses.length);
    expect(new Set(answered)).toEqual(new Set([401]));
  });
});
