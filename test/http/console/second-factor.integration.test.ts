import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { nameGlassPerson } from '../../../src/catalogue/asking/glass-people.ts';
import { explainAccess, type WhyQuestion } from '../../../src/catalogue/explain/why.ts';
import { resolveAccessToken } from '../../../src/catalogue/logins/find-verifier.ts';
import { setSecondFactorDemand } from '../../../src/catalogue/people/second-factor-demand.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { openLoginLink, startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { begunCodes } from '../../support/second-factors-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { ApiForTests } from '../api/api-for-tests.ts';
import { guestOf } from '../forms/account-forms.ts';
import { hold, type PersonAtBrowser } from './console-for-tests.ts';
import { withStrongSignIn } from './strong-sign-in.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

const ASKS = 'asks for a second factor';

/** The admin signed in with a second factor, the member and the guest have none. */
async function scene() {
  const made = await guestOf(web);
  await withStrongSignIn(web, made.admin);
  return { ...made, settings: `${made.base}/settings/second-factor` };
}

async function demanding() {
  const made = await scene();
  await setSecondFactorDemand(web.catalogue, SYSTEM_CONTEXT, { accountId: made.organization.id, isDemanded: true });
  return made;
}

async function apiOf(person: PersonAtBrowser): Promise<ApiForTests> {
  const context = await actingAs(web.catalogue, person);
  const { key } = await createPersonalKey(web.catalogue, context, { name: 'tests' });
  return new ApiForTests(web.localUrl, key.reveal());
}

describe('asking everybody for a second factor', () => {
  it('names those whom it shuts out before, and ends what they have', async () => {
    const { admin, member, guest, warehouse, settings } = await scene();
    const held = await hold(web, member, warehouse);
    const page = await admin.get(settings);
    expect(page.text).toContain('2 people would be shut out');
    for (const { email } of [member, guest]) expect(page.text).toContain(email);
    expect(page.text).not.toContain(`${admin.email}</bdi></span>`);
    const done = await admin.postAndOpen(settings, { demand: 'on' });
    expect(done.text).toContain('Everybody here needs a second factor now');
    // Whether each goes on is then judged like any other connection (second-factor.test.ts).
    await waitUntil(() => held.connection.rechecks > 0, 'what the member has is judged again');
    const off = await admin.postAndOpen(settings, { demand: 'off' });
    expect(off.text).toContain('Nobody is asked for a second factor any more');
    expect((await member.get(`/app/${warehouse.project.accountId}/projects`)).status).toBe(200);
  });

  it('is refused to an admin without one, who would be shut out', async () => {
    const { admin, base } = await guestOf(web);
    const refused = await admin.post(`${base}/settings/second-factor`, { demand: 'on' });
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('would be shut out')]);
    expect((await admin.get(`${base}/projects`)).status).toBe(200);
  });

  it('is for admins, by the API as well, and never by a key of the organization', async () => {
    const { admin, member, organization } = await scene();
    const path = `/organizations/${organization.id}/second_factor`;
    expect((await (await apiOf(member)).get(path)).status).toBe(403);
    const api = await apiOf(admin);
    expect((await api.get(path)).body).toMatchObject({ demanded: false });
    const on = await api.patch(path, { demanded: true });
    const without = [{ email: member.email, relation: 'member' }, { relation: 'guest' }];
    const people_without = expect.arrayContaining(without.map((each) => expect.objectContaining(each)));
    expect(on.body).toMatchObject({ demanded: true, people_without });
    await web.auditTrail.flush();
    const events = web.catalogue.db.selectFrom('audit_events').select('body').where('event', '=', 'policy.changed');
    const rows = await events.where('account_id', '=', organization.id).execute();
    expect(rows.at(-1)?.body).toMatchObject({ reason: 'second factor demanded', actor_email: admin.email });
  });
});

describe('an organization that asks for a second factor', () => {
  it('is only named to a member without one, who is led to add one and back', async () => {
    const { member, base, organization } = await demanding();
    const refused = await member.get(`${base}/projects`);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining(ASKS)]);
    const link = /href="(\/app\/me\/security\?next=[^"]+)"/.exec(refused.text)?.[1] ?? '';
    expect(new URL(link, web.url).searchParams.get('next')).toBe(`${base}/projects`);
    expect((await member.get('/')).text).toContain(ASKS);
    expect((await member.get('/app')).location).toBe(`/app/${member.accountId}/projects`);
    expect((await member.get(`/search?q=ware`)).text).not.toContain('warehouse');

    const page = await member.get(link);
    expect(page.text).toContain('Add a second factor to go on');
    const query = link.slice(link.indexOf('?'));
    const begun = await member.post(`/app/me/security/one-time-codes/begin${query}`);
    expect(begun.location).toBe(`/app/me/security/one-time-codes${query}`);
    const app = await begunCodes(web.catalogue, member.userId);
    const fields = { code_secret: app(new Date()) };
    const codes = await member.postAndOpen(`/app/me/security/one-time-codes${query}`, fields);
    expect(codes.text).toContain('Your recovery codes');
    expect(codes.text).toContain(`href="${base}/projects"`);
    const back = await member.get(`${base}/projects`);
    expect([back.status, back.text]).toEqual([200, expect.stringContaining('warehouse')]);
    expect((await member.get(link)).text).toContain('You have what was asked for.');
    expect(organization.kind).toBe('organization');
  });

  it('has no right for a browser that signed in without the factor that its person has', async () => {
    const { admin, base } = await demanding();
    await web.catalogue.db
      .updateTable('browser_sessions')
      .set({ sign_in_method: 'oidc' })
      .where('user_id', '=', admin.userId)
      .execute();
    expect((await admin.get(`${base}/projects`)).status).toBe(403);
    expect((await admin.post(`${base}/settings/name`, { name: 'Mine' })).status).toBe(403);
    expect((await admin.get('/app/me/security?next=/app')).text).toContain('/sign-in/again?next=%2Fapp');
  });

  it('is closed to keys, tokens and guests without a factor, each told what to do', async () => {
    const { member, guest, organization, warehouse, admin } = await scene();
    const context = await actingAs(web.catalogue, member);
    const wish = { owner: 'self', computeId: warehouse.compute.id, name: 'mine', access: 'read_write' } as const;
    const made = await createAccessToken(web.catalogue, context, { ...wish, database: null, databaseRole: null });
    const [ofMember, ofGuest, ofAdmin] = [await apiOf(member), await apiOf(guest), await apiOf(admin)];
    await setSecondFactorDemand(web.catalogue, SYSTEM_CONTEXT, { accountId: organization.id, isDemanded: true });
    const project = `/projects/${warehouse.project.id}`;
    for (const api of [ofMember, ofGuest]) {
      const { status, body } = await api.get(project);
      expect([status, body]).toEqual([403, expect.objectContaining({ code: 'second_factor_demanded' })]);
    }
    expect((await ofGuest.get('/projects/shared')).body).toMatchObject({ projects: [] });
    expect((await ofMember.get('/users/me/organizations')).body).toMatchObject({
      organizations: [{ id: organization.id }],
    });
    expect((await ofAdmin.get(project)).status).toBe(200);
    const dialled = resolveAccessToken(web.catalogue, made.accessToken, { address: '203.0.113.7' });
    await expect(dialled).rejects.toMatchObject({ code: 'second_factor_demanded', sqlstate: '42501' });
  });

  it('offers no target on the approval page, gives time, and leads there and back', async () => {
    const { member, warehouse } = await demanding();
    const { path, request } = await openLoginLink(web, { address: '127.0.0.1' });
    const page = await member.jar.open(path);
    expect(page.text).toContain(ASKS);
    expect(page.text).not.toContain(warehouse.compute.id);
    const csrf_token = csrfTokenIn(page.text);
    const forged = { csrf_token, decision: 'approve', compute_id: warehouse.compute.id };
    expect((await member.jar.post(page.path, forged)).text).toContain(ASKS);
    expect((await web.loginRequests.find(request.id))?.status).toBe('claimed');
    const away = await member.jar.post(page.path, { csrf_token, decision: 'second_factor' });
    expect(away.location).toMatch(/^\/app\/me\/security\?next=%2Fpsql_session%2F/);
    expect((await web.loginRequests.find(request.id))?.extensionCount).toBe(1);
    await withStrongSignIn(web, member);
    const back = await member.jar.get(new URL(away.location ?? '', web.url).searchParams.get('next') ?? '');
    expect(back.text).not.toContain(ASKS);
    const approved = { csrf_token: csrfTokenIn(back.text), decision: 'approve', compute_id: warehouse.compute.id };
    expect((await member.jar.post(page.path, approved)).status).toBe(303);
    expect((await web.loginRequests.find(request.id))?.status).toBe('approved');
  });

  it('lets nobody break its glass without one, and says why in `why`', async () => {
    const { admin, member, organization, warehouse } = await demanding();
    const named = { accountId: organization.id, userId: member.userId };
    await nameGlassPerson(web.catalogue, SYSTEM_CONTEXT, named);
    const fields = { compute: warehouse.compute.id, minutes: '60', reason: 'an incident', login: '' };
    const page = await member.get('/app/me/requests/break-glass');
    expect(page.text).not.toContain('warehouse');
    const refused = await member.post('/app/me/requests/break-glass', fields);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining(ASKS)]);

    const question: WhyQuestion = {
      who: { kind: 'person', userId: member.userId },
      computeId: warehouse.compute.id,
      door: 'link',
      ...{ databaseRole: null, database: null, address: null, at: new Date() },
    };
    const asked = await explainAccess(web.catalogue, await actingAs(web.catalogue, admin), question);
    expect(asked).toMatchObject({ decision: { kind: 'denied', because: 'unproven' } });
    expect(asked.sentence).toContain('a second factor, and the person has none');
    const own = await explainAccess(web.catalogue, await actingAs(web.catalogue, member), question);
    expect(own.sentence).toContain('Add a passkey or one-time codes under Security.');
  });
});
