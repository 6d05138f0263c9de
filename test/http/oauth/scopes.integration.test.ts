// Which scope each route needs, written by hand (docs/api.md, "Scopes"); the program's own map is
// not asked.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_SCOPES } from '../../../src/catalogue/rights/scopes.ts';
import { ALL_API_ROUTES } from '../../../src/http/api/all-routes.ts';
import { type AccessRequestId, idFrom } from '../../../src/ids.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { ApiForTests } from '../api/api-for-tests.ts';
import {
  newPersonalKeyId,
  newPersonalTarget,
  newTarget,
  openScene,
  type Scene,
  type Target,
} from '../api/permission-scene.ts';
import { answerOf, requestOf } from '../api/request-of-row.ts';
import { tokenWith } from './token-for-tests.ts';

/** `any`: every token; `keys`: all scopes; `person`: no token of a program. */
const TABLE = `
GET    /users/me                                                   any
GET    /auth                                                       any
GET    /regions                                                    any
GET    /users/me/organizations                                     orgs:read
GET    /organizations/{org_id}                                     orgs:read
GET    /organizations/{org_id}/members                             orgs:read
GET    /organizations/{org_id}/members/{member_id}                 orgs:read
PATCH  /organizations/{org_id}/members/{member_id}                 orgs:permission
DELETE /organizations/{org_id}/members/{member_id}                 orgs:permission
GET    /organizations/{org_id}/invitations                         orgs:read
POST   /organizations/{org_id}/invitations                         orgs:permission
POST   /organizations/{org_id}/invitations/{invitation_id}/resend  orgs:permission
DELETE /organizations/{org_id}/invitations/{invitation_id}         orgs:permission
GET    /organizations/{org_id}/teams                               orgs:read
POST   /organizations/{org_id}/teams                               orgs:permission
GET    /organizations/{org_id}/teams/{team_id}                     orgs:read
PATCH  /organizations/{org_id}/teams/{team_id}                     orgs:permission
DELETE /organizations/{org_id}/teams/{team_id}                     orgs:permission
POST   /organizations/{org_id}/teams/{team_id}/members             orgs:permission
DELETE /organizations/{org_id}/teams/{team_id}/members/{user_id}   orgs:permission
GET    /organizations/{org_id}/scim_keys                           orgs:read
POST   /organizations/{org_id}/scim_keys                           keys
DELETE /organizations/{org_id}/scim_keys/{scim_key_id}             orgs:permission
GET    /organizations/{org_id}/break_glass_people                  orgs:read
POST   /organizations/{org_id}/break_glass_people                  person
DELETE /organizations/{org_id}/break_glass_people/{user_id}        person
GET    /organizations/{org_id}/broken_glass                        orgs:read
GET    /organizations/{org_id}/second_factor                       orgs:permission
PATCH  /organizations/{org_id}/second_factor                       orgs:permission
GET    /organizations/{org_id}/on_call_keys                        orgs:read
POST   /organizations/{org_id}/on_call_keys                        keys
DELETE /organizations/{org_id}/on_call_keys/{on_call_key_id}       orgs:permission
GET    /organizations/{org_id}/on_call_approvals                   orgs:read
POST   /organizations/{org_id}/on_call_approvals                   person
GET    /organizations/{org_id}/notification_targets                orgs:update
POST   /organizations/{org_id}/notification_targets                orgs:update
DELETE /organizations/{org_id}/notification_targets/{target_id}    orgs:update
POST   /organizations/{org_id}/notification_targets/{target_id}/test orgs:update
GET    /organizations/{org_id}/access_rules                        orgs:read
POST   /organizations/{org_id}/access_rules                        orgs:permission
POST   /organizations/{org_id}/access_rules/start                  orgs:permission
PATCH  /organizations/{org_id}/access_rules/{rule_id}              orgs:permission
DELETE /organizations/{org_id}/access_rules/{rule_id}              orgs:permission
GET    /projects/{project_id}/access_rules                         projects:read
POST   /projects/{project_id}/access_rules                         orgs:permission
PATCH  /projects/{project_id}/access_rules/{rule_id}               orgs:permission
DELETE /projects/{project_id}/access_rules/{rule_id}               orgs:permission
GET    /users/me/access_requests                                   orgs:read
GET    /organizations/{org_id}/access_requests                     orgs:read
POST   /projects/{project_id}/access_requests                      orgs:permission
GET    /access_requests/{request_id}                               orgs:read
DELETE /access_requests/{request_id}                               orgs:permission
GET    /projects/{project_id}/access_decision                      projects:read
GET    /projects                                                   projects:read
GET    /projects/shared                                            projects:read
GET    /projects/{project_id}                                      projects:read
PATCH  /projects/{project_id}                                      projects:update
DELETE /projects/{project_id}                                      projects:delete
POST   /projects                                                   projects:create
POST   /organizations/{source_org_id}/projects/transfer            projects:delete
POST   /users/me/projects/transfer                                 projects:delete
GET    /projects/{project_id}/permissions                          projects:read
POST   /projects/{project_id}/permissions                          orgs:permission
DELETE /projects/{project_id}/permissions/{permission_id}          orgs:permission
GET    /projects/{project_id}/connection_uri                       projects:update
GET    /projects/{project_id}/operations                           projects:read
GET    /projects/{project_id}/operations/{operation_id}            projects:read
GET    P/branches                                                  projects:read
GET    P/branches/count                                            projects:read
GET    B                                                           projects:read
PATCH  B                                                           projects:update
POST   P/branches                                                  projects:update
DELETE B                                                           projects:update
POST   B/restore                                                   projects:update
POST   B/set_as_default                                            projects:update
GET    P/endpoints                                                 projects:read
GET    B/endpoints                                                 projects:read
GET    P/endpoints/{endpoint_id}                                   projects:read
POST   P/endpoints                                                 projects:update
PATCH  P/endpoints/{endpoint_id}                                   projects:update
DELETE P/endpoints/{endpoint_id}                                   projects:update
POST   P/endpoints/{endpoint_id}/start                             projects:update
POST   P/endpoints/{endpoint_id}/suspend                           projects:update
POST   P/endpoints/{endpoint_id}/restart                           projects:update
GET    B/databases                                                 projects:read
GET    B/databases/{database_name}                                 projects:read
POST   B/databases                                                 projects:update
PATCH  B/databases/{database_name}                                 projects:update
DELETE B/databases/{database_name}                                 projects:update
GET    B/roles                                                     projects:read
GET    B/roles/{role_name}                                         projects:read
POST   B/roles                                                     projects:update
DELETE B/roles/{role_name}                                         projects:update
GET    B/roles/{role_name}/reveal_password                         projects:update
POST   B/roles/{role_name}/reset_password                          projects:update
GET    /api_keys                                                   keys
POST   /api_keys                                                   keys
DELETE /api_keys/{key_id}                                          keys
GET    /organizations/{org_id}/api_keys                            orgs:read
POST   /organizations/{org_id}/api_keys                            keys
DELETE /organizations/{org_id}/api_keys/{key_id}                   orgs:permission
GET    /consumption_history/account                                projects:read
GET    /consumption_history/projects                               projects:read
GET    /consumption_history/v2/projects                            projects:read
GET    /consumption/projects                                       projects:read
`;

const ROWS = TABLE.split('\n').flatMap((line) => {
  const [method, shortPath = '', needs = ''] = line.split(/\s+/);
  if (method === undefined || method === '') return [];
  const path = shortPath.replace(/^B/, 'P/branches/{branch_id}').replace(/^P\//, '/projects/{project_id}/');
  return [{ method, path, needs }];
});

let web: WebForTests;
let scene: Scene;
let target: Target;
let personal: Target;

beforeAll(async () => {
  web = await startWeb();
  scene = await openScene(web);
  target = await newTarget(web, scene);
  personal = await newPersonalTarget(web, scene);
  // One's own request, which the permission of no account reaches.
  const own = web.catalogue.db.updateTable('access_requests').set({ user_id: scene.people.admin.userId });
  await own.where('id', '=', idFrom<AccessRequestId>(target.names.request_id ?? '')).execute();
});

afterAll(() => web.close());

async function callerWith(scopes: readonly string[]): Promise<ApiForTests> {
  return new ApiForTests(web.localUrl, await tokenWith(web, scene.people.admin, scopes));
}

const inPerson = ROWS.filter(({ needs }) => needs === 'person');
const byScope = ROWS.filter(({ needs }) => needs !== 'any' && needs !== 'person');

const targetOf = ({ path }: { readonly path: string }) => (path === '/users/me/projects/transfer' ? personal : target);
const all = (name: string) => `urn:neoncloud:${name}`;

/** These take something away, which later rows need. */
const isRepeatable = ({ method, path }: { readonly method: string; readonly path: string }) =>
  method !== 'DELETE' && !path.endsWith('/transfer') && !path.includes('{rule_id}');

describe('the table of scopes', () => {
  it('has every route, and a scope for each that changes something', () => {
    const served = ALL_API_ROUTES.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(ROWS.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(served.toSorted());
    const free = ROWS.filter(({ method, needs }) => method !== 'GET' && needs === 'any');
    expect(free.map(({ path }) => path)).toEqual([]);
  });
});

describe('a program', () => {
  it('without the scope of a route is refused with its name', async () => {
    for (const row of byScope) {
      const lacking = row.needs === 'keys' ? 'urn:neoncloud:orgs:delete' : all(row.needs);
      const api = await callerWith(API_SCOPES.filter((scope) => scope !== lacking));
      const { path, body } = requestOf(row, targetOf(row), scene);
      const reply = await api.send(row.method, path, { body });
      const said = { status: reply.status, code: reply.body?.code, message: reply.body?.message };
      const expected = { status: 403, code: 'scope_missing', message: expect.stringContaining(`"${lacking}"`) };
      expect(said, `${row.method} ${row.path}`).toEqual(expected);
      expect(reply.headers.get('www-authenticate')).toBe(`Bearer error="insufficient_scope", scope="${lacking}"`);
    }
  });

  it('with all scopes may do what its person may by a key', async () => {
    const api = await callerWith(API_SCOPES);
    for (const row of ROWS.filter((row) => isRepeatable(row) && !inPerson.includes(row))) {
      const key_id = await newPersonalKeyId(web, scene.people.admin);
      const own = { ...target, names: { ...target.names, key_id } };
      const { path, body } = requestOf(row, own, scene);
      expect(answerOf(await api.send(row.method, path, { body })), `${row.method} ${row.path}`).toBe('ok');
    }
  });

  it('with all scopes names nobody to break the glass, and approves nothing in advance', async () => {
    const api = await callerWith(API_SCOPES);
    for (const row of inPerson) {
      const { path, body } = requestOf(row, target, scene);
      const reply = await api.send(row.method, path, { body });
      expect(reply.status, `${row.method} ${row.path}`).toBe(403);
    }
  });

  it('without any scope knows who its person is, and no more', async () => {
    const api = await callerWith(['openid']);
    expect((await api.get('/users/me')).body).toMatchObject({ id: scene.people.admin.userId });
    expect((await api.get('/auth')).body).toMatchObject({ auth_method: 'oauth' });
    for (const row of byScope) {
      const { path, body } = requestOf(row, targetOf(row), scene);
      const reply = await api.send(row.method, path, { body });
      expect([reply.status, reply.body?.code], `${row.method} ${row.path}`).toEqual([403, 'scope_missing']);
    }
  });

  it('of an operator is no operator', async () => {
    const api = new ApiForTests(web.localUrl, await tokenWith(web, scene.people.operator, API_SCOPES));
    const { status } = await api.get(`/organizations/${scene.organizationId}`);
    expect(status).toBe(403);
  });
});
