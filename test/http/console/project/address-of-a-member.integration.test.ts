// A member's own server, added as a compute, was sent the project's password and kept the session
// on the real server that it passed the exchange on to.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  createAccessRule,
  type NewAccessRule,
  replaceAccessRules,
} from '../../../../src/catalogue/rules/access-rules.ts';
import { SYSTEM_CONTEXT } from '../../../../src/catalogue/trail/audit-context.ts';
import { Secret } from '../../../../src/secret.ts';
import { startWeb, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { addMemberTo, addOrganization } from '../../../support/databases/catalogue-for-tests.ts';
import { postgresUrl, runAsSuperuser } from '../../../support/databases/postgres-for-tests.ts';
import { startTappedRelay, type TappedRelay } from '../../../support/nodes/tapped-relay.ts';
import { startTcpRelay, type TcpRelay } from '../../../support/nodes/tcp-relay-for-tests.ts';
import { waitUntil } from '../../../support/wait-until.ts';
import { personAtBrowser } from '../console-for-tests.ts';

const PASSWORD = 'sesame-open';
const realPort = () => new URL(postgresUrl()).port;

let web: WebForTests;
/** What the member listens with, and the way from there to the real server. */
let listening: TappedRelay;
let passingOn: TcpRelay;
let logins: string[] = [];

beforeAll(async () => {
  passingOn = await startTcpRelay(Number(realPort()));
  listening = await startTappedRelay(passingOn.port, () => (direction, chunk) => {
    // Message Formats: StartupMessage
    const user = /user\0([^\0]+)\0/.exec(chunk.toString('latin1'))?.[1];
    if (direction === 'to_server' && user !== undefined) logins.push(user);
  });
  const ports = `${realPort()},${listening.port}`;
  web = await startWeb({ POSTERN_UPSTREAM_NETWORKS: '127.0.0.0/8', POSTERN_UPSTREAM_PORTS: ports });
});

afterAll(async () => {
  await web.close();
  await listening[Symbol.asyncDispose]();
  await passingOn.close();
});

beforeEach(() => {
  logins = [];
});

describe('an address that comes to a project', () => {
  it('is sent no password by a member who may not reveal it', async () => {
    const { member, form, place } = await production({ doors: ['link'] });
    const refused = await member.post(`${place}/computes/new`, form);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain('which you may not reveal');
    expect(refused.text).toContain('An admin of the account can add it');
    expect(logins).toEqual([]);
    expect(await countComputes(place)).toBe(1);
  });

  it.each(['reason', 'roles', 'signIn'] as const)(
    'is sent none by a rule that asks more of a password: %s',
    async (by) => {
      const grants = {
        reason: { reason: 'required' },
        roles: { roles: 'read_only' },
        signIn: { freshSignInMs: 600_000 },
      } as const;
      const { member, form, place } = await production(grants[by]);
      expect((await member.post(`${place}/computes/new`, form)).status).toBe(403);
      expect(logins).toEqual([]);
    },
  );

  it('is logged in to with the stored password by somebody who may reveal it', async () => {
    const { member, form, place, stored, own } = await production({ doors: ['link', 'role_password'] });
    expect((await member.post(`${place}/computes/new`, form)).status).toBe(303);
    expect(new Set(logins)).toEqual(new Set([own, stored]));
    expect(await countComputes(place)).toBe(2);
  });

  it('is sent none once the right went while it was looked at', async () => {
    const { member, form, place, accountId, own } = await production({ doors: ['link', 'role_password'] });
    passingOn.hold();
    const adding = member.post(`${place}/computes/new`, form);
    await waitUntil(() => logins.length === 1, 'the address is dialled');
    await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set: 'strict' });
    passingOn.release();
    expect((await adding).status).toBe(403);
    expect(new Set(logins)).toEqual(new Set([own]));
    expect(await countComputes(place)).toBe(1);
  });
});

/** An attached project whose members have just this rule, and a form with a member's address. */
async function production(grants: NewAccessRule['grants']) {
  const [admin, member] = [await personAtBrowser(web, 'admin'), await personAtBrowser(web, 'member')];
  const { id: accountId } = await addOrganization(web.catalogue, admin);
  await addMemberTo(web.catalogue, { id: accountId }, { person: member });
  const [stored, own] = [await addLogin('prod'), await addLogin('mallory')];
  const { project } = await web.provisioning.attachProject(SYSTEM_CONTEXT, {
    ...{ accountId, name: 'production', ca: null, readOnlyUrl: null },
    url: new Secret(urlOf(stored, realPort())),
  });
  await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId, set: 'strict' });
  const rule = { accountId, subject: { kind: 'members' }, object: { kind: 'account' }, grants } as const;
  await createAccessRule(web.catalogue, SYSTEM_CONTEXT, rule);
  const form = { name: '', type: 'read_only', url: urlOf(own, listening.port) };
  return { member, form, accountId, stored, own, place: `/app/${accountId}/projects/${project.id}` };
}

async function countComputes(place: string): Promise<number> {
  const projectId = place.split('/').at(-1) ?? '';
  const rows = await web.catalogue.db.selectFrom('computes').select(['id', 'project_id']).execute();
  return rows.filter(({ project_id }) => project_id === projectId).length;
}

async function addLogin(prefix: string): Promise<string> {
  const role = `${prefix}_${randomBytes(4).toString('hex')}`;
  await runAsSuperuser(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
  onTestFinished(() => runAsSuperuser(`DROP ROLE ${role}`));
  return role;
}

function urlOf(role: string, port: number | string): string {
  return `postgres://${role}:${PASSWORD}@127.0.0.1:${port}/postgres?sslmode=disable`;
}
