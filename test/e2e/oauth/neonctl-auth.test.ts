import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOfSecret } from '../../../src/catalogue/store/random-secrets.ts';
import { WebClient } from '../../support/browser/web-client.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type ApiNode, startApiNode } from '../api/api-node.ts';
import { answerConsent, NeonctlWithConsent } from './run-neonctl-auth.ts';

let api: ApiNode;
/** As the discovery document names us, byte for byte. */
let url: string;

beforeAll(async () => {
  api = await startApiNode({ POSTERN_OAUTH_CLIENTS: 'neonctl,modest' });
  const response = await fetch(`${api.node.baseUrl}/.well-known/openid-configuration`);
  ({ issuer: url } = await response.json());
});

afterAll(() => api.close());

async function openBrowser(): Promise<WebClient> {
  const browser = new WebClient(url);
  await browser.signIn('alex@example.com');
  return browser;
}

async function signIn(cli: NeonctlWithConsent, browser: WebClient, ...more: string[]): Promise<void> {
  const { url: asking, done } = await cli.beginAuth(...more);
  await answerConsent(browser, asking, 'allow');
  const { code, stderr } = await done;
  expect(code, stderr).toBe(0);
}

describe('neonctl auth', () => {
  it('signs in, works, comes back after expiry, and asks again once it is revoked', async () => {
    await using folder = await temporaryFolder();
    const cli = new NeonctlWithConsent({ url, folder: folder.path });
    const browser = await openBrowser();
    await signIn(cli, browser);
    expect(await cli.json('me')).toMatchObject({ email: 'alex@example.com' });
    expect(await cli.json('projects', 'list')).toEqual({ projects: [], shared_with_you: [] });

    const before = await cli.credentials();
    const { db } = api.node.postern.catalogue;
    const expired = db.updateTable('oauth_tokens').set({ expires_at: new Date(0) });
    await expired.where('digest', '=', hashOfSecret(before.access_token)).execute();
    await cli.changeCredentials({ expires_at: 0 });
    expect(await cli.json('me')).toMatchObject({ email: 'alex@example.com' });
    const after = await cli.credentials();
    expect(after.access_token).not.toBe(before.access_token);
    expect(after.refresh_token).not.toBe(before.refresh_token);

    const sessions = await browser.get('/app/me/sessions');
    const path = /href="(\/app\/me\/sessions\/programs\/[^"]+)"/.exec(sessions.html)?.[1] ?? '';
    await browser.submit(await browser.get(path), {}, path);
    expect((await cli.run('me')).code).toBe(1);
    await signIn(cli, browser);
    expect(await cli.json('me')).toMatchObject({ email: 'alex@example.com' });
  });

  it('with few scopes is told by name which one is missing', async () => {
    await using folder = await temporaryFolder();
    const cli = new NeonctlWithConsent({ url, folder: folder.path, clientId: 'modest' });
    await signIn(cli, await openBrowser());
    expect(await cli.json('me')).toMatchObject({ email: 'alex@example.com' });
    const { code, stderr } = await cli.run('projects', 'list');
    expect([code, stderr]).toEqual([1, expect.stringContaining('urn:neoncloud:projects:read')]);
  });

  it('works on the other node, and is revoked there at once', async () => {
    await using folder = await temporaryFolder();
    const cli = new NeonctlWithConsent({ url, folder: folder.path });
    await signIn(cli, await openBrowser());
    const { access_token } = await cli.credentials();
    await using other = await api.startNode();
    const headers = { authorization: `Bearer ${access_token}` };
    const ask = () => fetch(`${other.baseUrl}/api/v2/users/me`, { headers });
    expect((await ask()).status).toBe(200);
    const keys = await Promise.all(
      [api.node.baseUrl, other.baseUrl].map(async (base) => await (await fetch(`${base}/oauth/jwks`)).json()),
    );
    expect(keys[0]).toEqual(keys[1]);
    const body = new URLSearchParams({ client_id: 'neonctl', token: access_token });
    expect((await fetch(`${api.node.baseUrl}/oauth/revoke`, { method: 'POST', body })).status).toBe(200);
    expect((await ask()).status).toBe(401);
  });

  it('ends without access when its person says no', async () => {
    await using folder = await temporaryFolder();
    const cli = new NeonctlWithConsent({ url, folder: folder.path });
    const { url: asking, done } = await cli.beginAuth();
    // neonctl hangs up on the browser when it is refused.
    await answerConsent(await openBrowser(), asking, 'deny').catch(() => null);
    const { code, stderr } = await done;
    expect([code, stderr]).toEqual([1, expect.stringContaining('access_denied')]);
  });
});
