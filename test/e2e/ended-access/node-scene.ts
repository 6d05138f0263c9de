// People with projects on an installation whose nodes are processes of their own, what a psql logs
// in with, and how changes are made at a node from outside.

import { createAccessToken } from '../../../src/catalogue/access/access-tokens.ts';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { registerProject } from '../../../src/catalogue/projects/register-project.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type AccountId, type ComputeId, newUserId, personalAccountId } from '../../../src/ids.ts';
import { Secret } from '../../../src/secret.ts';
import type { UpstreamForTests } from '../../gateway/gateway-for-tests.ts';
import type { FormFields } from '../../support/browser/web-client.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  type PersonForTests,
} from '../../support/databases/catalogue-for-tests.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { signedInBrowser } from '../../support/nodes/desk.ts';
import { PASSWORD } from '../../support/nodes/postern-for-tests.ts';
import { send } from '../trail/trail-reader.ts';

/** A node as the outside sees it. */
export interface NodeAddress {
  readonly baseUrl: string;
  readonly pgPort: number;
}

export interface Scene {
  readonly catalogue: Catalogue;
  /** Of the attached projects. */
  readonly upstream: UpstreamForTests;
  /** Where psql is connected. */
  readonly node: NodeAddress;
}

export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export async function call(at: NodeAddress, key: string, [method, path, body]: readonly [string, string, unknown?]) {
  const response = await fetch(`${at.baseUrl}/api/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
  return JSON.parse(text);
}

export async function addPerson({ catalogue }: Scene): Promise<PersonForTests> {
  const email = `${newUserId()}@example.com`;
  const input = { email, name: 'Alex', password: new Secret(PASSWORD) };
  const user = await createUser(catalogue, SYSTEM_CONTEXT, input);
  return { userId: user.id, email, accountId: personalAccountId(user.id) };
}

export async function keyOf({ catalogue }: Scene, person: PersonForTests): Promise<string> {
  return (await createPersonalKey(catalogue, await actingAs(catalogue, person), { name: 'laptop' })).key.reveal();
}

interface Place {
  readonly accountId: AccountId;
  readonly projectId: string;
  readonly computeId: ComputeId;
  readonly database: string;
}

/** On a server that is not Postern's: nothing but Postern ends a connection to it. */
async function attachedProject({ catalogue, upstream }: Scene, accountId: AccountId): Promise<Place> {
  const { hostname, port } = new URL(postgresUrl());
  const { role, databases } = upstream;
  const made = await registerProject(catalogue, SYSTEM_CONTEXT, {
    project: { accountId, name: 'shop', pgVersion: 18, regionId: 'local', creationSource: 'attached' },
    compute: {
      ...{ type: 'read_write', state: 'active', hostId: null, tls: { mode: 'disable' } },
      ...{ host: hostname, port: Number(port) },
    },
    databases: databases.map((database) => ({ name: database, ownerName: role.name })),
    roles: [{ name: role.name, password: new Secret(role.password) }],
  });
  return { accountId, projectId: made.project.id, computeId: made.compute.id, database: databases[0] ?? '' };
}

export async function hostedRole(scene: Scene, key: string): Promise<{ readonly login: Login; readonly path: string }> {
  const { project, branch, databases } = await call(scene.node, key, ['POST', '/projects', { project: {} }]);
  const branchPath = `/projects/${project.id}/branches/${branch.id}/roles`;
  const user = `role-${newUserId().slice(0, 8)}`;
  const { role } = await call(scene.node, key, ['POST', branchPath, { role: { name: user } }]);
  return { login: { user, password: role.password, database: databases[0].name }, path: `${branchPath}/${user}` };
}

export async function tokenOf({ catalogue }: Scene, person: PersonForTests, { computeId, database }: Place) {
  const input = { name: 'CI', computeId, owner: 'self', access: 'read_write' } as const;
  const { accessToken, secret } = await createAccessToken(catalogue, await actingAs(catalogue, person), input);
  return { user: accessToken.id, password: secret.reveal(), database };
}

/** A person with a project of the own and a token for it. */
export async function developer(scene: Scene) {
  const person = await addPerson(scene);
  const place = await attachedProject(scene, person.accountId);
  const login = await tokenOf(scene, person, place);
  const submit = async (at: NodeAddress, ...form: [path: string, fields?: FormFields, from?: string]) =>
    send(await signedInBrowser(at.baseUrl, person.email), ...form);
  return { person, place, login, submit, key: await keyOf(scene, person) };
}

/** An organization with a project, and one member besides its admin. */
export async function organization(scene: Scene) {
  const [admin, member] = [await addPerson(scene), await addPerson(scene)];
  const { id } = await addOrganization(scene.catalogue, admin);
  const membership = await addMemberTo(scene.catalogue, { id }, { person: member });
  const place = await attachedProject(scene, id);
  return { id, admin, membership, place, login: await tokenOf(scene, member, place), key: await keyOf(scene, admin) };
}
