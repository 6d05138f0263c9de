import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_API_ROUTES } from '../../../src/http/api/all-routes.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('the documentation', () => {
  it('is open to everybody, by chapter and by search', async () => {
    expect(await pageAt('/docs')).toContain('<a class="docs-card" href="/docs/connect">');
    expect(await pageAt('/docs/operate')).toContain('<h2 id="drain">Drain</h2>');
    expect(await pageAt('/docs/decisions')).toContain('href="/docs/decisions/015-preact-on-the-server"');
    expect(await pageAt('/docs/search?q=saved+password')).toContain('href="/docs/errors#how-a-connection-can-end"');
    expect(await pageAt('/docs/search?q=%3Cscript%3E')).not.toContain('<script>');
  });

  it('answers 404 for a chapter that it does not have', async () => {
    for (const path of ['/docs/nothing', '/docs/api/nothing', '/docs/decisions/..%2f..%2fREADME']) {
      const response = await fetch(web.localUrl + path, { headers: { accept: BROWSER } });
      expect(response.status, path).toBe(404);
    }
  });
});

describe('the API reference', () => {
  it('has every route, with a curl command and its fields', async () => {
    const index = await pageAt('/docs/api');
    const groups = new Set([...index.matchAll(/href="(\/docs\/api\/[\w-]+)#/g)].map(([, path = '']) => path));
    const pages = (await Promise.all([...groups].map(pageAt))).join('');
    for (const { operationId, method } of ALL_API_ROUTES) {
      expect(index).toContain(`#${operationId}"`);
      expect(pages).toContain(`<h2 id="${operationId}">`);
      expect(curlOf(pages, operationId)).toMatch(
        method === 'get' ? /^curl &quot;/ : `curl -X ${method.toUpperCase()} `,
      );
    }
    const objects = await pageAt('/docs/api/objects');
    const linked = [...pages.matchAll(/href="\/docs\/api\/objects#(\w+)"/g)].map(([, name = '']) => name);
    expect(linked.length).toBeGreaterThan(50);
    expect(linked.filter((name) => !objects.includes(`<h2 id="${name}">`))).toEqual([]);
  });
});

describe('the address of the API', () => {
  it('says to people what it is', async () => {
    for (const path of ['/api/v2', '/api/v2/']) {
      const page = await pageAt(path);
      expect(page).toContain('This address is for programs');
      expect(page).toContain('href="/docs/api"');
    }
  });

  it('names the documents to programs', async () => {
    for (const accept of ['*/*', 'application/json', 'application/json, text/plain, */*']) {
      const response = await fetch(`${web.localUrl}/api/v2/`, { headers: { accept } });
      expect(await response.json()).toMatchObject({
        documentation: `${web.url}/docs/api`,
        openapi: `${web.url}/api/v2/openapi.json`,
      });
    }
  });
});

function curlOf(pages: string, operationId: string): string {
  const [, after = ''] = pages.split(`<h2 id="${operationId}">`);
  return /<pre class="command" tabindex="0"><code>([^<]+)</.exec(after)?.[1] ?? '';
}

async function pageAt(path: string): Promise<string> {
  const response = await fetch(web.localUrl + path, { headers: { accept: BROWSER } });
  expect(response.status, path).toBe(200);
  return response.text();
}
