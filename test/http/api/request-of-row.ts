// A request for each route of the API, and what its status says of the caller's rights.

import type { ApiReply } from './api-for-tests.ts';
import type { Scene, Target } from './permission-scene.ts';
import type { TableRow } from './permission-table.ts';

type Row = Pick<TableRow, 'method' | 'path'>;

let count = 0;

const RANGE = 'from=2024-06-30T00:00:00Z&to=2024-07-01T00:00:00Z&granularity=daily';

/**
 * What a request needs to get as far as the question who calls; it changes nothing where that can
 * be avoided.
 */
function partsOf(row: Row, { names }: Target, scene: Scene): { query?: string; body?: unknown } {
  const organization = `org_id=${names.org_id}`;
  const destination = { destination_org_id: scene.destinationId, project_ids: [names.project_id] };
  const parts: Readonly<Record<string, { query?: string; body?: unknown }>> = {
    'PATCH /organizations/{org_id}/members/{member_id}': { body: { role: 'member' } },
    'PATCH /organizations/{org_id}/second_factor': { body: { demanded: false } },
    'POST /organizations/{org_id}/invitations': { body: { invitations: [{ email: 'x@example.com', role: 'member' }] } },
    'POST /organizations/{org_id}/access_rules': { body: { subject: { kind: 'members' } } },
    'POST /organizations/{org_id}/access_rules/start': { body: { set: 'everyone' } },
    'PATCH /organizations/{org_id}/access_rules/{rule_id}': { body: { grants: {} } },
    'POST /projects/{project_id}/access_requests': { body: { endpoint_id: names.endpoint_id } },
    'POST /projects/{project_id}/access_rules': { body: { subject: { kind: 'members' } } },
    'PATCH /projects/{project_id}/access_rules/{rule_id}': { body: { grants: {} } },
    'GET /projects/{project_id}/access_decision': {
      query: `user_id=${names.user_id}&endpoint_id=${names.endpoint_id}`,
    },
    'POST /organizations/{org_id}/notification_targets': {
      body: { name: 'x', format: 'slack', url: 'https://chat.example/', classes: ['keys'] },
    },
    'POST /organizations/{org_id}/scim_keys': { body: { name: 'x' } },
    'POST /organizations/{org_id}/on_call_keys': { body: { name: 'x' } },
    'POST /organizations/{org_id}/break_glass_people': { body: { user_id: names.user_id } },
    'POST /organizations/{org_id}/on_call_approvals': {
      body: { user_id: names.user_id, project_id: names.project_id, duration_seconds: 3_600, reason: 'x' },
    },
    'POST /organizations/{org_id}/teams': { body: { name: `team ${++count}` } },
    'PATCH /organizations/{org_id}/teams/{team_id}': { body: { name: `team ${++count}` } },
    'POST /organizations/{org_id}/teams/{team_id}/members': { body: { user_id: names.user_id } },
    'GET /projects': { query: organization },
    // No host has this version, which is found out when it is known that the caller may.
    'POST /projects': { body: { project: { org_id: names.org_id, pg_version: 9 } } },
    'POST /organizations/{source_org_id}/projects/transfer': { body: destination },
    'POST /users/me/projects/transfer': { body: destination },
    'POST /api_keys': { body: { key_name: 'x' } },
    'POST /organizations/{org_id}/api_keys': { body: { key_name: 'x' } },
    'GET /consumption_history/account': { query: `${RANGE}&${organization}` },
    'GET /consumption_history/projects': { query: `${RANGE}&${organization}` },
    'GET /consumption_history/v2/projects': { query: `${RANGE}&${organization}&metrics=compute_unit_seconds` },
    'GET /consumption/projects': { query: organization },
    'PATCH /projects/{project_id}': { body: { project: {} } },
    'POST /projects/{project_id}/permissions': { body: { email: 'x@example.com' } },
    'GET /projects/{project_id}/connection_uri': { query: 'database_name=appdb&role_name=app' },
    'PATCH /projects/{project_id}/branches/{branch_id}': { body: { branch: {} } },
    'POST /projects/{project_id}/endpoints': { body: { endpoint: { branch_id: names.branch_id, type: 'read_only' } } },
    'PATCH /projects/{project_id}/endpoints/{endpoint_id}': { body: { endpoint: {} } },
    'POST /projects/{project_id}/branches/{branch_id}/databases': {
      body: { database: { name: 'x', owner_name: 'app' } },
    },
    'PATCH /projects/{project_id}/branches/{branch_id}/databases/{database_name}': { body: { database: {} } },
    'POST /projects/{project_id}/branches/{branch_id}/roles': { body: { role: { name: 'x' } } },
  };
  return parts[`${row.method} ${row.path}`] ?? {};
}

export function requestOf(row: Row, target: Target, scene: Scene): { path: string; body?: unknown } {
  const { query, body } = partsOf(row, target, scene);
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => target.names[name] ?? 'missing');
  return { path: query === undefined ? path : `${path}?${query}`, body };
}

/**
 * What the status says of the caller's rights; an answer that a table cannot mean is told as it is.
 */
export function answerOf({ status, body }: ApiReply): string {
  if (status === 403 || status === 404) return String(status);
  return [200, 201, 409, 412, 422].includes(status) ? 'ok' : `${status} ${JSON.stringify(body)}`;
}
