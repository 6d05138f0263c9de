// Forms about one project: its computes, databases, roles, guests and connections.

import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import { addOrganization } from '../../support/databases/catalogue-for-tests.ts';
import { hold, hostedProject, organizationForTests } from '../console/console-for-tests.ts';
import { guestOf, operatorAtBrowser, POLICY } from './account-forms.ts';
import { type Fill, filled } from './filled-form.ts';

type Given = Readonly<Record<string, string>>;

function inWarehouse(rest: string, fields: Given = {}): Fill {
  return async (web) => {
    const { admin, base, warehouse } = await organizationForTests(web);
    const path = `${base}/projects/${warehouse.project.id}${rest}`;
    return await filled(admin, path.replace(':computeId', warehouse.compute.id), fields);
  };
}

interface Shop {
  readonly role: string;
  readonly database: string;
  readonly computeId: string;
  readonly unique: string;
}

/** With real databases on a host. */
function inShop(make: (shop: Shop) => readonly [rest: string, fields?: Given]): Fill {
  return async (web) => {
    const { organization, admin, base } = await organizationForTests(web);
    const { project, roles, databases, compute } = await hostedProject(web, organization);
    const [rest, fields] = make({
      role: roles[0]?.name ?? '',
      database: databases[0]?.name ?? '',
      computeId: compute.id,
      unique: project.id.replaceAll('-', '_'),
    });
    return await filled(admin, `${base}/projects/${project.id}${rest}`, fields);
  };
}

async function connected(web: WebForTests) {
  const scene = await organizationForTests(web);
  await hold(web, scene.member, scene.warehouse);
  const [connection] = await web.liveConnections.list({ accountId: scene.organization.id });
  return { ...scene, id: connection?.id ?? '' };
}

function onConnection(whose: 'of the account' | 'of everybody', rest: string, fields: Given): Fill {
  return async (web) => {
    const { admin, base, id } = await connected(web);
    const all = whose === 'of everybody' ? '/ops/connections' : `${base}/connections`;
    const who = whose === 'of everybody' ? await operatorAtBrowser(web) : admin;
    return await filled(who, `${all}/${rest.replace(':connectionId', id)}`, { ...fields, connections: id });
  };
}

const REASON = { reason: 'failing over' };

export const PROJECT_FORMS: Readonly<Record<string, Fill>> = {
  '/app/:accountId/projects/:projectId/databases': inShop(({ unique, role }) => [
    '/databases',
    { database: `${unique}_more`, owner: role },
  ]),
  '/app/:accountId/projects/:projectId/databases/:name/delete': async (web) => {
    const form = await inShop(({ unique, role }) => ['/databases', { database: `${unique}_more`, owner: role }])(web);
    await form.jar.post(form.path, { ...form.fields, csrf_token: form.csrfToken });
    const { database: name = '' } = form.fields;
    return { ...form, path: `${form.path}/${name}/delete`, fields: { name } };
  },
  '/app/:accountId/projects/:projectId/databases/roles': inShop(({ unique }) => [
    '/databases/roles',
    { role: `${unique}_more` },
  ]),
  '/app/:accountId/projects/:projectId/databases/roles/:name/reset': inShop(({ role }) => [
    `/databases/roles/${role}/reset`,
  ]),
  '/app/:accountId/projects/:projectId/databases/roles/:name/reveal': inShop(({ role }) => [
    `/databases/roles/${role}/reveal`,
  ]),
  '/app/:accountId/projects/:projectId/databases/roles/:name/delete': async (web) => {
    const form = await inShop(({ unique }) => ['/databases/roles', { role: `${unique}_more` }])(web);
    await form.jar.post(form.path, { ...form.fields, csrf_token: form.csrfToken });
    return { ...form, path: `${form.path}/${form.fields.role}/delete`, fields: {} };
  },
  '/app/:accountId/projects/:projectId/connect/reveal': inShop(({ role, database, computeId }) => [
    '/connect/reveal',
    { role, database, compute: computeId },
  ]),
  '/app/:accountId/projects/:projectId/computes/new': inShop(() => ['/computes/new', { name: 'second' }]),
  '/app/:accountId/projects/:projectId/computes/:computeId/start': inShop(({ computeId }) => [
    `/computes/${computeId}/start`,
  ]),
  '/app/:accountId/projects/:projectId/computes/:computeId/suspend': inShop(({ computeId }) => [
    `/computes/${computeId}/suspend`,
  ]),
  '/app/:accountId/projects/:projectId/computes/:computeId/link-login': inWarehouse('/computes/:computeId/link-login', {
    link_login: 'off',
  }),
  '/app/:accountId/projects/:projectId/computes/:computeId/policy': inWarehouse('/computes/:computeId/policy', POLICY),
  '/app/:accountId/projects/:projectId/computes/:computeId/delete': inWarehouse('/computes/:computeId/delete'),
  '/app/:accountId/projects/:projectId/sharing': inWarehouse('/sharing', { emails: 'guest@example.org' }),
  '/app/:accountId/projects/:projectId/sharing/:shareId/remove': async (web) => {
    const { admin, base, warehouse, share } = await guestOf(web);
    return await filled(admin, `${base}/projects/${warehouse.project.id}/sharing/${share.id}/remove`);
  },
  '/app/:accountId/projects/:projectId/leave': async (web) => {
    const { guest, warehouse } = await guestOf(web);
    return await filled(guest, `/app/${guest.accountId}/projects/${warehouse.project.id}/leave`);
  },
  '/app/:accountId/projects/:projectId/settings': inWarehouse('/settings', { name: 'depot' }),
  '/app/:accountId/projects/:projectId/settings/label': inWarehouse('/settings/label', { label: 'production' }),
  '/app/:accountId/projects/:projectId/delete': inWarehouse('/delete', { name: 'warehouse' }),
  '/app/:accountId/projects/:projectId/transfer': async (web) => {
    const { admin, base, warehouse } = await organizationForTests(web);
    const { id } = await addOrganization(web.catalogue, admin);
    return await filled(admin, `${base}/projects/${warehouse.project.id}/transfer`, { account_id: id });
  },
  '/app/:accountId/projects/:projectId/connections/:connectionId/end': async (web) => {
    const { admin, base, warehouse, id } = await connected(web);
    return await filled(admin, `${base}/projects/${warehouse.project.id}/connections/${id}/end`, REASON);
  },
  '/app/:accountId/connections/notice': onConnection('of the account', 'notice', { text: 'in five minutes' }),
  '/app/:accountId/connections/end': onConnection('of the account', 'end', REASON),
  '/app/:accountId/connections/:connectionId/end': onConnection('of the account', ':connectionId/end', REASON),
  '/app/:accountId/connections/:connectionId/cancel': onConnection('of the account', ':connectionId/cancel', REASON),
  '/app/:accountId/connections/:connectionId/statement': onConnection('of the account', ':connectionId/statement', {}),
  '/ops/connections/:connectionId/statement': onConnection('of everybody', ':connectionId/statement', {}),
  '/ops/connections/notice': onConnection('of everybody', 'notice', { text: 'in five minutes' }),
  '/ops/connections/end': onConnection('of everybody', 'end', REASON),
  '/ops/connections/:connectionId/end': onConnection('of everybody', ':connectionId/end', REASON),
  '/ops/connections/:connectionId/cancel': onConnection('of everybody', ':connectionId/cancel', REASON),
};
