import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { routesOf } from '../app/routes-of.ts';
import { ApiForTests, type ApiReply } from './api-for-tests.ts';
import {
  newPersonalKeyId,
  newPersonalTarget,
  newTarget,
  openScene,
  type Scene,
  type Target,
} from './permission-scene.ts';
import { ALL_ROWS, type Answer, CALLERS, type CallerName, PROJECT_ROWS, type TableRow } from './permission-table.ts';

let web: WebForTests;
let scene: Scene;

beforeAll(async () => {
  web = await startWeb();
  scene = await openScene(web);
});

afterAll(() => web.close());

const RANGE = 'from=2024-06-30T00:00:00Z&to=2024-07-01T00:00:00Z&granularity=daily';

/**
 * What a request needs to get as far as the question who calls; it changes nothing where that can
 * be avoided.
 */
function partsOf(row: TableRow, { names }: Target): { query?: string; body?: unknown } {
  const organization = `org_id=${names.org_id}`;
  const destination = { destination_org_id: scene.destinationId, project_ids: [names.project_id] };
  const parts: Readonly<Record<string, { query?: string; body?: unknown }>> = {
    'PATCH /organizations/{org_id}/members/{member_id}': { body: { role: 'member' } },
    'POST /organizations/{org_id}/invitations': { body: { invitations: [{ email: 'x@example.com', role: 'member' }] } },
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

function requestOf(row: TableRow, target: Target): { path: string; body?: unknown } {
  const { query, body } = partsOf(row, target);
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => target.names[name] ?? 'missing');
  return { path: query === undefined ? path : `${path}?${query}`, body };
}

/**
 * What the status says of the caller's rights; an answer that a table cannot mean is told as it is.
 */
function answerOf({ status, body }: ApiReply): string {
  if (status === 403 || status === 404) return String(status);
  return [200, 201, 409, 412, 422].includes(status) ? 'ok' : `${status} ${JSON.stringify(body)}`;
}

/** Asks as everybody; whoever may take something away gets a target of their own. */
async function walk(row: TableRow, makeTarget: () => Promise<Target>, shared: Target): Promise<Record<string, string>> {
  const takesAway = row.method === 'DELETE' || row.path.endsWith('/transfer');
  const answers = CALLERS.map(async (caller) => {
    const isOwn = takesAway && row.answers.get(caller) === 'ok';
    const target = await ownKey(row, caller, isOwn ? await makeTarget() : shared);
    const { path, body } = requestOf(row, target);
    return [caller, answerOf(await target.callers[caller].send(row.method, path, { body }))] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** A personal key to revoke is the caller's own. */
async function ownKey(row: TableRow, caller: CallerName, target: Target): Promise<Target> {
  if (row.path !== '/api_keys/{key_id}' || caller.endsWith('Key')) return target;
  const person = scene.people[caller as keyof Scene['people']];
  return { ...target, names: { ...target.names, key_id: await newPersonalKeyId(web, person) } };
}

describe('the table', () => {
  it('has every route of the router, and no other', () => {
    const prefix = '/api/v2';
    const routes = routesOf(web.app)
      .filter(({ path }) => path.startsWith(`${prefix}/`) && path !== `${prefix}/openapi.json`)
      .map(({ method, path }) => `${method} ${path.slice(prefix.length).replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(routes.length).toBeGreaterThan(60);
    expect(ALL_ROWS.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(routes.toSorted());
  });
});

describe('an organization and its project', () => {
  it('answer everybody as the table says', async () => {
    const shared = await newTarget(web, scene);
    for (const row of ALL_ROWS) {
      const answers = await walk(row, () => newTarget(web, scene), shared);
      expect(answers, `${row.method} ${row.path}`).toEqual(Object.fromEntries(row.answers));
    }
  });

  it('answer nobody without a key', async () => {
    const shared = await newTarget(web, scene);
    const keys = [null, 'postern_key_of_nobody'];
    for (const [index, row] of ALL_ROWS.entries()) {
      const { path, body } = requestOf(row, shared);
      // Each from elsewhere: one address is held back after some tries.
      const headers = { 'x-forwarded-for': `198.51.100.${index}` };
      for (const key of keys) {
        const { status } = await new ApiForTests(web.localUrl, key).send(row.method, path, { body, headers });
        expect(status, `${row.method} ${row.path}`).toBe(401);
      }
    }
  });
});

describe('a personal project', () => {
  it('follows the table: owner like admin, organization key like stranger', async () => {
    const shared = await newPersonalTarget(web, scene);
    const standsFor = new Map<CallerName, CallerName>([
      ['member', 'admin'],
      ['organizationKey', 'stranger'],
      ['projectKey', 'stranger'],
      ['otherProjectKey', 'stranger'],
    ]);
    for (const row of PROJECT_ROWS) {
      const expected = new Map(
        CALLERS.map((caller): [CallerName, Answer] => {
          return [caller, row.answers.get(standsFor.get(caller) ?? caller) ?? 'ok'];
        }),
      );
      const answers = await walk({ ...row, answers: expected }, () => newPersonalTarget(web, scene), shared);
      expect(answers, `${row.method} ${row.path}`).toEqual(Object.fromEntries(expected));
    }
  });
});
