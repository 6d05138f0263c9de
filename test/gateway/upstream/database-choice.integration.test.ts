import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { registerProject } from '../../../src/catalogue/projects/register-project.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newUserId, personalAccountId } from '../../../src/ids.ts';
import { Secret } from '../../../src/secret.ts';
import { runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { answerTo, connectedClient } from '../connected-client.ts';
import {
  addDeveloper,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { type NarrowPooler, type NarrowUpstream, startNarrowPooler, startNarrowPostgres } from './narrow-upstreams.ts';

let postgres: NarrowUpstream;
let pooler: NarrowPooler;
let gateway: GatewayForTests;
let wide: UpstreamForTests;

beforeAll(async () => {
  postgres = await startNarrowPostgres();
  pooler = await startNarrowPooler(postgres);
  wide = await createUpstream();
  gateway = await startGateway({ upstreamPorts: [postgres.port, pooler.port] });
});

afterAll(async () => {
  await gateway.close();
  await wide.close();
  await pooler[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

/** A person's project "shop" there; the catalogue knows both databases. */
async function developerAt({ port, role, served, withheld }: NarrowUpstream): Promise<DeveloperForTests> {
  const { catalogue } = gateway;
  const email = `${newUserId()}@example.com`;
  const { id: userId } = await createUser(catalogue, SYSTEM_CONTEXT, { email, name: 'Alex', password: null });
  const accountId = personalAccountId(userId);
  const project = await registerProject(catalogue, SYSTEM_CONTEXT, {
    project: { accountId, name: 'shop', pgVersion: 18, regionId: 'local', creationSource: 'attached' },
    compute: {
      ...{ type: 'read_write', state: 'active', hostId: null },
      ...{ host: '127.0.0.1', port, tls: { mode: 'disable' } },
    },
    databases: [served, withheld].map((name) => ({ name, ownerName: role.name })),
    roles: [{ name: role.name, password: new Secret(role.password) }],
  });
  return { userId, email, accountId, project };
}

async function databaseOf(developer: DeveloperForTests, database: string, user = 'alex'): Promise<string> {
  using client = await connectedClient(gateway, developer, { user, database });
  return await answerTo(client, 'select current_database()');
}

describe.each([
  ['pg_hba.conf', () => postgres],
  ['a pooler', () => pooler],
])('where %s lets a role into the approved database only', (_how, of) => {
  it.each(['shop', 'alex@example.com/shop', 'no_such_thing', 'reports', 'postgres'])(
    '-d %s enters that',
    async (word) => {
      expect(await databaseOf(await developerAt(of()), word)).toBe(of().served);
    },
  );
});

describe('a word that is the project’s, or that nobody knows', () => {
  it('is not tried as a database', async () => {
    const developer = await developerAt(pooler);
    for (const word of ['shop', developer.project.project.id, 'unheard_of']) await databaseOf(developer, word);
    expect(new Set(pooler.askedFor())).toContain(pooler.served);
    for (const word of ['shop', 'unheard_of']) expect(pooler.askedFor()).not.toContain(word);
  });
});

describe('where a role may enter every database', () => {
  it('one that was made by SQL and typed is entered', async () => {
    const developer = await addDeveloper(gateway, wide);
    const name = `${wide.databases[0]}_copy`;
    await runAsSuperuser(`CREATE DATABASE "${name}"`);
    expect(await databaseOf(developer, name)).toBe(name);
    await runAsSuperuser(`DROP DATABASE "${name}" WITH (FORCE)`);
  });

  it('one that is called like the user is entered, and else the approved one', async () => {
    const developer = await addDeveloper(gateway, wide);
    const [approved = '', other = ''] = wide.databases;
    expect(await databaseOf(developer, other, other)).toBe(other);
    expect(await databaseOf(developer, 'alexlopez', 'alexlopez')).toBe(approved);
  });

  it('one with a slash in its name is entered', async () => {
    const developer = await addDeveloper(gateway, wide);
    const name = `${wide.databases[0]}/feature`;
    await runAsSuperuser(`CREATE DATABASE "${name}"`);
    expect(await databaseOf(developer, name)).toBe(name);
    await runAsSuperuser(`DROP DATABASE "${name}" WITH (FORCE)`);
  });
});
