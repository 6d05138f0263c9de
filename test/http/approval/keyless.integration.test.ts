// What a policy for terminals without a key does to an approval and to its page.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { rememberKey } from '../../../src/catalogue/people/terminal-keys.ts';
import { changeComputePolicy } from '../../../src/catalogue/projects/computes.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newDeveloper, openLoginLink, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';

const HOUR_MS = 3_600_000;
const KEY = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

async function openPage(
  longestKeylessGrantMs: number,
  key: string | null,
  unasked: 'no' | 'no_keys' | 'has_key' = 'no',
) {
  const { browser, project, address, person } = await newDeveloper(web);
  const computeId = project.compute.id;
  await changeComputePolicy(web.catalogue, SYSTEM_CONTEXT, { computeId, policy: { longestKeylessGrantMs } });
  if (unasked === 'has_key') await rememberKey(web.catalogue, person.userId, { fingerprint: KEY, address });
  const isUnasked = unasked !== 'no';
  const { request, path } = await openLoginLink(web, { address, key, isUnasked });
  const page = await browser.open(path);
  const words = page.text.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ');
  const decide = async (remember: string) =>
    await browser.post(`/psql_session/${request.id}`, {
      ...{ csrf_token: await browser.csrfToken(`/psql_session/${request.id}`), decision: 'approve' },
      ...{ compute_id: computeId, remember },
    });
  return { html: page.text, words, decide, granted: () => web.grants.list(person.userId) };
}

it('without a key an approval is not remembered, and the page says how it could be', async () => {
  const { html, words, decide, granted } = await openPage(0, null);
  expect(html).not.toContain('name="remember"');
  expect(words).toContain('remembered only for terminals with a key of their own. Run postern connect');
  const refused = await decide('1h');
  expect(refused.status).toBe(412);
  expect(refused.text).toContain('only for terminals with a key');
  expect(await granted()).toEqual([]);
  expect((await decide('once')).status).toBe(303);
});

it('without a key an approval is remembered no longer than the policy says', async () => {
  const { html, words, decide, granted } = await openPage(HOUR_MS, null);
  expect(html).toContain('value="1h"');
  expect(html).not.toContain('value="8h"');
  expect(words).toContain('A key of its own, by postern connect, lets in this terminal alone');
  await decide('8h');
  const [grant] = await granted();
  expect((grant?.until.getTime() ?? 0) - (grant?.createdAt.getTime() ?? 0)).toBe(HOUR_MS);
});

it('with a key the same policy takes nothing away', async () => {
  const { html, words, decide, granted } = await openPage(0, KEY);
  expect(html).toContain('value="8h"');
  expect(words).not.toContain('postern connect');
  expect((await decide('8h')).status).toBe(303);
  const [grant] = await granted();
  expect(grant).toMatchObject({ key: KEY });
  expect((grant?.until.getTime() ?? 0) - (grant?.createdAt.getTime() ?? 0)).toBe(8 * HOUR_MS);
});

// A neighbour had the gateway ask nobody at the address, and used what was then remembered for it.
it('where no key was asked for, nothing is remembered for a person who has one', async () => {
  const { html, words, decide, granted } = await openPage(8 * HOUR_MS, null, 'has_key');
  expect(html).not.toContain('name="remember"');
  expect(words).toContain('so this terminal could not show its key');
  const refused = await decide('1h');
  expect(refused.status).toBe(412);
  expect(refused.text).toContain('only for terminals with a key');
  expect(await granted()).toEqual([]);
  expect((await decide('once')).status).toBe(303);
});

it('people without any key lose nothing where no key is asked for', async () => {
  const { html, decide } = await openPage(8 * HOUR_MS, null, 'no_keys');
  expect(html).toContain('value="8h"');
  expect((await decide('8h')).status).toBe(303);
});
