// An organization with two projects, people who are its admin, its member, a guest and nobody, and
// an access token for each place that one of them may ask for.

import { createAccessToken } from '../../src/catalogue/access/access-tokens.ts';
import { registerProject } from '../../src/catalogue/projects/register-project.ts';
import { shareProject } from '../../src/catalogue/projects/shares.ts';
import { addTeamMember } from '../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../src/catalogue/teams/teams.ts';
import { type AuditContext, SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import type { AccessTokenId, AccountId } from '../../src/ids.ts';
import { Secret } from '../../src/secret.ts';
import type { WebForTests } from '../support/browser/web-for-tests.ts';
import { actingAs } from '../support/databases/catalogue-for-tests.ts';
import type { RuledThings } from '../support/rule-sets.ts';
import { newCaller, newOrganization } from './api/api-for-tests.ts';

export const PEOPLE = ['admin', 'member', 'guest', 'nobody'] as const;
export const DATABASES = ['appdb', 'logs'] as const;
interface Role {
  readonly name: string;
  readonly isReadOnly: boolean;
}

export const ROLES: readonly [Role, ...Role[]] = [
  { name: 'app', isReadOnly: false },
  { name: 'app_reader', isReadOnly: true },
];

export interface Asking {
  readonly who: (typeof PEOPLE)[number];
  readonly project: 'shop' | 'blog';
  readonly role: Role;
  readonly database: (typeof DATABASES)[number];
  readonly address: string;
  readonly at: Date;
}

export type DoorScene = Awaited<ReturnType<typeof openDoorScene>>;

export async function openDoorScene(web: WebForTests) {
  const { catalogue } = web;
  const people = {
    admin: await newCaller(web, 'admin'),
    member: await newCaller(web, 'member'),
    guest: await newCaller(web, 'guest'),
    nobody: await newCaller(web, 'nobody'),
  };
  const { id: accountId } = await newOrganization(web, people.admin, [people.member]);
  const projects = {
    shop: await addProject(web, { accountId, name: 'shop' }),
    blog: await addProject(web, { accountId, name: 'blog' }),
  };
  const { shop, blog } = projects;
  const labelled = catalogue.db.updateTable('projects').set({ label: 'production' });
  await labelled.where('id', '=', shop.project.id).execute();
  for (const { project } of [shop, blog]) {
    await shareProject(catalogue, SYSTEM_CONTEXT, { projectId: project.id, emails: [people.guest.email] });
  }
  const data = await createTeam(catalogue, SYSTEM_CONTEXT, { accountId, name: 'Data' });
  const pages = await createTeam(catalogue, SYSTEM_CONTEXT, { accountId, name: 'Web' });
  const { userId } = people.member;
  await addTeamMember(catalogue, SYSTEM_CONTEXT, { accountId, teamId: data.id, userId });
  const things: RuledThings = {
    accountId,
    people: [people.member.userId, people.guest.userId],
    teams: [data.id, pages.id],
    projects: [shop.project.id, blog.project.id],
    computes: [shop.compute.id, blog.compute.id],
  };
  const tokens = new Map<string, AccessTokenId>();
  for (const who of [...PEOPLE, 'account'] as const) {
    if (who === 'nobody') continue;
    const owner = who === 'account' ? 'account' : 'self';
    const context = await actingAs(catalogue, people[who === 'account' ? 'admin' : who]);
    for (const name of ['shop', 'blog'] as const) {
      for (const place of await addTokens(web, { context, owner, computeId: projects[name].compute.id })) {
        tokens.set(`${who} ${name} ${place.role} ${place.database}`, place.id);
      }
    }
  }
  return { people, projects, things, dataTeamId: data.id, tokens };
}

type Owned = Pick<Parameters<typeof createAccessToken>[2], 'owner' | 'computeId'> & { readonly context: AuditContext };

/** One for each role and database. */
async function addTokens({ catalogue }: WebForTests, { context, ...owned }: Owned) {
  const places = ROLES.flatMap((role) => DATABASES.map((database) => ({ role, database })));
  return await Promise.all(
    places.map(async ({ role, database }) => {
      const access = role.isReadOnly ? ('read_only' as const) : ('read_write' as const);
      const wanted = { ...owned, name: `${role.name} of ${database}`, database, databaseRole: role.name, access };
      const { accessToken } = await createAccessToken(catalogue, context, wanted);
      return { id: accessToken.id, role: role.name, database };
    }),
  );
}

async function addProject(
  { catalogue }: WebForTests,
  { accountId, name }: { readonly accountId: AccountId; readonly name: string },
) {
  return await registerProject(catalogue, SYSTEM_CONTEXT, {
    project: { accountId, name, pgVersion: 18, regionId: 'local', creationSource: 'attached' },
    compute: {
      ...{ type: 'read_write', state: 'active', hostId: null, host: 'db.internal', port: 5432 },
      tls: { mode: 'disable' },
    },
    databases: DATABASES.map((database) => ({ name: database, ownerName: 'app' })),
    roles: ROLES.map(({ name: role, isReadOnly }) => ({
      ...{ name: role, password: new Secret(`password of ${role}`), isReadOnly },
    })),
  });
}
