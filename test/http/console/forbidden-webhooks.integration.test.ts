// Webhooks at addresses that are never asked were saved, and only the delivery said so.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { ApiForTests } from '../api/api-for-tests.ts';
import { organizationForTests, type PersonAtBrowser } from './console-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb({ POSTERN_WEBHOOK_NETWORKS: '10.7.0.0/16' });
});

afterAll(() => web.close());

async function organization() {
  const { organization, admin, member, base } = await organizationForTests(web);
  const path = `/organizations/${organization.id}/notification_targets`;
  const post = async (person: PersonAtBrowser, url: string) => {
    const { key } = await createPersonalKey(web.catalogue, await actingAs(web.catalogue, person), { name: 'tests' });
    const api = new ApiForTests(web.localUrl, key.reveal());
    const made = await api.post(path, { name: 'Chat', format: 'json', url, classes: ['keys'] });
    return { made, listed: async () => (await api.get(path)).body.notification_targets };
  };
  return { admin, member, page: `${base}/settings/notifications`, post };
}

describe('a webhook is not saved', () => {
  it.each([
    'https://127.0.0.1/',
    'https://[::1]:18379/',
    'https://[::ffff:127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://localhost:18080/',
    'https://169.254.169.254/',
    'https://10.0.0.1/',
    'https://0/',
  ])('by the API at %s', async (url) => {
    const { admin, post } = await organization();
    const { made, listed } = await post(admin, url);
    expect(made).toMatchObject({
      status: 400,
      body: {
        code: 'invalid_input',
        message: expect.stringMatching(/^Postern may not send to this address: address /),
      },
    });
    expect(await listed()).toEqual([]);
  });

  it('by the console, which says why and shows the address nowhere', async () => {
    const { admin, page } = await organization();
    const form = { name: 'Chat', format: 'slack', url: 'https://10.0.0.1/hooks/T0KEN', classes: 'members' };
    const answer = await admin.post(page, form);
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/Postern may not send to this address: .*private network/);
    expect(answer.text).toContain('POSTERN_WEBHOOK_NETWORKS');
    expect(`${answer.text}${web.logged()}`).not.toContain('T0KEN');
  });

  it('nor its name looked up for somebody who may add none', async () => {
    const { member, post } = await organization();
    expect((await post(member, 'https://localhost/')).made.status).toBe(403);
  });
});

describe('a webhook is saved', () => {
  it.each(['https://10.7.0.1/', 'https://198.51.100.7:8443/', 'https://no-such-name.invalid/'])(
    'at %s, where it may be asked or may be known later',
    async (url) => {
      const { admin, post } = await organization();
      expect((await post(admin, url)).made.status).toBe(201);
    },
  );
});
