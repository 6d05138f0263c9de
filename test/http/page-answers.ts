// What the places without a door say: the page of a login, and where passwords are shown.

import { findPasswordRoles, requirePasswordReach } from '../../src/catalogue/access/own-reach.ts';
import { isPosternError } from '../../src/errors.ts';
import { offeredTargets } from '../../src/http/approval/offered-targets.ts';
import type { WebForTests } from '../support/browser/web-for-tests.ts';
import { actorOf } from '../support/databases/catalogue-for-tests.ts';
import { loginOrigin } from '../support/nodes/login-for-tests.ts';
import type { Asking, DoorScene } from './door-scene.ts';

interface Asked {
  readonly web: WebForTests;
  readonly scene: DoorScene;
  readonly asking: Asking;
}

const REFUSALS = ['rule_denied', 'rule_asks', 'permission_lost'] as const;
const SIGNED_IN = { method: 'password', at: null } as const;

/** What the page of the login offers at the compute. */
export async function onPage({
  web,
  scene,
  asking,
}: Asked): Promise<{ readonly role: boolean; readonly database: boolean }> {
  const catalogue = { ...web.catalogue, clock: { now: () => asking.at } };
  const person = { userId: scene.people[asking.who].userId, signIn: SIGNED_IN };
  const origin = loginOrigin({ address: asking.address });
  const { found } = await offeredTargets(catalogue, { person, origin, find: '' });
  const computes = found.flatMap(({ projects }) => projects.flatMap((project) => project.computes));
  const offered = computes.find(({ id }) => id === scene.projects[asking.project].compute.id);
  return {
    role: offered?.roles.some(({ name }) => name === asking.role.name) === true,
    database: offered?.databases.includes(asking.database) === true,
  };
}

/** Where passwords of roles are shown or handed out: from anywhere, now. */
export async function ofPasswords({ web, scene, asking }: Asked) {
  const { catalogue } = web;
  const { role, database } = asking;
  const { branchId, project } = scene.projects[asking.project];
  const actor = await actorOf(catalogue, scene.people[asking.who].userId);
  const query = new URLSearchParams({ database_name: database, role_name: role.name });
  const [shown, revealed, uri] = await Promise.all([
    findPasswordRoles(catalogue, actor, { branchId, names: [role.name] }),
    heard(requirePasswordReach(catalogue, actor, { branchId, name: role.name })),
    scene.people[asking.who].api.get(`/projects/${project.id}/connection_uri?${query}`),
  ]);
  return [
    { place: 'Connect page', isIn: shown.has(role.name) },
    // Strangers are left to the permission check.
    ...(asking.who === 'nobody' ? [] : [{ place: 'revealing', isIn: revealed.isIn }]),
    { place: 'connection_uri', isIn: uri.status === 200 },
  ];
}

/** Whether a place lets in, and what names the rule where it refuses. */
export interface Heard {
  readonly isIn: boolean;
  readonly rule: string | null;
}

export async function heard(ask: Promise<unknown>): Promise<Heard> {
  try {
    await ask;
    return { isIn: true, rule: null };
  } catch (error) {
    for (const code of REFUSALS)
      if (isPosternError(error, code)) return { isIn: false, rule: error.params.rule ?? null };
    throw error;
  }
}
