// Access rules, requests for access, on-call approvals and broken glass by the command line, each
// flag as it arrives at the catalogue.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakGlass } from '../../../src/catalogue/asking/break-glass.ts';
import { createAccessRule, replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import { addTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { AccountId, ComputeId, TeamId } from '../../../src/ids.ts';
import { type CallerForTests, newCaller, newOrganization } from '../../http/api/api-for-tests.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { actorOf, addMemberTo } from '../../support/databases/catalogue-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { runCommand } from '../run-command.ts';

let web: WebForTests;
let admin: CallerForTests;
let member: CallerForTests;
let org: AccountId;
let teamId: TeamId;
let project: { readonly id: string; readonly compute: ComputeId; readonly role: string; readonly database: string };

beforeAll(async () => {
  web = await startWeb();
  [admin, member] = [await newCaller(web), await newCaller(web)];
  org = (await newOrganization(web, admin)).id;
  await addMemberTo(web.catalogue, { id: org }, { person: member });
  teamId = (await createTeam(web.catalogue, SYSTEM_CONTEXT, { accountId: org, name: 'Owners' })).id;
  await addTeamMember(web.catalogue, SYSTEM_CONTEXT, { accountId: org, teamId, userId: admin.userId });
  const { body } = await admin.api.post('/projects', { project: { org_id: org } });
  const [compute, role, database] = [body.endpoints[0].id, body.roles[0].name, body.databases[0].name];
  project = { id: body.project.id, compute, role, database };
});

afterAll(() => web.close());

async function run(key: string, ...args: string[]) {
  return await runCommand({ POSTERN_API_HOST: web.localUrl, POSTERN_API_KEY: key }, args);
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into what is printed freely
async function json(key: string, ...args: string[]): Promise<any> {
  const { exitCode, stdout, stderr } = await run(key, ...args, '--json');
  expect({ exitCode, stderr }, args.join(' ')).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** The rule that these flags make, as the API tells it. */
async function ruleOf(...flags: string[]) {
  const { id } = await json(admin.key, 'rule', 'add', '--org', org, ...flags);
  const { body } = await admin.api.get(`/organizations/${org}/access_rules`);
  await json(admin.key, 'rule', 'remove', id, '--org', org);
  return body.access_rules.find((rule: { id: string }) => rule.id === id);
}

describe('postern rule add', () => {
  it.each([
    ['members', { kind: 'members' }],
    ['guests', { kind: 'guests' }],
    ['account_tokens', { kind: 'account_tokens' }],
  ])('names %s', async (who, subject) => {
    expect(await ruleOf('--who', who)).toMatchObject({ subject, object: { kind: 'account' } });
  });

  it('names a person by e-mail or id, and a team by name', async () => {
    const person = { subject: { kind: 'person', user_id: member.userId } };
    expect(await ruleOf('--who', member.email.toUpperCase())).toMatchObject(person);
    expect(await ruleOf('--who', member.userId)).toMatchObject(person);
    expect(await ruleOf('--who', 'team:owners')).toMatchObject({ subject: { kind: 'team', team_id: teamId } });
    const unknown = await run(admin.key, 'rule', 'add', '--org', org, '--who', 'team:nobody');
    expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('team "nobody" not found') });
  });

  it('is about a compute, a label or a project', async () => {
    const compute = { object: { kind: 'compute', endpoint_id: project.compute } };
    expect(await ruleOf('--who', 'members', '--compute', project.compute)).toMatchObject(compute);
    const label = { object: { kind: 'label', label: 'production' } };
    expect(await ruleOf('--who', 'members', '--label', 'production')).toMatchObject(label);
    const made = await json(admin.key, 'rule', 'add', '--project', project.id, '--who', 'members');
    expect(made.object).toEqual({ kind: 'project', project_id: project.id });
    await json(admin.key, 'rule', 'remove', made.id, '--project', project.id);
  });

  it('gives what its flags say', async () => {
    const flags = [
      ...['--roles', 'app, read_replica', '--databases', 'shop,notes', '--doors', 'link,oauth'],
      ...['--networks', '10.0.0.0/8, 2001:db8::/32', '--longest-approval', '0', '--longest-connection', '3600'],
      ...['--fresh-sign-in', '900', '--passkey'],
    ];
    expect((await ruleOf('--who', 'members', ...flags)).grants).toMatchObject({
      ...{ roles: ['app', 'read_replica'], databases: ['shop', 'notes'], doors: ['link', 'oauth'] },
      ...{ networks: ['10.0.0.0/8', '2001:db8::/32'], longest_approval_seconds: 0 },
      ...{ longest_connection_seconds: 3_600, fresh_sign_in_seconds: 900, passkey: true },
    });
    expect((await ruleOf('--who', 'members', '--roles', 'read_only')).grants.roles).toBe('read_only');
    // Taken for a set of roles because of how it begins.
    expect((await ruleOf('--who', 'members', '--roles', 'read_replica')).grants.roles).toEqual(['read_replica']);
  });

  it('gives what a file says, and flags go before it', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'grants.json');
    const hours = { time_zone: 'Europe/Berlin', windows: [{ days: [1, 2], from: '09:00', to: '18:00' }] };
    const grants = { hours, reason: 'required', approvals: { count: 2, team_id: teamId }, doors: ['link', 'token'] };
    await writeFile(path, JSON.stringify(grants));
    const made = await ruleOf('--who', 'members', '--grants', path, '--doors', 'link');
    expect(made.grants).toMatchObject({ ...grants, doors: ['link'] });
  });

  it('says what is wrong with a rule, and is for admins', async () => {
    const wrong = await run(admin.key, 'rule', 'add', '--org', org, '--who', 'members', '--networks', 'home');
    expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('is not a network') });
    const nowhere = await run(admin.key, 'rule', 'add', '--who', 'members');
    expect(nowhere.stderr).toContain('name --org or --project');
    const notAdmin = await run(member.key, 'rule', 'add', '--org', org, '--who', 'members');
    expect(notAdmin).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('change access rules') });
  });
});

describe('postern rule', () => {
  it('starts from a set and lists it', async () => {
    expect(await json(admin.key, 'rule', 'start', '--org', org, '--set', 'strict')).toEqual([]);
    expect(await json(admin.key, 'rule', 'start', '--org', org, '--set', 'read_only')).toHaveLength(3);
    const { stdout } = await run(admin.key, 'rule', 'list', '--org', org);
    expect(stdout).toContain('read_only, by link, token, role_password, oauth');
    await json(admin.key, 'rule', 'start', '--org', org, '--set', 'everyone');
  });
});

/** Members get in by link once one of the team agrees. */
async function askFirst(): Promise<void> {
  await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId: org, set: 'strict' });
  const rule = { accountId: org, subject: { kind: 'members' }, object: { kind: 'account' } } as const;
  const grants = { doors: ['link' as const], approvals: { count: 1, teamId } };
  await createAccessRule(web.catalogue, SYSTEM_CONTEXT, { ...rule, grants });
}

describe('postern access', () => {
  it('asks with all its flags, lists by state, and withdraws', async () => {
    await askFirst();
    const place = ['--project', project.id, '--compute', project.compute, '--database', project.database];
    const more = ['--role', project.role, '--minutes', '30', '--reason', 'Ticket 4711'];
    const asked = await json(member.key, 'access', 'request', ...place, ...more);
    expect(asked).toMatchObject({
      ...{ state: 'waiting', endpoint_id: project.compute, database_name: project.database },
      ...{ role_name: project.role, reason: 'Ticket 4711', duration_seconds: 1_800, access: 'read_write' },
    });
    expect(await json(member.key, 'access', 'list', '--state', 'waiting')).toMatchObject([{ id: asked.id }]);
    expect(await json(member.key, 'access', 'list', '--state', 'approved')).toEqual([]);
    expect(await json(admin.key, 'access', 'list', '--to-decide')).toMatchObject([{ id: asked.id }]);
    expect(await json(member.key, 'access', 'list', '--to-decide')).toEqual([]);
    expect(await json(admin.key, 'access', 'list', '--org', org)).toMatchObject([{ id: asked.id }]);
    const { stdout } = await run(admin.key, 'access', 'list', '--org', org);
    expect(stdout).toContain('0 of 1');
    expect(await run(member.key, 'access', 'withdraw', asked.id)).toMatchObject({
      stdout: `id: ${asked.id}\nstate: withdrawn\n`,
    });
    const again = await run(member.key, 'access', 'withdraw', asked.id);
    expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('withdrawn') });
  });

  it('cannot ask for what no rule gives, nor for nothing', async () => {
    await replaceAccessRules(web.catalogue, SYSTEM_CONTEXT, { accountId: org, set: 'strict' });
    const place = ['--project', project.id, '--compute', project.compute];
    const refused = await run(member.key, 'access', 'request', ...place, '--reason', 'x');
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no access rule') });
    const none = await run(member.key, 'access', 'request', ...place, '--minutes', 'many');
    expect(none.exitCode).toBe(1);
  });
});

describe('postern on-call', () => {
  it('makes a key for schedules, which approves in advance and does nothing else', async () => {
    await askFirst();
    const { key, id: keyId } = await json(admin.key, 'on-call', 'create-key', 'rota', '--org', org);
    expect(await json(admin.key, 'on-call', 'keys', '--org', org)).toMatchObject([{ id: keyId, name: 'rota' }]);
    const whom = ['--org', org, '--user', member.userId, '--project', project.id, '--minutes', '60'];
    const where = ['--compute', project.compute, '--database', project.database, '--role', project.role];
    const approved = await json(key, 'on-call', 'approve', ...whom, ...where, '--reason', 'Shift 12');
    expect(approved).toMatchObject({
      ...{ state: 'approved', kind: 'on_call', user_id: member.userId, endpoint_id: project.compute },
      ...{ database_name: project.database, role_name: project.role, reason: 'Shift 12' },
    });
    expect(await json(key, 'on-call', 'list', '--org', org)).toMatchObject([{ id: approved.id }]);
    expect((await run(key, 'projects', 'list', '--org', org)).exitCode).toBe(1);
    const byAdmin = await run(admin.key, 'on-call', 'approve', ...whom, '--reason', 'Shift 12');
    expect(byAdmin).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('approve in advance') });
    expect(await json(key, 'on-call', 'end', approved.id)).toMatchObject({ state: 'withdrawn' });
    await json(admin.key, 'on-call', 'revoke-key', String(keyId), '--org', org);
    expect((await run(key, 'on-call', 'list', '--org', org)).stderr).toContain('unknown or revoked');
  });
});

describe('postern break-glass', () => {
  it('names people, lists and ends what they broke, and takes the name back', async () => {
    const glass = (...args: string[]) => json(admin.key, 'break-glass', ...args);
    expect(await glass('add', member.userId, '--org', org)).toMatchObject({ email: member.email });
    expect(await glass('people', '--org', org)).toMatchObject([{ user_id: member.userId }]);
    const actor = await actorOf(web.catalogue, member.userId);
    const wish = { computeId: project.compute, reason: 'Incident 4711', durationMs: 900_000 };
    const signIn = { at: web.catalogue.clock.now(), method: 'password' } as const;
    const { request } = await breakGlass(web.catalogue, { ...SYSTEM_CONTEXT, actor }, { ...wish, signIn });
    expect(await glass('list', '--org', org)).toMatchObject([
      { id: request.id, state: 'approved', reason: 'Incident 4711', reviewed_at: null },
    ]);
    expect(await glass('end', request.id)).toMatchObject({ state: 'withdrawn' });
    expect(await glass('remove', member.userId, '--org', org)).toMatchObject({ user_id: member.userId });
    expect(await glass('people', '--org', org)).toEqual([]);
    const notAdmin = await run(member.key, 'break-glass', 'people', '--org', org);
    expect(notAdmin).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('who may break the glass') });
  });
});
