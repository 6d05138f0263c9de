import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { addPersonWithPassword, PASSWORD, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb({ POSTERN_PUBLIC_URL: 'http://localhost:8080' });
});

afterAll(() => web.close());

/** Signs in at the server as a browser does that sees it at that origin, perhaps by a forward. */
async function signInAt(host: string, headers: Readonly<Record<string, string>>, server = web) {
  const { email } = await addPersonWithPassword(server);
  const page = await ask(server, host);
  const cookie = page.cookies.map((one) => one.split(';')[0]).join('; ');
  const csrf_token = csrfTokenIn(page.text);
  const body = new URLSearchParams({ csrf_token, email, password: PASSWORD, next: '/app' }).toString();
  const form = { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers };
  return await ask(server, host, { method: 'POST', headers: form, body });
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** As fetch, which does not let the host be named. */
async function ask({ localUrl }: WebForTests, host: string, { method, headers, body }: Asked = {}) {
  const { request } = await import('node:http');
  return await new Promise<{ status: number; text: string; cookies: string[]; location: string | undefined }>(
    (resolve, reject) => {
      const sent = request(
        `${localUrl}/sign-in`,
        { method, headers: { accept: 'text/html', host, ...headers } },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          answer.on('end', () => {
            const { location, 'set-cookie': cookies = [] } = answer.headers;
            resolve({ status: answer.statusCode ?? 0, text, cookies, location });
          });
        },
      );
      sent.on('error', reject).end(body);
    },
  );
}

const OWN = { 'sec-fetch-site': 'same-origin', origin: 'null' };

// Every form was answered 403 under any name but the configured one.
describe('an installation for its own machine', () => {
  it.each(['localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'postern.localhost:8080', 'localhost:9999', '127.0.0.1'])(
    'takes forms of a browser that sees it at %s',
    async (host) => {
      const answer = await signInAt(host, OWN);
      expect([answer.status, answer.location]).toEqual([303, '/app']);
      const old = await signInAt(host, { origin: `http://${host}` });
      expect([old.status, old.location]).toEqual([303, '/app']);
    },
  );

  it('takes forms through a forward that rewrites the host, by the browser’s own word', async () => {
    const headers = { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:9999' };
    expect((await signInAt('localhost:8080', headers)).status).toBe(303);
  });

  it.each<Readonly<Record<string, string>>>([
    { origin: 'http://localhost:3000' },
    { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' },
    { origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
    { origin: 'http://localhost.evil.example' },
    { origin: 'null' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
  ])('refuses a form of another application: %o', async (headers) => {
    const answer = await signInAt('localhost:8080', headers);
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('Open http://localhost:8080 itself');
  });

  it('refuses a host that is no loopback name', async () => {
    const answer = await signInAt('evil.example:8080', { origin: 'http://evil.example:8080' });
    expect(answer.status).toBe(403);
  });

  it('names its cookies for the port, since another installation may be on another', async () => {
    const names = async (host: string) =>
      (await signInAt(host, OWN)).cookies
        .map((cookie) => cookie.split('=')[0])
        .filter((name) => /session/.test(name ?? ''));
    expect(await names('localhost:8080')).toEqual(['postern_session_8080']);
    expect(await names('localhost:9999')).toEqual(['postern_session_9999']);
  });
});

describe('an installation with a public name', () => {
  it('takes forms at this name only', async () => {
    const named = await startWeb({ POSTERN_PUBLIC_URL: 'https://postern.example' });
    onTestFinished(() => named.close());
    expect((await signInAt('postern.example', { origin: 'https://postern.example' }, named)).status).toBe(303);
    for (const origin of ['http://localhost:8080', 'http://127.0.0.1:8080', 'https://postern.example:8443']) {
      expect((await signInAt(new URL(origin).host, { origin }, named)).status).toBe(403);
    }
  });
});
