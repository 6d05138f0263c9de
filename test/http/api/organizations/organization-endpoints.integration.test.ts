import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { BrowserJar } from '../../../support/browser/browser-jar.ts';
import { beginSession } from '../../../support/browser/session-for-tests.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { newCaller, newOrganization, organizationCaller } from '../api-for-tests.ts';
import { startMailbox } from '../mailbox.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('members', () => {
  it('are promoted, demoted and removed by admins, and never the only admin', async () => {
    const [admin, member] = [await newCaller(web), await newCaller(web)];
    const organization = await newOrganization(web, admin, [member]);
    const path = `/organizations/${organization.id}/members`;
    const ids = await memberIds(admin, path);
    const role = (who: typeof admin, whom: typeof admin, to: string) =>
      who.api.patch(`${path}/${ids.get(whom.userId)}`, { role: to });
    expect((await role(member, member, 'admin')).status).toBe(403);
    expect(await role(admin, admin, 'member')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await role(admin, member, 'admin')).body.role).toBe('admin');
    expect((await role(member, admin, 'member')).body.role).toBe('member');
    expect((await role(member, admin, 'editor')).status).toBe(400);
    expect((await member.api.delete(`${path}/${ids.get(member.userId)}`)).status).toBe(409);
    expect((await member.api.delete(`${path}/${ids.get(admin.userId)}`)).body).toEqual({});
    expect((await admin.api.get(path)).status).toBe(404);
  });

  it('may leave by removing themselves, and nobody else', async () => {
    const [admin, first, second] = [await newCaller(web), await newCaller(web), await newCaller(web)];
    const organization = await newOrganization(web, admin, [first, second]);
    const path = `/organizations/${organization.id}/members`;
    const ids = await memberIds(admin, path);
    expect((await first.api.delete(`${path}/${ids.get(second.userId)}`)).status).toBe(403);
    expect((await first.api.delete(`${path}/${ids.get(first.userId)}`)).status).toBe(200);
    expect((await first.api.get('/users/me/organizations')).body.organizations).toEqual([]);
    expect((await admin.api.get(`${path}/${ids.get(first.userId)}`)).status).toBe(404);
  });
});

describe('invitations', () => {
  it('wait for people to accept, and do not tell who has an account', async () => {
    const [admin, known] = [await newCaller(web), await newCaller(web)];
    const organization = await newOrganization(web, admin);
    const path = `/organizations/${organization.id}/invitations`;
    const invitations = [
      { email: known.email, role: 'admin' },
      { email: 'new@example.com', role: 'member' },
    ];
    const { body } = await admin.api.post(path, { invitations });
    expect(body.invitations).toMatchObject([
      { email: known.email, status: 'pending', role: 'admin', invited_by: admin.userId },
      { email: 'new@example.com', status: 'pending', role: 'member' },
    ]);
    const [first, second] = body.invitations.map((invitation: object) => Object.keys(invitation));
    expect(first).toEqual(second);
    expect((await known.api.get(path)).status).toBe(404);
    const own = [{ email: admin.email, role: 'member' }];
    expect((await admin.api.post(path, { invitations: own })).status).toBe(409);
  });

  // Regression: the second mention made the link of the first mail useless.
  it('invite each address once, however often it is named', async () => {
    const admin = await newCaller(web);
    const organization = await newOrganization(web, admin);
    const invitations = [
      { email: 'twice@example.com', role: 'member' },
      { email: 'Twice@Example.com', role: 'admin' },
    ];
    const { body } = await admin.api.post(`/organizations/${organization.id}/invitations`, { invitations });
    expect(body.invitations).toMatchObject([{ email: 'Twice@example.com', role: 'admin' }]);
  });

  it('are sent again and withdrawn', async () => {
    const admin = await newCaller(web);
    const organization = await newOrganization(web, admin);
    const path = `/organizations/${organization.id}/invitations`;
    const { body } = await admin.api.post(path, { invitations: [{ email: 'someone@example.com', role: 'member' }] });
    const [{ id, expires_at }] = body.invitations;
    const again = await admin.api.post(`${path}/${id}/resend`);
    expect(Date.parse(again.body.expires_at)).toBeGreaterThanOrEqual(Date.parse(expires_at));
    expect((await admin.api.delete(`${path}/${id}`)).status).toBe(200);
    expect((await admin.api.get(path)).body.invitations).toEqual([]);
    expect((await admin.api.post(`${path}/${id}/resend`)).status).toBe(404);
  });

  it('reach people by mail, with a link that lets them sign up', async () => {
    const mailbox = await startMailbox();
    onTestFinished(() => mailbox.close());
    const mailing = await startWeb({ POSTERN_SMTP_URL: mailbox.url, POSTERN_MAIL_FROM: 'postern@example.com' });
    onTestFinished(() => mailing.close());
    const [admin, known] = [await newCaller(mailing), await newCaller(mailing)];
    const organization = await newOrganization(mailing, admin);
    const invitations = ['mailed@example.com', known.email].map((email) => ({ email, role: 'member' }));
    const { status } = await admin.api.post(`/organizations/${organization.id}/invitations`, { invitations });
    expect(status).toBe(200);
    await waitUntil(() => mailbox.letters.length === 2, 'both letters are there');
    expect(mailbox.letters.map(({ to }) => to).toSorted()).toEqual(['mailed@example.com', known.email].toSorted());
    const invited = mailbox.letters.find(({ to }) => to === 'mailed@example.com');
    expect(invited?.from).toBe('postern@example.com');
    const link = /http:\/\/\S+\/invitations\/\S+/.exec(invited?.text ?? '')?.[0] ?? '';
    const page = await fetch(link);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Example Org')]);
    const told = mailbox.letters.find(({ to }) => to === known.email);
    expect(told?.text).toContain(`(${admin.email}) invited you to the organization`);
    expect(told?.text).toContain('From: Postern <postern@example.com>');
    for (const part of ['text/plain', 'text/html']) expect(told?.text).toContain(`Content-Type: ${part}`);
  });

  it('to a hundred people wait for no mail server that is slow', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = z.object({ port: z.number() }).parse(silent.address());
    const mailing = await startWeb({ POSTERN_SMTP_URL: `smtp://127.0.0.1:${port}` });
    onTestFinished(async () => {
      await mailing.close();
      silent.close();
    });
    const admin = await newCaller(mailing);
    const organization = await newOrganization(mailing, admin);
    const invitations = Array.from({ length: 100 }, (_, index) => ({ email: `p${index}@example.com`, role: 'member' }));
    const { status } = await admin.api.post(`/organizations/${organization.id}/invitations`, { invitations });
    expect([status, mailing.logged().includes('mail could not be sent')]).toEqual([200, false]);
  });

  it('are sent again ten times an hour and no more, by the console as well', async () => {
    const admin = await newCaller(web);
    const { id } = await newOrganization(web, admin);
    const path = `/organizations/${id}/invitations`;
    const { body } = await admin.api.post(path, {
      invitations: [{ email: `often-${id}@example.com`, role: 'member' }],
    });
    const { id: invitation } = body.invitations[0];
    const statuses: number[] = [];
    for (let times = 0; times < 11; times += 1) {
      statuses.push((await admin.api.post(`${path}/${invitation}/resend`, {})).status);
    }
    expect(statuses).toEqual([...Array(10).fill(200), 429]);
    const session = { userId: admin.userId, ip: '127.0.0.1', userAgent: 'test' };
    const { cookie } = await beginSession(web.catalogue, session);
    const browser = new BrowserJar(web.url);
    browser.setSession(cookie.reveal());
    const place = `/app/${id}/people/invitations`;
    const csrf_token = await browser.csrfToken(place);
    expect((await browser.post(`${place}/${invitation}/resend`, { csrf_token })).status).toBe(429);
  });

  it('that cannot be mailed are made nevertheless', async () => {
    const mailing = await startWeb({ POSTERN_SMTP_URL: 'smtp://127.0.0.1:1' });
    onTestFinished(() => mailing.close());
    const admin = await newCaller(mailing);
    const organization = await newOrganization(mailing, admin);
    const path = `/organizations/${organization.id}/invitations`;
    const { status } = await admin.api.post(path, { invitations: [{ email: 'a@example.com', role: 'member' }] });
    expect(status).toBe(200);
    await waitUntil(() => mailing.logged().includes('mail could not be sent'), 'the log says so');
  });
});

describe('keys of an organization', () => {
  it('are created by admins, listed without the key, and echo their project', async () => {
    const admin = await newCaller(web);
    const organization = await newOrganization(web, admin);
    const { body: made } = await admin.api.post('/projects', { project: { org_id: organization.id } });
    const path = `/organizations/${organization.id}/api_keys`;
    const plain = await admin.api.post(path, { key_name: 'ci' });
    expect(plain.body).not.toHaveProperty('project_id');
    const ofProject = await admin.api.post(path, { key_name: 'ci', project_id: made.project.id });
    expect(ofProject.body.project_id).toBe(made.project.id);
    const listed = await admin.api.get(path);
    expect(listed.body).toHaveLength(2);
    expect(JSON.stringify(listed.body)).not.toContain(plain.body.key);
    expect(listed.body[0]).toMatchObject({ created_by: { id: admin.userId }, last_used_at: null });
    const key = await organizationCaller(web, admin, { accountId: organization.id });
    expect((await key.delete(`${path}/${ofProject.body.id}`)).body).toMatchObject({ revoked: true });
    expect((await admin.api.delete(`${path}/${ofProject.body.id}`)).status).toBe(404);
    expect((await key.post(path, { key_name: 'more' })).status).toBe(403);
  });
});

async function memberIds(
  { api }: Awaited<ReturnType<typeof newCaller>>,
  path: string,
): Promise<ReadonlyMap<string, string>> {
  const { body } = await api.get(path);
  return new Map(
    body.members.map(({ member }: { member: { id: string; user_id: string } }) => [member.user_id, member.id]),
  );
}
