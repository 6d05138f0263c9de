import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { hostedProject, organizationForTests } from './console-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('a secret is shown on the page that makes it and nowhere else', () => {
  it('an API key of a person and of an organization', async () => {
    const { admin, base } = await organizationForTests(web);
    for (const path of [`/app/${admin.accountId}/api-keys`, `${base}/api-keys`]) {
      const made = await admin.postAndOpen(path, { name: 'laptop' });
      expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store, no-transform']);
      const key = /postern_key_[A-Za-z0-9_-]{43}/.exec(made.text)?.[0] ?? '';
      expect(key).not.toBe('');
      const list = await admin.get(path);
      expect(list.text).toContain('laptop');
      expect(list.text).not.toContain(key);
      expect(web.logged()).not.toContain(key);
      const answer = await fetch(`${web.url}/api/v2/regions`, { headers: { authorization: `Bearer ${key}` } });
      expect(answer.status).toBe(200);
    }
  });

  it('a SCIM key, with the base URL beside it', async () => {
    const { admin, member, base, organization } = await organizationForTests(web);
    const path = `${base}/people/provisioning`;
    const made = await admin.postAndOpen(path, { name: 'Okta' });
    const key = /postern_scim_[A-Za-z0-9_-]{43}/.exec(made.text)?.[0] ?? '';
    expect(made.text).toContain(`${web.url}/scim/v2/organizations/${organization.id}`);
    const users = `${web.url}/scim/v2/organizations/${organization.id}/Users`;
    const headers = { authorization: `Bearer ${key}` };
    const body = JSON.stringify({ userName: 'zoe@acme.example' });
    expect((await fetch(users, { method: 'POST', headers, body })).status).toBe(201);
    const list = await admin.get(path);
    for (const text of ['Okta', 'zoe@acme.example', 'Not joined yet']) expect(list.text).toContain(text);
    expect(list.text).not.toContain(key);
    expect(web.logged()).not.toContain(key);
    expect((await member.get(path)).status).toBe(403);
    expect((await member.get(`${base}/people`)).text).not.toContain(path);
    const revoke = /href="([^"]+\/revoke)"/.exec(list.text)?.[1] ?? '';
    expect((await admin.post(revoke)).location).toBe(`${path}?done=key_revoked`);
    expect((await fetch(users, { headers })).status).toBe(401);
  });

  it('the address of a webhook, which is shown on no page at all, and its secret', async () => {
    const { admin, member, base } = await organizationForTests(web);
    const path = `${base}/settings/notifications`;
    const form = { name: 'Security', format: 'json', url: 'https://chat.example/hooks/T0KEN', classes: 'members' };
    const made = await admin.postAndOpen(path, form);
    const secret = /postern_notify_[A-Za-z0-9_-]{43}/.exec(made.text)?.[0] ?? '';
    expect(secret).not.toBe('');
    expect((await admin.get(`${base}/settings`)).text).toContain(path);
    const list = await admin.get(path);
    for (const text of ['Security', 'signed JSON at chat.example', 'Members added']) expect(list.text).toContain(text);
    expect(`${made.text}${list.text}${web.logged()}`).not.toContain('T0KEN');
    expect(`${list.text}${web.logged()}`).not.toContain(secret);
    const test = /action="([^"]+\/test)"/.exec(list.text)?.[1] ?? '';
    expect((await admin.post(test)).location).toBe(`${path}?done=notification_test_sent`);
    expect((await member.get(path)).status).toBe(403);
    const wrong = await admin.post(path, { ...form, url: 'http://chat.example/T0KEN' });
    expect(wrong.text).toMatch(/is not the address of a webhook/);
    expect(wrong.text).not.toContain('T0KEN');
  });

  it('a revoked API key works no more', async () => {
    const { admin } = await organizationForTests(web);
    const path = `/app/${admin.accountId}/api-keys`;
    const key = /postern_key_[A-Za-z0-9_-]{43}/.exec((await admin.postAndOpen(path, { name: 'old' })).text)?.[0] ?? '';
    const revoke = /href="([^"]+\/revoke)"/.exec((await admin.get(path)).text)?.[1] ?? '';
    expect((await admin.get(revoke)).text).toContain('Revoke API key old?');
    expect((await admin.post(revoke)).location).toBe(`${path}?done=key_revoked`);
    const answer = await fetch(`${web.url}/api/v2/users/me`, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(401);
  });

  it('an access token', async () => {
    const { member, admin, warehouse, base } = await organizationForTests(web);
    const form = {
      name: 'DBeaver',
      compute_id: warehouse.compute.id,
      access: 'read_only',
      days: '7',
      max_connections: '5',
    };
    const path = `/app/${member.accountId}/access-tokens`;
    const made = await member.postAndOpen(`${path}/new`, form);
    const secret = /postern_token_[A-Za-z0-9_-]{43}/.exec(made.text)?.[0] ?? '';
    expect(made.text).toMatch(/:\*:tok-[a-z0-9]{16}:postern_token_/);
    // Not in a command, which the shell keeps.
    expect(made.text).not.toMatch(/psql [^<]*postern_token_/);
    for (const list of [await member.get(path), await admin.get(`${base}/access-tokens`)]) {
      expect(list.text).toContain('DBeaver');
      expect(list.text).not.toContain(secret);
    }
    expect((await member.post(`${base}/access-tokens/new`, form)).status).toBe(403);
    expect(web.logged()).not.toContain(secret);
  });

  it('the password of a role, to those who may use the project', async () => {
    const { organization, member, base } = await organizationForTests(web);
    const { project, roles, databases, compute, password } = await hostedProject(web, organization);
    const place = `${base}/projects/${project.id}`;
    const role = roles[0]?.name ?? '';
    const wish = { database: databases[0]?.name ?? '', role, compute: compute.id };
    expect((await member.get(`${place}/connect`)).text).not.toContain(password.reveal());
    expect((await member.postAndOpen(`${place}/connect/reveal`, wish)).text).toContain(password.reveal());
    expect((await member.postAndOpen(`${place}/databases/roles/${role}/reveal`)).text).toContain(password.reveal());
    expect((await member.get(`${place}/databases`)).text).not.toContain(password.reveal());
    expect(web.logged()).not.toContain(password.reveal());
  });

  it('a password that was typed into a refused form does not come back', async () => {
    const { admin, base } = await organizationForTests(web);
    const refused = await admin.post(`${base}/projects/attach`, {
      name: 'ledger',
      url: 'postgres://app:canary-password@127.0.0.1:1/ledger',
    });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('value="ledger"');
    expect(refused.text).not.toContain('canary-password');
    expect(web.logged()).not.toContain('canary-password');
  });
});

describe('the link of an invitation', () => {
  it('is shown where no mail is sent, and only mailed where it is', async () => {
    const { admin, base } = await organizationForTests(web);
    const form = { emails: 'new-one@example.org', role: 'member' };
    expect((await admin.postAndOpen(`${base}/people/invite`, form)).text).toMatch(/\/invitations\/[A-Za-z0-9_-]{43}/);
    // Nothing listens there: the mail fails, is logged, and undoes nothing.
    const mailing = await startWeb({ POSTERN_SMTP_URL: 'smtp://127.0.0.1:1' });
    try {
      const theirs = await organizationForTests(mailing);
      const invited = await theirs.admin.postAndOpen(`${theirs.base}/people/invite`, form);
      expect(invited.text).toContain('new-one@example.org');
      expect(invited.text).not.toMatch(/\/invitations\/[A-Za-z0-9_-]{43}/);
    } finally {
      await mailing.close();
    }
  });
});
