// SCRAM salts tell nothing of which roles exist: wherever those of a real role are equal, those of
// a missing one are, too, however a client spells the project (docs/security.md, T31).

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabaseRole } from '../../../src/catalogue/projects/database-roles.ts';
import { changeProject } from '../../../src/catalogue/projects/projects.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { Secret } from '../../../src/secret.ts';
import { waitUntil } from '../../support/wait-until.ts';
import {
  addDeveloper,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { RawClient } from '../raw-client.ts';

let gateway: GatewayForTests;
let upstream: UpstreamForTests;
let developer: DeveloperForTests;
let other: DeveloperForTests;

beforeAll(async () => {
  [gateway, upstream] = await Promise.all([startGateway(), createUpstream()]);
  developer = await addDeveloper(gateway, upstream);
  other = await addDeveloper(gateway, upstream);
  for (const [{ project }, name] of [
    [developer, 'Blog'],
    [other, 'Elsewhere'],
  ] as const) {
    await changeProject(gateway.catalogue, SYSTEM_CONTEXT, { projectId: project.project.id, changes: { name } });
    const roles = [
      { name: 'writer', password: new Secret('password of a writer') },
      { name: 'locked', password: new Secret('password of no login'), mayLogin: false },
      { name: 'bare', password: null },
    ];
    for (const role of roles) {
      const place = { projectId: project.project.id, branchId: project.branchId };
      await createDatabaseRole(gateway.catalogue, SYSTEM_CONTEXT, { ...place, ...role });
    }
  }
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

interface Spelling {
  readonly options?: string;
  readonly database?: string;
  readonly serverName?: string;
}

/** Salt and iterations, as the gateway says them. */
async function askedWith(user: string, { serverName, ...parameters }: Spelling): Promise<string> {
  using client = await RawClient.connectTls(gateway, serverName);
  client.sendStartup({ user, ...parameters });
  await client.waitForType('R');
  const first = Buffer.from('n,,n=,r=abc');
  client.sendMessage('p', (writer) => writer.addCString('SCRAM-SHA-256').addInt32(first.length).add(first));
  await waitUntil(() => client.messages.length > 1, 'the salt');
  const { type, body } = client.messages[1] ?? { type: 'none', body: Buffer.alloc(0) };
  expect(type).toBe('R');
  return /s=[^,]+,i=\d+/.exec(body.toString())?.[0] ?? '';
}

function spellings(): readonly Spelling[] {
  const { compute, project } = developer.project;
  return [
    { options: 'project=blog' },
    { options: 'project=BLOG' },
    { options: 'project=Blog', database: 'postgres' },
    { options: 'project=Blog', database: 'no_such_database' },
    { options: '-c project=blog' },
    { options: `project=${project.id}` },
    { options: `endpoint=${compute.id}` },
    { options: `endpoint=${compute.id.toUpperCase()}` },
    { options: `endpoint=${compute.id}-pooler` },
    { options: `project=bLOG endpoint=${compute.id}` },
    { serverName: `${compute.id}.pg.example.com` },
    { serverName: `${compute.id}-pooler.pg.example.com` },
    { serverName: `${project.id}.pg.example.com` },
    { options: 'project=elsewhere' },
    { options: `endpoint=${other.project.compute.id}` },
  ];
}

/** For each spelling the first one with the same salt. */
async function patternOf(user: string): Promise<number[]> {
  const salts: string[] = [];
  for (const spelling of spellings()) salts.push(await askedWith(user, spelling));
  return salts.map((salt) => salts.indexOf(salt));
}

it('spellings of a project have equal salts, whether the role exists or not', async () => {
  const inOneProject = spellings().map((_spelling, at) => (at < 13 ? 0 : 13));
  for (const user of ['writer', 'WRITER', 'locked', 'bare', 'nobody', 'n'.repeat(70)]) {
    expect([user, await patternOf(user)]).toEqual([user, inOneProject]);
  }
});

it('each name has a salt of its own, with equally many iterations', async () => {
  const users = ['writer', 'WRITER', 'locked', 'bare', 'nobody', 'NOBODY', 'tok-0123456789abcdef'];
  const asked = await Promise.all(users.map((user) => askedWith(user, { options: 'project=blog' })));
  expect(new Set(asked).size).toBe(users.length);
  for (const each of asked) expect(each).toMatch(/^s=[A-Za-z0-9+/]{22}==,i=4096$/);
});

it('an access token has one salt, whatever its connection names', async () => {
  const options = ['project=blog', `endpoint=${other.project.compute.id}`, 'project=no-such-project'];
  const asked = await Promise.all(options.map((each) => askedWith('tok-0123456789abcdef', { options: each })));
  expect(new Set(asked).size).toBe(1);
});
