import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCIM_PREFIX } from '../../../src/http/scim/scim-call.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import {
  addPersonWithPassword,
  newDeveloper,
  newIdentity,
  openLoginLink,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { routesOf } from '../app/routes-of.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

const OWN = { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' };

describe('every route that changes something by cookie', () => {
  it('is found by walking the router', () => {
    const changing = changingRoutes();
    expect(changing.map(({ path }) => path).sort()).toEqual(
      expect.arrayContaining(['/invitations/:token', '/psql_session/:key', '/setup/:code', '/sign-in', '/sign-out']),
    );
  });

  it('refuses a request from another site, with the right token, too', async () => {
    const { browser } = await newDeveloper(web);
    const csrf_token = await browser.csrfToken('/');
    for (const { method, path } of changingRoutes()) {
      const at = path.replaceAll(/:\w+/g, 'lr-00000000000000000000');
      const forged = [
        await browser.send(method, at, { csrf_token }, {}),
        await browser.send(method, at, { csrf_token }, { Origin: 'null' }),
        await browser.send(method, at, { csrf_token }, { Origin: 'https://evil.example' }),
        await browser.send(method, at, { csrf_token }, { 'Sec-Fetch-Site': 'cross-site' }),
        await browser.send(method, at, { csrf_token }, { 'Sec-Fetch-Site': 'same-site', Origin: web.url }),
        await browser.send(
          method,
          at,
          { csrf_token },
          { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.example' },
        ),
      ];
      expect(
        forged.map(({ status }) => status),
        `${method} ${path}`,
      ).toEqual(forged.map(() => 403));
    }
  });

  it('leads back to a page instead of being carried out without the right token', async () => {
    const { browser } = await newDeveloper(web);
    await browser.get('/');
    for (const { method, path } of changingRoutes().filter(({ path }) => !path.startsWith('/api/'))) {
      const at = path.replaceAll(/:\w+/g, 'lr-00000000000000000000');
      for (const csrf_token of ['', 'AAAA']) {
        const answer = await browser.send(method, at, { csrf_token }, OWN);
        expect([answer.status, answer.location?.split('?')[0]], `${method} ${path}`).toEqual([303, at]);
        const page = await browser.get(answer.location ?? '');
        expect(page.status, `GET ${path}`).not.toBe(405);
      }
      const program = await browser.send(method, at, {}, { ...OWN, Accept: 'application/json' });
      expect(program.status).toBe(403);
      expect(browser.session).not.toBe(null);
    }
  });

  it('of the API refuses a browser without the right token', async () => {
    const { browser } = await newDeveloper(web);
    for (const { method, path } of changingRoutes().filter(({ path }) => path.startsWith('/api/'))) {
      const at = path.replaceAll(/:\w+/g, 'lr-00000000000000000000');
      expect((await browser.send(method, at, { csrf_token: 'AAAA' }, OWN)).status, `${method} ${path}`).toBe(403);
    }
  });

  it('is not carried out for a visitor without the token of the visitor cookie', async () => {
    const csrf_token = await new BrowserJar(web.url).csrfToken('/sign-in');
    for (const { method, path } of changingRoutes()) {
      const at = path.replaceAll(/:\w+/g, 'lr-00000000000000000000');
      const answer = await new BrowserJar(web.url).send(method, at, { csrf_token }, OWN);
      const isBack = answer.status === 303 && answer.location?.split('?')[0] === at;
      expect(isBack || answer.status === 403, `${method} ${path} ${answer.status} ${answer.location}`).toBe(true);
    }
  });
});

it('SCIM takes no cookie', async () => {
  const scim = routesOf(web.app).filter(({ path }) => isScim(path));
  expect(scim.length).toBeGreaterThan(10);
  const { browser } = await newDeveloper(web);
  for (const { method, path } of scim) {
    const answer = await browser.send(method, path.replaceAll(/:\w+/g, 'x'), {}, OWN);
    expect(answer.status, `${method} ${path}`).toBe(401);
  }
});

describe('a sign-in form', () => {
  it('cannot be sent from another site to sign a person in as somebody else', async () => {
    const { email } = await addPersonWithPassword(web);
    const attacker = new BrowserJar(web.url, { address: newIdentity().address });
    const csrf_token = await attacker.csrfToken('/sign-in');
    const victim = new BrowserJar(web.url, { address: newIdentity().address });
    const fields = { csrf_token, email, password: PASSWORD };
    expect((await victim.post('/sign-in', fields, { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await victim.post('/sign-in', fields, OWN)).location).toMatch(/^\/sign-in\?kept=/);
    expect(victim.session).toBe(null);
  });
});

describe('a decision', () => {
  it('from another site changes nothing', async () => {
    const { browser, address, project } = await newDeveloper(web);
    const { path, request } = await openLoginLink(web, { address });
    await browser.open(path);
    const csrf_token = await browser.csrfToken('/');
    const fields = { csrf_token, decision: 'approve', compute_id: project.compute.id };
    await browser.post(`/psql_session/${request.id}`, fields, { 'Sec-Fetch-Site': 'cross-site' });
    expect((await web.loginRequests.find(request.id))?.status).toBe('claimed');
  });
});

function changingRoutes() {
  return routesOf(web.app).filter(
    ({ method, path }) => !['GET', 'HEAD'].includes(method) && !isScim(path) && !path.startsWith('/oauth/'),
  );
}

/** By keys alone, and devices by codes: no cookie is looked at there. */
const isScim = (path: string) => path.startsWith(SCIM_PREFIX);
