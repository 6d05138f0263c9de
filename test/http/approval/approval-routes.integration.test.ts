import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { rememberTerminal } from '../../../src/catalogue/access/last-used-targets.ts';
import { rememberLoginName } from '../../../src/catalogue/access/login-names.ts';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newConnectionId } from '../../../src/ids.ts';
import { loginNameOf } from '../../../src/login/request/terminal.ts';
import { BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';
import {
  ELSEWHERE,
  newDeveloper,
  newVisitor,
  openLoginLink,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { addProject } from '../../support/databases/catalogue-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('opening a login link', () => {
  it('sends a stranger to sign in and back, to a URL without the token', async () => {
    const { browser, address } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    const stranger = new BrowserJar(web.url);
    expect((await stranger.get(path)).location).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
    const opened = await browser.open(path);
    expect(opened.path).toBe(`/psql_session/${request.id}`);
    expect(opened.text).toContain(request.userCode);
    expect((await web.loginRequests.find(request.id))?.status).toBe('claimed');
  });

  it('explains the duration for programs that hide the link', async () => {
    const { browser, address } = await newDeveloper(web);
    const advice = 'A program that opens several connections needs 1 hour.';
    const ofDriver = await openLoginLink(web, { address, noticeBlind: true });
    expect((await browser.open(ofDriver.path)).text).toContain(`<p class="help" id="remember-help">${advice}</p>`);
    const ofPsql = await openLoginLink(web, { address, noticeBlind: false });
    expect((await browser.open(ofPsql.path)).text).not.toContain(advice);
  });

  it('leaves the request pending however often it is fetched without a sign-in', async () => {
    const { address } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    const previewer = new BrowserJar(web.url);
    for (let times = 0; times < 10; times += 1) expect((await previewer.get(path)).status).toBe(303);
    expect((await web.loginRequests.find(request.id))?.status).toBe('pending');
  });

  it.each([
    ['a prefetch', { 'Sec-Purpose': 'prefetch' }, 503],
    ['a prerender', { 'Sec-Purpose': 'prefetch;prerender' }, 503],
    ['a frame', { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' }, 404],
    ['a script', { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' }, 404],
    [
      'another site without a click',
      { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'cross-site' },
      303,
    ],
  ])('claims nothing for %s', async (_what, headers, status) => {
    const { browser, address } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    expect((await browser.get(path, headers)).status).toBe(status);
    expect((await web.loginRequests.find(request.id))?.status).toBe('pending');
  });

  it('claims nothing for a HEAD request', async () => {
    const { browser, address } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    await browser.send('HEAD', path, {}, {});
    expect((await web.loginRequests.find(request.id))?.status).toBe('pending');
  });

  it('shows a missing page to everybody but the first person who opened it', async () => {
    const { browser, address } = await newDeveloper(web);
    const other = (await newVisitor(web)).browser;
    const { path, request } = await openLoginLink(web, { address });
    await browser.open(path);
    const foreign = await other.open(path);
    const unknown = await other.open('/psql_session/AAAAAAAAAAAAAAAAAAAAAA');
    const malformed = await other.open('/psql_session/nonsense');
    const reference = await other.open(`/psql_session/${request.id}`);
    for (const answer of [foreign, unknown, malformed, reference]) expect(answer.status).toBe(404);
    expect(new Set([foreign, unknown, malformed, reference].map(({ text }) => withoutTokens(text))).size).toBe(1);
  });
});

describe('approving', () => {
  it('admits the terminal with the compute alone, and the page follows the connection', async () => {
    const { browser, address, project, person } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    const page = await browser.open(path);
    expect(page.text).toMatch(new RegExp(`value="${project.compute.id}" checked`));
    const answer = await approve(browser, page, { compute_id: project.compute.id });
    expect([answer.status, answer.location]).toEqual([303, `/psql_session/${request.id}`]);
    expect((await web.loginRequests.find(request.id))?.approval).toMatchObject({
      userId: person.userId,
      computeId: project.compute.id,
      access: 'read_write',
      remember: 'once',
    });
    expect((await browser.get(page.path)).text).toContain('Your terminal is being told.');
    await web.loginRequests.consume(request.id);
    await web.loginRequests.setProgress(request.id, connected());
    expect((await browser.get(page.path)).text).toMatch(/You’re connected to \w+ \(read-write\)/);
  });

  it('accepts the form at the URL with the token, too', async () => {
    const { browser, address, project } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    const page = await browser.open(path);
    const fields = { csrf_token: csrfTokenIn(page.text), decision: 'approve', compute_id: project.compute.id };
    expect((await browser.post(path, fields)).status).toBe(303);
    expect((await web.loginRequests.find(request.id))?.status).toBe('approved');
  });

  it('happens once: the second attempt gets 409 and changes nothing', async () => {
    const { browser, address, project } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    const page = await browser.open(path);
    await approve(browser, page, { compute_id: project.compute.id });
    const again = await approve(browser, page, { compute_id: project.compute.id });
    const deny = await approve(browser, page, { decision: 'deny' });
    expect([again.status, deny.status]).toEqual([409, 409]);
    expect(again.text).toContain('Your terminal is being told.');
    expect((await web.loginRequests.find(request.id))?.status).toBe('approved');
  });

  it('answers a forged compute, account or project with 404 and keeps waiting', async () => {
    const { browser, address, project } = await newDeveloper(web);
    const stranger = (await newVisitor(web)).person;
    const foreign = await addProject(web.catalogue, stranger.accountId, 'secret plans');
    const { path, request } = await openLoginLink(web, { address });
    const page = await browser.open(path);
    const compute_id = project.compute.id;
    const forgeries: ReadonlyArray<Readonly<Record<string, string>>> = [
      { compute_id: foreign.compute.id },
      { compute_id: 'ep-nobody-knows-12345678' },
      { compute_id, account_id: stranger.accountId },
      { compute_id, project_id: foreign.project.id },
    ];
    for (const forged of forgeries) {
      const answer = await approve(browser, page, forged);
      expect(answer.status).toBe(404);
      expect(answer.text).not.toContain('secret plans');
    }
    expect((await web.loginRequests.find(request.id))?.status).toBe('claimed');
  });

  it('with an hour to remember creates a grant for this terminal', async () => {
    const { browser, address, project, person } = await newDeveloper(web);
    const { path } = await openLoginLink(web, { address });
    const page = await browser.open(path);
    await approve(browser, page, { compute_id: project.compute.id, remember: '1h', access: 'read_only' });
    expect(await web.grants.list(person.userId)).toMatchObject([
      { computeId: project.compute.id, access: 'read_only', address, usesLeft: null },
    ]);
  });

  it('releases by one tick the listed connections that the person opened', async () => {
    const { browser, address, project } = await newDeveloper(web);
    const first = await openLoginLink(web, { address });
    const opened = await openLoginLink(web, { address });
    await browser.open(opened.path);
    const page = await browser.open(first.path);
    const unlisted = await openLoginLink(web, { address });
    await browser.open(unlisted.path);
    const listed = [...page.text.matchAll(/name="waiting_id" value="([^"]+)"/g)].map(([, id]) => id ?? '');
    expect(listed).toEqual([opened.request.id]);
    const fields = new URLSearchParams({ compute_id: project.compute.id, release_waiting: 'yes' });
    for (const id of listed) fields.append('waiting_id', id);
    await approve(browser, page, fields);
    expect(await statusesOf(first, opened, unlisted)).toEqual(['approved', 'approved', 'claimed']);
  });

  it('releases no connection that nobody opened unless its code is typed', async () => {
    // One click sent a neighbour's waiting psql of the same name into the person's database.
    const { browser, address, project } = await newDeveloper(web);
    const first = await openLoginLink(web, { address });
    const typed = await openLoginLink(web, { address });
    const neighbours = await openLoginLink(web, { address });
    const page = await browser.open(first.path);
    expect(page.text).toContain('2 more connections with the same address, user and application.');
    for (const { request } of [typed, neighbours]) expect(page.text).not.toContain(request.userCode);
    const fields = new URLSearchParams({ compute_id: project.compute.id, release_waiting: 'yes' });
    for (const { request } of [typed, neighbours]) fields.append('waiting_id', request.id);
    fields.append('waiting_codes', `${typed.request.userCode.toLowerCase()}, nonsense`);
    await approve(browser, page, fields);
    expect(await statusesOf(first, typed, neighbours)).toEqual(['approved', 'approved', 'pending']);
  });
});

type Opened = Awaited<ReturnType<typeof openLoginLink>>;

function statusesOf(...links: readonly Opened[]) {
  return Promise.all(links.map(async ({ request }) => (await web.loginRequests.find(request.id))?.status));
}

describe('a terminal that other people may share', () => {
  it('says what an approval is worth that is remembered', async () => {
    const { browser, address } = await newDeveloper(web);
    const page = await browser.open((await openLoginLink(web, { address })).path);
    const text = page.text.replace(/<[^>]+>/g, '');
    expect(text).toContain(`Remembered, it lets in every psql at ${address} that says it is user`);
    expect(page.text).toContain('value="8h"');
  });

  it('is remembered for an hour at most once another person was seen at its address', async () => {
    const { browser, address, project, person } = await newDeveloper(web);
    const stranger = (await newVisitor(web)).person;
    await rememberLoginName(web.catalogue, stranger.userId, loginNameOf({ address, requestedUser: 'other' }));
    const { path } = await openLoginLink(web, { address, requestedUser: person.email });
    const page = await browser.open(path);
    expect(page.text).toContain('Other people connect from here, so it lasts an hour at most.');
    expect(page.text).not.toContain('value="8h"');
    const forged = await approve(browser, page, { compute_id: project.compute.id, remember: '8h' });
    expect([forged.status, forged.text]).toEqual([412, expect.stringContaining('an hour at most')]);
    await approve(browser, page, { compute_id: project.compute.id, remember: '1h' });
    expect(await web.grants.list(person.userId)).toHaveLength(1);
  });

  it('is remembered under no name but the own where other people are', async () => {
    // A neighbour approved `psql -U ann` before Ann came, and her first psql was in the neighbour's
    // database.
    const { browser, address, project, person } = await newDeveloper(web);
    const stranger = (await newVisitor(web)).person;
    await rememberLoginName(web.catalogue, stranger.userId, loginNameOf({ address, requestedUser: 'other' }));
    const page = await browser.open((await openLoginLink(web, { address, requestedUser: 'ann' })).path);
    expect(page.text).not.toContain('name="remember"');
    expect(page.text).toContain('With your email address as the user');
    const forged = await approve(browser, page, { compute_id: project.compute.id, remember: '1h' });
    expect([forged.status, forged.text]).toEqual([412, expect.stringContaining('under your own name only')]);
    const [localPart = ''] = person.email.split('@');
    const offersAnHour = async (requestedUser: string) =>
      (await browser.open((await openLoginLink(web, { address, requestedUser })).path)).text.includes('value="1h"');
    expect([await offersAnHour(person.email), await offersAnHour(localPart)]).toEqual([true, true]);
    const namesake = { email: `${localPart}@elsewhere.test`, name: 'namesake', password: null };
    await createUser(web.catalogue, SYSTEM_CONTEXT, namesake);
    expect([await offersAnHour(person.email), await offersAnHour(localPart)]).toEqual([true, false]);
  });

  it('says whom it lets in where nothing waits for the approval', async () => {
    const { browser, address } = await newDeveloper(web);
    const page = await browser.open((await openLoginLink(web, { address, noticeBlind: true })).path);
    const text = page.text.replace(/<[^>]+>/g, '');
    expect(text).toContain(`lets in the next psql from ${address} that says it is user alice, within 2 minutes`);
  });

  it('is not remembered where its user may be another person', async () => {
    const { browser, address, project, person } = await newDeveloper(web);
    const stranger = (await newVisitor(web)).person;
    const { path, request } = await openLoginLink(web, { address });
    const { requestedUser } = request.origin;
    await rememberLoginName(web.catalogue, stranger.userId, loginNameOf({ address, requestedUser }));
    const page = await browser.open(path);
    expect(page.text).not.toContain('name="remember"');
    expect(page.text).toContain('may also be somebody else');
    const forged = await approve(browser, page, { compute_id: project.compute.id, remember: '1h' });
    expect([forged.status, forged.text]).toEqual([412, expect.stringContaining('no approval of it is remembered')]);
    await approve(browser, page, { compute_id: project.compute.id });
    expect(await web.grants.list(person.userId)).toEqual([]);
    expect((await web.loginRequests.find(request.id))?.status).toBe('approved');
  });

  it('is nobody behind a port forward: a code is asked, nothing is remembered', async () => {
    // Everybody behind a forward was "this machine", and no code was asked.
    const { browser, project, person } = await newDeveloper(web);
    const loopback = { address: '127.0.0.1', locality: { kind: 'forwarded' } } as const;
    const page = await browser.open((await openLoginLink(web, loopback)).path);
    expect(page.text).not.toContain('own machine');
    expect(page.text).toContain('everybody behind a port forward looks like this terminal');
    expect(page.text).not.toContain('name="remember"');
    const forged = await approve(browser, page, { compute_id: project.compute.id, remember: '1h' });
    expect(forged.status).toBe(412);
    const { location } = await approve(browser, page, { compute_id: project.compute.id });
    expect((await browser.get(location ?? '')).text).toMatch(/>\d{3} \d{3}</);
    expect(await web.grants.list(person.userId)).toEqual([]);
  });

  it('on the machine itself shows its Unix user', async () => {
    const { browser } = await newDeveloper(web);
    const here = { address: '127.0.0.1', locality: { kind: 'local', unixUser: 1000 } } as const;
    const page = await browser.open((await openLoginLink(web, here)).path);
    expect(page.text).toContain('the gateway’s own machine, Unix user 1000');
  });

  it('asks a client that comes back for a code where its user may be another person', async () => {
    const { browser, address, project, person } = await newDeveloper(web);
    const stranger = (await newVisitor(web)).person;
    const { path, request } = await openLoginLink(web, { address, noticeBlind: true });
    const { requestedUser } = request.origin;
    await rememberLoginName(web.catalogue, stranger.userId, loginNameOf({ address, requestedUser }));
    const page = await browser.open(path);
    const { location } = await approve(browser, page, { compute_id: project.compute.id });
    const answer = await browser.get(location ?? '');
    expect(answer.text).toMatch(/>\d{3} \d{3}</);
    expect((await web.loginRequests.find(request.id))?.stepUp).toBe('reverse_code');
    expect(await web.grants.list(person.userId)).toEqual([]);
  });
});

describe('denying', () => {
  it('ends the request, and the page says so', async () => {
    const { browser, address } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    const page = await browser.open(path);
    await approve(browser, page, { decision: 'deny' });
    expect((await web.loginRequests.find(request.id))?.status).toBe('denied');
    expect((await browser.get(page.path)).text).toContain('Nobody got in. Your terminal is told in a moment.');
    await web.loginRequests.grace.finishDenial(request.id);
    expect((await browser.get(page.path)).text).toContain('Nobody got in, and the terminal has been told.');
  });

  it('blocks the address for that person after "this was not me"', async () => {
    const { browser, address } = await newDeveloper(web);
    const first = await openLoginLink(web, { address });
    await approve(browser, await browser.open(first.path), { decision: 'report' });
    const second = await openLoginLink(web, { address });
    const blocked = await browser.open(second.path);
    expect(blocked.status).toBe(403);
    expect((await web.loginRequests.find(second.request.id))?.status).toBe('pending');
    const other = (await newVisitor(web)).browser;
    expect((await other.open(second.path)).status).toBe(200);
  });
});

describe('the end of a login request', () => {
  it('by expiry is shown with 410', async () => {
    const shortLived = await startWeb({}, { ttlMs: 100 });
    onTestFinished(() => shortLived.close());
    const { browser, address } = await newVisitor(shortLived);
    const { path, request } = await openLoginLink(shortLived, { address });
    await waitUntil(
      async () => (await shortLived.loginRequests.find(request.id))?.status === 'expired',
      'the link expires',
    );
    const page = await browser.open(path);
    expect([page.status, page.text.includes('This link has expired')]).toEqual([410, true]);
  });

  it('by a closed terminal is shown, and a late approval is refused', async () => {
    const { browser, address, project } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    const page = await browser.open(path);
    await web.loginRequests.abandon(request.id, 'terminal_closed');
    expect((await approve(browser, page, { compute_id: project.compute.id })).status).toBe(409);
    expect((await browser.get(page.path)).text).toContain('The terminal closed');
  });
});

describe('a terminal at another address', () => {
  // A browser over IPv6 and psql over IPv4 were asked for a code for ever.
  it('of another family is proven once, and then approved without a code', async () => {
    const { browser, project, person } = await newDeveloper(web);
    const address = `2001:db8:${person.userId.slice(0, 4)}:${person.userId.slice(4, 8)}::5`;
    const first = await openLoginLink(web, { address });
    const page = await browser.open(first.path);
    const { location } = await approve(browser, page, { compute_id: project.compute.id });
    const digits = />(\d{3} \d{3})<\/output>/.exec((await browser.get(location ?? '')).text)?.[1] ?? '';
    const { requestedUser } = first.request.origin;
    expect((await web.reverseCodes.check({ address, requestedUser }, digits)).kind).toBe('consumed');
    const again = await openLoginLink(web, { address });
    const next = await browser.open(again.path);
    expect(next.text).not.toContain('name="user_code"');
    const { status } = await approve(browser, next, { compute_id: project.compute.id });
    expect([status, (await web.loginRequests.find(again.request.id))?.status]).toEqual([303, 'approved']);
  });

  it('is named beside the browser, and a new one needs digits typed in the terminal', async () => {
    const { browser, project, person } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address: ELSEWHERE });
    const page = await browser.open(path);
    expect(page.text).toContain('On another network than you');
    const { location } = await approve(browser, page, { compute_id: project.compute.id });
    const answer = await browser.get(location ?? '');
    const digits = />(\d{3} \d{3})<\/output>/.exec(answer.text)?.[1] ?? '';
    expect(answer.text).toContain('Type this only into your own terminal.');
    expect((await web.loginRequests.find(request.id))?.status).toBe('claimed');
    const checked = await web.reverseCodes.check({ address: ELSEWHERE, requestedUser: 'alice' }, digits);
    expect(checked).toMatchObject({ kind: 'consumed', request: { approval: { userId: person.userId } } });
  });

  it('that is known needs its code on the page, and five wrong ones deny', async () => {
    const { browser, project, person } = await newDeveloper(web);
    await rememberTerminal(web.catalogue, person.userId, ELSEWHERE);
    const { path, request } = await openLoginLink(web, { address: ELSEWHERE });
    const page = await browser.open(path);
    const compute_id = project.compute.id;
    expect((await approve(browser, page, { compute_id })).text).toContain('Type the code that your terminal shows.');
    for (let tries = 0; tries < 4; tries += 1) {
      expect((await approve(browser, page, { compute_id, user_code: 'BBBB-BBBB' })).status).toBe(400);
    }
    expect((await approve(browser, page, { compute_id, user_code: 'BBBB-BBBB' })).status).toBe(409);
    expect((await web.loginRequests.find(request.id))?.status).toBe('denied');
  });

  it('is admitted when the code is right, in any case and without its hyphen', async () => {
    const { browser, project, person } = await newDeveloper(web);
    await rememberTerminal(web.catalogue, person.userId, ELSEWHERE);
    const { path, request } = await openLoginLink(web, { address: ELSEWHERE });
    const page = await browser.open(path);
    const user_code = request.userCode.replace('-', '').toLowerCase();
    await approve(browser, page, { compute_id: project.compute.id, user_code });
    expect((await web.loginRequests.find(request.id))?.status).toBe('approved');
  });
});

async function approve(
  browser: BrowserJar,
  page: { readonly path: string; readonly text: string },
  fields: Readonly<Record<string, string>> | URLSearchParams,
) {
  const form = new URLSearchParams({ decision: 'approve', csrf_token: csrfTokenIn(page.text) });
  for (const [name, value] of new URLSearchParams(fields)) {
    if (name === 'decision') form.set(name, value);
    else form.append(name, value);
  }
  return await browser.post(page.path, form);
}

function connected() {
  return {
    kind: 'connected',
    database: 'appdb',
    databaseRole: 'app',
    projectName: 'shop',
    connectionId: newConnectionId(),
  } as const;
}

function withoutTokens(html: string): string {
  return html.replace(/name="csrf_token" value="[^"]+"/g, '');
}
