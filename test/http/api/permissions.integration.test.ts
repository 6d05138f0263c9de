import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { routesOf } from '../app/routes-of.ts';
import { ApiForTests } from './api-for-tests.ts';
import {
  newPersonalKeyId,
  newPersonalTarget,
  newTarget,
  openScene,
  type Scene,
  type Target,
} from './permission-scene.ts';
import { ALL_ROWS, type Answer, CALLERS, type CallerName, PROJECT_ROWS, type TableRow } from './permission-table.ts';
import { answerOf, requestOf } from './request-of-row.ts';

let web: WebForTests;
let scene: Scene;

beforeAll(async () => {
  web = await startWeb();
  scene = await openScene(web);
});

afterAll(() => web.close());

/** Asks as everybody; whoever may take something away gets a target of their own. */
async function walk(row: TableRow, makeTarget: () => Promise<Target>, shared: Target): Promise<Record<string, string>> {
  const takesAway = row.method === 'DELETE' || row.path.endsWith('/transfer') || row.path.includes('{rule_id}');
  const targets = new Map<CallerName, Target>();
  // One after another, since each takes the person who may break the glass from the one before.
  for (const caller of CALLERS) {
    const isOwn = takesAway && row.answers.get(caller) === 'ok';
    targets.set(caller, await ownKey(row, caller, isOwn ? await makeTarget() : shared));
  }
  const answers = CALLERS.map(async (caller) => {
    const target = targets.get(caller) ?? shared;
    const { path, body } = requestOf(row, target, scene);
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
      const { path, body } = requestOf(row, shared, scene);
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
