import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { newCaller, newOrganization, organizationCaller } from './api-for-tests.ts';

let web: WebForTests;

beforeAll(async () => {
  web = await startWeb();
});

afterAll(() => web.close());

describe('the calling person', () => {
  it('is told who they are and what their plan allows', async () => {
    const { api, email, userId } = await newCaller(web);
    const { status, body } = await api.get('/users/me');
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: userId, email, login: email, plan: 'business' });
  });

  it('finds the organizations to which they belong, and not those of others', async () => {
    const [admin, member, stranger] = [await newCaller(web), await newCaller(web), await newCaller(web)];
    const organization = await newOrganization(web, admin, [member]);
    for (const { api } of [admin, member]) {
      const { body } = await api.get('/users/me/organizations');
      expect(body.organizations).toMatchObject([{ id: organization.id, name: 'Example Org' }]);
      expect((await api.get(`/organizations/${organization.id}`)).status).toBe(200);
    }
    expect((await stranger.api.get('/users/me/organizations')).body.organizations).toEqual([]);
    expect((await stranger.api.get(`/organizations/${organization.id}`)).status).toBe(404);
  });

  it('is nobody for a key of an organization, which still finds its organization', async () => {
    const admin = await newCaller(web);
    const organization = await newOrganization(web, admin);
    const api = await organizationCaller(web, admin, { accountId: organization.id });
    expect((await api.get('/users/me')).status).toBe(403);
    expect((await api.get('/users/me/organizations')).body.organizations).toMatchObject([{ id: organization.id }]);
    expect((await api.get('/auth')).body).toEqual({ account_id: organization.id, auth_method: 'api_key_org' });
  });
});

describe('regions', () => {
  it('are the labels of the hosts', async () => {
    const { api } = await newCaller(web);
    expect((await api.get('/regions')).body.regions).toMatchObject([{ region_id: 'local', default: true }]);
  });
});
