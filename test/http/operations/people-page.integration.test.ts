import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { createOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import { getUser } from '../../../src/catalogue/accounts/users.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import { newIdentity, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { hold, organizationForTests, type PersonAtBrowser, personAtBrowser } from '../console/console-for-tests.ts';
import { operatorAtBrowser } from '../forms/account-forms.ts';

let web: WebForTests;
let operator: PersonAtBrowser;

beforeAll(async () => {
  web = await startWeb();
  operator = await operatorAtBrowser(web);
});

afterAll(() => web.close());

describe('Operations → People', () => {
  it('finds people by part of a name or an email, and says how many', async () => {
    const { email } = await personAtBrowser(web, 'findable');
    const page = await operator.get(`/ops/people?search=${email.slice(0, -4).toUpperCase()}`);
    expect(page.text).toContain(email);
    expect(page.text).toContain('1 account');
    expect((await operator.get('/ops/people?search=nobody-at-all')).text).toContain('Nobody matches.');
  });

  it('is for operators', async () => {
    const person = await personAtBrowser(web, 'curious');
    expect((await person.get('/ops/people')).status).toBe(403);
    for (const act of ['reset-link', 'operator', 'disable', 'remove', 'enable']) {
      expect((await person.post(`/ops/people/${operator.userId}/${act}`)).status, act).toBe(403);
    }
    expect(await getUser(web.catalogue, operator.userId)).toMatchObject({ isOperator: true, disabledAt: null });
  });

  it('shows a reset link once, with which the person is back', async () => {
    const { userId } = await personAtBrowser(web, 'locked-out');
    const answer = await operator.post(`/ops/people/${userId}/reset-link`);
    const page = await operator.get(answer.location ?? '');
    const path = /\/reset\/[\w-]{43}/.exec(page.text)?.[0] ?? 'no link';
    const browser = new BrowserJar(web.url, { address: newIdentity().address });
    const csrf_token = await browser.csrfToken(path);
    const back = await browser.post(path, { csrf_token, password: 'another sentence works too' });
    expect([back.status, back.location]).toEqual([303, '/']);
    expect((await browser.get('/app/me/profile')).status).toBe(200);
  });

  it('disables a person, whose sessions, approvals, connections and keys end', async () => {
    const { member, warehouse } = await organizationForTests(web);
    await hold(web, member, warehouse);
    const asMember = await actingAs(web.catalogue, member);
    const { key } = await createPersonalKey(web.catalogue, asMember, { name: 'laptop' });
    const answer = await operator.post(`/ops/people/${member.userId}/disable`);
    expect(answer.location).toContain('done=person_disabled');
    expect((await member.get('/app/me/profile')).status).toBe(303);
    expect(await web.grants.list(member.userId)).toEqual([]);
    const bearer = { Authorization: `Bearer ${key.reveal()}`, Accept: 'application/json' };
    expect((await new BrowserJar(web.url).get('/api/v2/users/me', bearer)).status).toBe(401);
    const session = { userId: member.userId, ip: '127.0.0.1', userAgent: 'test' };
    await expect(beginSession(web.catalogue, session)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('enables the person again, whose keys work as before', async () => {
    const person = await personAtBrowser(web, 'on-leave');
    const { key } = await createPersonalKey(web.catalogue, await actingAs(web.catalogue, person), { name: 'laptop' });
    await operator.post(`/ops/people/${person.userId}/disable`);
    await operator.post(`/ops/people/${person.userId}/enable`);
    const bearer = { Authorization: `Bearer ${key.reveal()}`, Accept: 'application/json' };
    expect((await new BrowserJar(web.url).get('/api/v2/users/me', bearer)).status).toBe(200);
  });

  it('keeps one operator who can sign in', async () => {
    const alone = await startWeb();
    const only = await operatorAtBrowser(alone);
    const asked = await only.get(`/ops/people/${only.userId}/disable`);
    const csrf_token = csrfTokenIn(asked.text);
    for (const act of ['disable', 'operator', 'remove']) {
      const answer = await only.jar.post(`/ops/people/${only.userId}/${act}`, { csrf_token });
      expect([answer.status, answer.text], act).toEqual([409, expect.stringContaining('only operator')]);
    }
    await alone.close();
  });

  it('removes nobody who owns projects or is the only admin of an organization', async () => {
    const { admin } = await organizationForTests(web);
    const refused = await operator.post(`/ops/people/${admin.userId}/remove`);
    expect([refused.status, refused.text]).toEqual([409, expect.stringMatching(/only admin|still owns projects/)]);
    const person = await personAtBrowser(web, 'free');
    const name = 'Lonely Org';
    const user = await getUser(web.catalogue, person.userId);
    await createOrganization(web.catalogue, SYSTEM_CONTEXT, { name, admin: user });
    expect((await operator.post(`/ops/people/${person.userId}/remove`)).text).toContain(name);
    const leaver = await personAtBrowser(web, 'leaver');
    const gone = await operator.post(`/ops/people/${leaver.userId}/remove`);
    expect(gone.location).toContain('done=person_removed');
    await expect(getUser(web.catalogue, leaver.userId)).rejects.toMatchObject({ code: 'not_found' });
  });
});
