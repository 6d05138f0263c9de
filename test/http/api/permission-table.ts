// The callers allowed on each route, written by hand (docs/api.md, "Who may do what"); the
// program's own table is not asked. `ok`: not refused for who calls. 403: visible, not allowed.
// 404: as if it were not there.

export const CALLERS = [
  'admin',
  'member',
  'guest',
  'stranger',
  'operator',
  'organizationKey',
  'projectKey',
  'otherProjectKey',
] as const;
export type CallerName = (typeof CALLERS)[number];
export type Answer = 'ok' | '403' | '404';

// All of it about an organization and its project, which is shared with the guest. The operator
// belongs to nothing here; the last key is of another project of the organization.
// `L/projects/transfer` takes to an organization whose members all of the people are.
const ORGANIZATION = `
                                                             admin  guest    operator  projectKey
                                                                  member stranger    orgKey   otherKey
GET    /users/me                                              ok  ok  ok  ok  ok  403 403 403
GET    /users/me/organizations                                ok  ok  ok  ok  ok  ok  ok  ok
GET    /auth                                                  ok  ok  ok  ok  ok  ok  ok  ok
GET    /regions                                               ok  ok  ok  ok  ok  ok  ok  ok

GET    /organizations/{org_id}                                ok  ok  404 404 403 ok  403 403
GET    /organizations/{org_id}/members                        ok  ok  404 404 403 ok  403 403
GET    /organizations/{org_id}/members/{member_id}            ok  ok  404 404 403 ok  403 403
PATCH  /organizations/{org_id}/members/{member_id}            ok  403 404 404 403 403 403 403
DELETE /organizations/{org_id}/members/{member_id}            ok  403 404 404 403 403 403 403
GET    /organizations/{org_id}/invitations                    ok  ok  404 404 403 ok  403 403
POST   /organizations/{org_id}/invitations                    ok  403 404 404 403 403 403 403
POST   /organizations/{org_id}/invitations/{invitation_id}/resend ok  403 404 404 403 403 403 403
DELETE /organizations/{org_id}/invitations/{invitation_id}    ok  403 404 404 403 403 403 403
GET    /organizations/{org_id}/access_rules                   ok  403 404 404 403 ok  403 403
POST   /organizations/{org_id}/access_rules                   ok  403 404 404 403 403 403 403
PATCH  /organizations/{org_id}/access_rules/{rule_id}         ok  403 404 404 403 403 403 403
DELETE /organizations/{org_id}/access_rules/{rule_id}         ok  403 404 404 403 403 403 403
POST   /organizations/{org_id}/access_rules/start             ok  403 404 404 403 403 403 403
GET    /organizations/{org_id}/access_requests                ok  ok  404 404 403 ok  403 403
GET    /users/me/access_requests                              ok  ok  ok  ok  ok  403 403 403
GET    /access_requests/{request_id}                          ok  404 404 404 404 ok  404 404
DELETE /access_requests/{request_id}                          ok  404 404 404 404 404 404 404
GET    /organizations/{org_id}/break_glass_people             ok  403 404 404 403 ok  403 403
POST   /organizations/{org_id}/break_glass_people             ok  403 404 404 403 403 403 403
DELETE /organizations/{org_id}/break_glass_people/{user_id}   ok  403 404 404 403 403 403 403
GET    /organizations/{org_id}/broken_glass                   ok  403 404 404 403 ok  403 403
GET    /organizations/{org_id}/second_factor                  ok  403 404 404 403 403 403 403
PATCH  /organizations/{org_id}/second_factor                  ok  403 404 404 403 403 403 403
GET    /organizations/{org_id}/on_call_keys                   ok  403 404 404 403 ok  403 403
POST   /organizations/{org_id}/on_call_keys                   ok  403 404 404 403 403 403 403
DELETE /organizations/{org_id}/on_call_keys/{on_call_key_id}  ok  403 404 404 403 ok  403 403
GET    /organizations/{org_id}/on_call_approvals              ok  403 404 404 403 ok  403 403
POST   /organizations/{org_id}/on_call_approvals              403 403 404 404 403 403 403 403
GET    /organizations/{org_id}/teams                          ok  ok  404 404 403 ok  403 403
POST   /organizations/{org_id}/teams                          ok  403 404 404 403 403 403 403
GET    /organizations/{org_id}/teams/{team_id}                ok  ok  404 404 403 ok  403 403
PATCH  /organizations/{org_id}/teams/{team_id}                ok  403 404 404 403 403 403 403
POST   /organizations/{org_id}/teams/{team_id}/members        ok  403 404 404 403 403 403 403
DELETE /organizations/{org_id}/teams/{team_id}/members/{user_id} ok  403 404 404 403 403 403 403
DELETE /organizations/{org_id}/teams/{team_id}                ok  403 404 404 403 403 403 403
GET    /organizations/{org_id}/notification_targets           ok  403 404 404 403 403 403 403
POST   /organizations/{org_id}/notification_targets           ok  403 404 404 403 403 403 403
POST   /organizations/{org_id}/notification_targets/{target_id}/test ok  403 404 404 403 403 403 403
DELETE /organizations/{org_id}/notification_targets/{target_id} ok  403 404 404 403 403 403 403
GET    /organizations/{org_id}/scim_keys                      ok  403 404 404 403 ok  403 403
POST   /organizations/{org_id}/scim_keys                      ok  403 404 404 403 403 403 403
DELETE /organizations/{org_id}/scim_keys/{scim_key_id}        ok  403 404 404 403 ok  403 403

GET    /projects                                              ok  ok  404 404 403 ok  ok  ok
POST   /projects                                              ok  ok  404 404 403 ok  403 403
GET    /projects/shared                                       ok  ok  ok  ok  ok  403 403 403
POST   /organizations/{source_org_id}/projects/transfer       ok  403 403 404 403 404 404 404
POST   /users/me/projects/transfer                            404 404 404 404 404 403 403 403

GET    /api_keys                                              ok  ok  ok  ok  ok  403 403 403
POST   /api_keys                                              ok  ok  ok  ok  ok  403 403 403
DELETE /api_keys/{key_id}                                     ok  ok  ok  ok  ok  403 403 403
GET    /organizations/{org_id}/api_keys                       ok  403 404 404 403 ok  403 403
POST   /organizations/{org_id}/api_keys                       ok  403 404 404 403 403 403 403
DELETE /organizations/{org_id}/api_keys/{key_id}              ok  403 404 404 403 ok  403 403

GET    /consumption_history/account                           ok  ok  404 404 403 ok  403 403
GET    /consumption_history/projects                          ok  ok  404 404 403 ok  ok  ok
GET    /consumption_history/v2/projects                       ok  ok  404 404 403 ok  ok  ok
GET    /consumption/projects                                  ok  ok  404 404 403 ok  ok  ok
`;

// Of a personal project, its owner stands where the admin does; an organization's key is a
// stranger's.
const PROJECT = `
GET    /projects/{project_id}                                 ok  ok  ok  404 403 ok  ok  404
PATCH  /projects/{project_id}                                 ok  ok  ok  404 403 ok  ok  404
DELETE /projects/{project_id}                                 ok  403 403 404 403 ok  403 404
GET    /projects/{project_id}/permissions                     ok  ok  403 404 403 ok  ok  404
POST   /projects/{project_id}/permissions                     ok  403 403 404 403 ok  403 404
DELETE /projects/{project_id}/permissions/{permission_id}     ok  403 403 404 403 ok  403 404
POST   /projects/{project_id}/access_requests                 ok  ok  ok  404 403 403 403 404
GET    /projects/{project_id}/access_rules                    ok  403 403 404 403 ok  403 404
POST   /projects/{project_id}/access_rules                    ok  403 403 404 403 403 403 404
PATCH  /projects/{project_id}/access_rules/{rule_id}          ok  403 403 404 403 403 403 404
DELETE /projects/{project_id}/access_rules/{rule_id}          ok  403 403 404 403 403 403 404
GET    /projects/{project_id}/access_decision                 ok  403 404 404 403 ok  403 404
GET    /projects/{project_id}/connection_uri                  ok  ok  ok  404 403 ok  ok  404
GET    /projects/{project_id}/operations                      ok  ok  ok  404 403 ok  ok  404
GET    /projects/{project_id}/operations/{operation_id}       ok  ok  ok  404 403 ok  ok  404

GET    P/branches                                             ok  ok  ok  404 403 ok  ok  404
POST   P/branches                                             ok  ok  ok  404 403 ok  ok  404
GET    P/branches/count                                       ok  ok  ok  404 403 ok  ok  404
GET    B                                                      ok  ok  ok  404 403 ok  ok  404
PATCH  B                                                      ok  ok  ok  404 403 ok  ok  404
DELETE B                                                      ok  ok  ok  404 403 ok  ok  404
POST   B/restore                                              ok  ok  ok  404 403 ok  ok  404
POST   B/set_as_default                                       ok  ok  ok  404 403 ok  ok  404

GET    P/endpoints                                            ok  ok  ok  404 403 ok  ok  404
POST   P/endpoints                                            ok  ok  403 404 403 ok  ok  404
GET    B/endpoints                                            ok  ok  ok  404 403 ok  ok  404
GET    P/endpoints/{endpoint_id}                              ok  ok  ok  404 403 ok  ok  404
PATCH  P/endpoints/{endpoint_id}                              ok  ok  403 404 403 ok  ok  404
DELETE P/endpoints/{endpoint_id}                              ok  ok  403 404 403 ok  ok  404
POST   P/endpoints/{endpoint_id}/start                        ok  ok  ok  404 403 ok  ok  404
POST   P/endpoints/{endpoint_id}/suspend                      ok  ok  403 404 403 ok  ok  404
POST   P/endpoints/{endpoint_id}/restart                      ok  ok  403 404 403 ok  ok  404

GET    B/databases                                            ok  ok  ok  404 403 ok  ok  404
POST   B/databases                                            ok  ok  ok  404 403 ok  ok  404
GET    B/databases/{database_name}                            ok  ok  ok  404 403 ok  ok  404
PATCH  B/databases/{database_name}                            ok  ok  ok  404 403 ok  ok  404
DELETE B/databases/{database_name}                            ok  ok  ok  404 403 ok  ok  404
GET    B/roles                                                ok  ok  ok  404 403 ok  ok  404
POST   B/roles                                                ok  ok  ok  404 403 ok  ok  404
GET    B/roles/{role_name}                                    ok  ok  ok  404 403 ok  ok  404
DELETE B/roles/{role_name}                                    ok  ok  ok  404 403 ok  ok  404
GET    B/roles/{role_name}/reveal_password                    ok  ok  ok  404 403 ok  ok  404
POST   B/roles/{role_name}/reset_password                     ok  ok  ok  404 403 ok  ok  404
`;

export interface TableRow {
  readonly method: string;
  /** In OpenAPI's notation, below the prefix. */
  readonly path: string;
  readonly answers: ReadonlyMap<CallerName, Answer>;
}

export const PROJECT_ROWS: readonly TableRow[] = rowsOf(PROJECT);
export const ALL_ROWS: readonly TableRow[] = [...rowsOf(ORGANIZATION), ...PROJECT_ROWS];

function rowsOf(table: string): TableRow[] {
  const lines = table.split('\n').filter((line) => /^(GET|POST|PATCH|DELETE) /.test(line));
  return lines.map((line) => {
    const [method = '', shortPath = '', ...answers] = line.split(/\s+/);
    const branch = shortPath.replace(/^B/, 'P/branches/{branch_id}');
    const path = branch.replace(/^P\//, '/projects/{project_id}/');
    return { method, path, answers: new Map(CALLERS.map((caller, index) => [caller, answerOf(answers[index], line)])) };
  });
}

function answerOf(text: string | undefined, line: string): Answer {
  if (text === 'ok' || text === '403' || text === '404') return text;
  throw new Error(`the table has no answer for everybody: ${line}`);
}
