// The session was looked up before the body was read: a body that trickled in for minutes was
// carried out for a session that had ended meanwhile.

import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPersonalKey, revokePersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { endAllBrowserSessions } from '../../../src/catalogue/accounts/browser-sessions.ts';
import type { BrowserJar } from '../../support/browser/browser-jar.ts';
import { newVisitor, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

interface Trickle {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends half of the body, then the rest once `meanwhile` is done. */
async function trickle({ path, headers, body }: Trickle, meanwhile: () => Promise<unknown>): Promise<IncomingMessage> {
  const before = web.queries.count;
  const length = { 'Content-Length': String(Buffer.byteLength(body)) };
  const sent: ClientRequest = httpRequest(`${web.url}${path}`, { method: 'POST', headers: { ...headers, ...length } });
  const answered = once(sent, 'response');
  sent.write(body.slice(0, 5));
  if (headers.Cookie !== undefined) await waitUntil(() => web.queries.count > before, 'the session was looked up');
  await meanwhile();
  sent.end(body.slice(5));
  const [response] = (await answered) as [IncomingMessage];
  response.resume();
  return response;
}

async function signedIn() {
  const { person, browser } = await newVisitor(web);
  const csrf_token = await browser.csrfToken('/app/me/profile');
  const headers = { Cookie: cookiesOf(browser), 'Sec-Fetch-Site': 'same-origin', Origin: 'null' };
  const context = await actingAs(web.catalogue, person);
  const nameOf = async () =>
    (
      await web.catalogue.db
        .selectFrom('users')
        .select('name')
        .where('id', '=', person.userId)
        .executeTakeFirstOrThrow()
    ).name;
  return { person, csrf_token, headers, context, nameOf };
}

const cookiesOf = (jar: BrowserJar) => [...jar.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

describe('a body that comes slowly', () => {
  it('is carried out while its session lives', async () => {
    const { csrf_token, headers, nameOf } = await signedIn();
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' };
    const body = new URLSearchParams({ csrf_token, name: 'Slow Ann' }).toString();
    const answer = await trickle({ path: '/app/me/profile', headers: { ...headers, ...form }, body }, async () => {});
    expect(answer.statusCode).toBe(303);
    expect(await nameOf()).toBe('Slow Ann');
  });

  it('changes nothing as a form once its session has ended', async () => {
    const { person, csrf_token, headers, context, nameOf } = await signedIn();
    const form = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' };
    const body = new URLSearchParams({ csrf_token, name: 'Late Eve' }).toString();
    await trickle({ path: '/app/me/profile', headers: { ...headers, ...form }, body }, () =>
      endAllBrowserSessions(web.catalogue, context, person.userId),
    );
    expect(await nameOf()).not.toBe('Late Eve');
  });

  it.each([
    // The token of its form is that of nobody now.
    ['its session has ended', 'session', 403],
    ['its API key was revoked', 'key', 401],
  ] as const)('makes no API key once %s', async (_when, by, status) => {
    const { person, csrf_token, headers: own, context } = await signedIn();
    const { key, apiKey } = await createPersonalKey(web.catalogue, context, { name: 'first' });
    const headers: Record<string, string> =
      by === 'session' ? { ...own, 'X-CSRF-Token': csrf_token } : { Authorization: `Bearer ${key.reveal()}` };
    const body = JSON.stringify({ key_name: 'late' });
    const answer = await trickle({ path: '/api/v2/api_keys', headers, body }, async () => {
      if (by === 'session') await endAllBrowserSessions(web.catalogue, context, person.userId);
      else await revokePersonalKey(web.catalogue, context, apiKey.id);
    });
    expect(answer.statusCode).toBe(status);
    const keys = web.catalogue.db.selectFrom('api_keys').select('name').where('user_id', '=', person.userId);
    expect((await keys.execute()).map(({ name }) => name)).not.toContain('late');
  });
});
