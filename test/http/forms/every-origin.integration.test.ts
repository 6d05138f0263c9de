// Every form of the web side at the addresses that a browser on the operator's machine may use
// instead of the public one, beside the cookies of other applications there.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { startTcpRelay } from '../../support/nodes/tcp-relay-for-tests.ts';
import { addCookiesOfOthers, click, type FilledForm } from './filled-form.ts';
import { FORMS, type FormsWeb, startFormsWeb } from './forms-web.ts';

let scene: FormsWeb;

beforeAll(async () => {
  scene = await startFormsWeb();
});

afterAll(() => scene.close());

/** The same browser, which has opened the form's page at another origin. */
function movedTo(origin: string, form: FilledForm): FilledForm {
  const jar = new BrowserJar(origin, { address: form.jar.address });
  const [before, after] = [new URL(form.web.url).port, new URL(origin).port];
  for (const [name, value] of form.jar.cookies)
    jar.setCookie(name.replace(new RegExp(`_${before}$`), `_${after}`), value);
  return { ...form, jar };
}

async function expectDone(form: FilledForm): Promise<void> {
  const { status, location } = await click(form);
  // Of linking an identity: a page that leads to another site.
  if (location === null) return expect(status).toBe(200);
  const page = await form.jar.open(location);
  expect([status, page.status, /role="alert"[\s\S]{0,300}/.exec(page.text)?.[0]]).toEqual([303, 200, undefined]);
}

describe('every form of the web side', () => {
  it.each(FORMS)('%s is done at 127.0.0.1', async (_path, fill) => {
    const form = await fill(scene.web);
    await expectDone(movedTo(form.web.localUrl, form));
  });

  it.each(FORMS)('%s is done through a forward, beside 30 KB of cookies', async (_path, fill) => {
    const form = await fill(scene.web);
    await using relay = await startTcpRelay(Number(new URL(form.web.localUrl).port));
    const moved = movedTo(`http://localhost:${relay.port}`, form);
    addCookiesOfOthers(moved.jar);
    await expectDone(moved);
  });
});
