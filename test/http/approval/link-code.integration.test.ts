import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rememberTerminal } from '../../../src/catalogue/access/last-used-targets.ts';
import { BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';
import {
  ELSEWHERE,
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

async function typeCode(browser: BrowserJar, user_code: string) {
  return await browser.post('/link', { user_code, csrf_token: await browser.csrfToken('/link') });
}

describe('a code typed at /link', () => {
  it('asks a stranger to sign in and comes back', async () => {
    expect((await new BrowserJar(web.url).get('/link')).location).toBe(`/sign-in?next=${encodeURIComponent('/link')}`);
  });

  it('leads to the login request as its link would, however it is written', async () => {
    const { browser, address } = await newDeveloper(web);
    const { request } = await openLoginLink(web, { address });
    const { status, location } = await typeCode(browser, ` ${request.userCode.replace('-', '').toLowerCase()} `);
    expect([status, location]).toEqual([303, `/psql_session/${request.id}`]);
    const page = await browser.get(location ?? '');
    expect(page.text).toContain('Code matches');
    expect((await typeCode(browser, request.userCode)).location).toBe(location);
  });

  it('opens what a client was shown that does not wait', async () => {
    const { browser, address } = await newDeveloper(web);
    const { origin } = (await openLoginLink(web, { address })).request;
    const offer = await web.loginRequests.offers.make({ ...origin, noticeBlind: true, requestedDatabase: 'offered' });
    expect((await typeCode(browser, offer.userCode)).location).toBe(`/psql_session/${offer.id}`);
  });

  it('need not be typed again where a known terminal at another address asks for it', async () => {
    const { browser, person, project } = await newDeveloper(web);
    await rememberTerminal(web.catalogue, person.userId, ELSEWHERE);
    const { request } = await openLoginLink(web, { address: ELSEWHERE });
    const { location } = await typeCode(browser, request.userCode);
    const page = await browser.get(location ?? '');
    expect(page.text).not.toContain('name="user_code"');
    const fields = { decision: 'approve', compute_id: project.compute.id, csrf_token: csrfTokenIn(page.text) };
    await browser.post(location ?? '', fields);
    expect((await web.loginRequests.find(request.id))?.status).toBe('approved');
  });

  it('does not spare a new terminal at another address its digits', async () => {
    const { browser, project } = await newDeveloper(web);
    const { request } = await openLoginLink(web, { address: ELSEWHERE });
    const { location } = await typeCode(browser, request.userCode);
    const csrf_token = csrfTokenIn((await browser.get(location ?? '')).text);
    await browser.post(location ?? '', { decision: 'approve', compute_id: project.compute.id, csrf_token });
    expect((await web.loginRequests.find(request.id))?.status).toBe('claimed');
  });

  it('answers alike for codes that nobody has and for those of others', async () => {
    const { browser, address } = await newDeveloper(web);
    const other = (await newVisitor(web)).browser;
    const { path, request } = await openLoginLink(web, { address });
    await browser.open(path);
    const answers = await Promise.all(
      [request.userCode, 'BBBB-BBBB', 'nonsense', ''].map((code) => typeCode(other, code)),
    );
    for (const { status, text } of answers) {
      expect([status, text.includes('No terminal is waiting with this code.')]).toEqual([404, true]);
      expect(text).not.toContain(request.id);
    }
    expect((await web.loginRequests.find(request.id))?.claim?.userId).not.toBe(undefined);
  });

  it('is looked up twenty times in 15 minutes for a person, wherever the browser is', async () => {
    const { browser, address } = await newDeveloper(web);
    const { request } = await openLoginLink(web, { address });
    for (let tries = 0; tries < 20; tries += 1) await typeCode(browser, 'BBBB-BBBB');
    expect((await typeCode(browser, request.userCode)).status).toBe(429);
    expect((await web.loginRequests.find(request.id))?.status).toBe('pending');
  });
});
