import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LOGOUT_PATH } from '../../../src/http/sign-in/logout-routes.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

let server: Server;
let issuer: string;
let web: WebForTests;
/** How the provider answers next. */
let answer: (response: ServerResponse, path: string) => void;
let asked: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(response, request.url ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('the provider has no port');
  issuer = `http://localhost:${at.port}`;
});

beforeEach(async () => {
  asked = [];
  answer = (response) => response.writeHead(503).end();
  web = await startWeb({
    POSTERN_OIDC_ISSUER: issuer,
    POSTERN_OIDC_CLIENT_ID: 'postern',
    POSTERN_OIDC_CLIENT_SECRET: 'a client secret for tests',
  });
  return async () => await web.close();
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const click = async () => (await new BrowserJar(web.url).get('/sign-in/oidc?next=/')).status;
const describeProvider = (response: ServerResponse, path: string) => {
  if (!path.startsWith('/.well-known/')) return response.writeHead(500).end();
  const settings = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
  };
  return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(settings));
};

describe('an identity provider that is away', () => {
  it('is asked once for a hundred clicks, and signs people in when it is back', async () => {
    for (let round = 0; round < 10; round += 1) {
      const statuses = await Promise.all(Array.from({ length: 10 }, click));
      expect(new Set(statuses)).toEqual(new Set([502]));
    }
    expect(asked).toHaveLength(1);
    answer = describeProvider;
    await waitUntil(async () => (await click()) === 303, 'the provider is asked again');
    expect(asked).toHaveLength(2);
  });

  it('is asked once by all who wait for its answer', async () => {
    const held: ServerResponse[] = [];
    answer = (response) => held.push(response);
    const clicks = Array.from({ length: 20 }, click);
    await waitUntil(() => held.length > 0, 'the provider is asked');
    await new BrowserJar(web.url).get('/sign-in');
    for (const response of held) response.destroy();
    expect(new Set(await Promise.all(clicks))).toEqual(new Set([502]));
    expect(asked).toHaveLength(1);
  });

  it('is not asked for its keys by each forged logout', async () => {
    answer = describeProvider;
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'RS256', kid: 'k' })}.${part({ iss: issuer, aud: 'postern' })}.${'a'.repeat(342)}`;
    const send = async () => {
      const body = new URLSearchParams({ logout_token: token });
      return (await fetch(`${web.url}${LOGOUT_PATH}`, { method: 'POST', body })).status;
    };
    for (let count = 0; count < 20; count += 1) expect(await send()).toBe(400);
    expect(asked.filter((path) => path === '/keys')).toHaveLength(1);
  });
});
