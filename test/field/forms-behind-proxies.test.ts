// Every form of the web side behind haproxy and nginx, over HTTP/2 and beside 30 KB of cookies.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCookiesOfOthers, click } from '../http/forms/filled-form.ts';
import { FORMS, type FormsWeb, startFormsWeb } from '../http/forms/forms-web.ts';
import { freePort } from '../support/databases/redis-for-tests.ts';
import { startWebProxy } from './web-proxies.ts';

describe.each(['haproxy', 'nginx'] as const)('behind %s over http2', (which) => {
  let scene: FormsWeb;
  let proxy: Awaited<ReturnType<typeof startWebProxy>>;

  beforeAll(async () => {
    const [port, webPort] = [await freePort(), await freePort()];
    proxy = await startWebProxy(which, { port, webPort, http: 'http2' });
    scene = await startFormsWeb({
      POSTERN_PUBLIC_URL: `https://localhost:${port}`,
      POSTERN_HTTP_PORT: String(webPort),
    });
  });

  afterAll(async () => {
    await scene.close();
    await proxy.close();
  });

  it.each(FORMS)('%s is done, and leads to a page', async (_path, fill) => {
    const form = await fill(scene.web);
    addCookiesOfOthers(form.jar);
    const { status, location } = await click(form);
    // Of linking an identity: a page that leads to another site.
    if (location === null) return expect(status).toBe(200);
    const page = await form.jar.open(location);
    expect([status, page.status, /role="alert"[\s\S]{0,300}/.exec(page.text)?.[0]]).toEqual([303, 200, undefined]);
  });
});
