// Two of three have to agree while psql waits: it is told of each, those who lose the right to
// agree meanwhile do not count, and a rule that changes lets nobody in by the old one.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addMember, removeMember } from '../../../src/catalogue/accounts/memberships.ts';
import { disablePerson, enablePerson } from '../../../src/catalogue/people/manage-people.ts';
import type { RuleGrants } from '../../../src/catalogue/rights/access-rule.ts';
import { changeAccessRule } from '../../../src/catalogue/rules/access-rules.ts';
import { addTeamMember, removeTeamMember } from '../../../src/catalogue/teams/team-members.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { TeamId } from '../../../src/ids.ts';
import type { Page } from '../../support/browser/web-client.ts';
import { type AskingScene, type Decider, openAskingScene } from '../../support/nodes/asking-scene.ts';
import { finish, linkOf, type Reached, signedInBrowser } from '../../support/nodes/desk.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { askOthers, openToAgree, pathToDecide } from './asking-walk.ts';

const LIMIT_MS = 180_000;
const ANN = 'ann@example.com';

let scene: AskingScene;
const runs: PsqlRun[] = [];

beforeAll(async () => {
  scene = await openAskingScene({ count: 2 });
});

beforeEach(async () => {
  for (const run of runs.splice(0)) run.kill('SIGKILL');
  await catalogue().db.deleteFrom('access_requests').execute();
});

afterAll(() => scene[Symbol.asyncDispose]());

const catalogue = () => scene.desk.node.postern.catalogue;
const ofTeam = ({ person }: Decider) => ({
  ...{ accountId: scene.organizationId, teamId: scene.teamId, userId: person.id },
});

/** Alex has asked; psql waits. */
async function asked(at: Reached = scene.desk.node): Promise<{ readonly run: PsqlRun; readonly path: string }> {
  const run = psql(at);
  await askOthers(scene, await linkOf(run));
  await run.waitForStderr(/NOTICE: {2}Asked Ann and 2 others/);
  return { run, path: await pathToDecide({ browser: await signedInBrowser(scene.desk.node.baseUrl, ANN) }) };
}

function psql(at: Reached = scene.desk.node): PsqlRun {
  const run = scene.desk.psql(['-d', 'orders', '-Atc', 'select 42'], { input: '', at });
  runs.push(run);
  return run;
}

const ready = (decider: Decider, path: string) => openToAgree(scene, decider, path);

async function agree(decider: Decider, path: string): Promise<Page> {
  return await (await ready(decider, path))();
}

async function changeRule(grants: Partial<RuleGrants>): Promise<void> {
  const { organizationId: accountId, ruleId } = scene;
  await changeAccessRule(catalogue(), SYSTEM_CONTEXT, { accountId, ruleId, grants: { doors: ['link'], ...grants } });
}

describe('a login that two of three have to agree to', () => {
  it('says who agreed and how many more have to', { timeout: LIMIT_MS }, async () => {
    const { run, path } = await asked();
    await agree(scene.ann, path);
    await run.waitForStderr(/NOTICE: {2}Ann Example agreed; 1 more has to\./);
    await agree(scene.bob, path);
    const { code, stdout, stderr } = await finish(run);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '42\n' });
    expect(stderr).toContain('NOTICE:  Bob Example agreed.\n');
    expect(stderr.match(/Ann Example agreed/g)).toHaveLength(1);
  });

  it('waits for them while links that are newer than its own expire', { timeout: LIMIT_MS }, async () => {
    const node = await scene.desk.startNode({ POSTERN_LOGIN_TTL: '10s' });
    const { run, path } = await asked(node);
    const newer = psql(node);
    expect((await finish(newer)).stderr).toContain('login request expired after 10');
    await agree(scene.ann, path);
    await run.waitForStderr(/NOTICE: {2}Ann Example agreed; 1 more has to\./);
    await agree(scene.bob, path);
    const { code, stdout, stderr } = await finish(run);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '42\n' });
    expect(stderr).toContain('waiting up to 15 min');
  });

  it('takes three where the rule asks three by then', { timeout: LIMIT_MS }, async () => {
    const { run, path } = await asked();
    await changeRule({ approvals: { count: 3, teamId: scene.teamId } });
    await agree(scene.ann, path);
    await run.waitForStderr(/NOTICE: {2}Ann Example agreed; 2 more have to\./);
    await agree(scene.bob, path);
    await run.waitForStderr(/NOTICE: {2}Bob Example agreed; 1 more has to\./);
    await agree(scene.cy, path);
    expect((await finish(run)).stdout).toBe('42\n');
    await changeRule({ approvals: { count: 2, teamId: scene.teamId } });
  });
});

interface Loss {
  readonly how: string;
  readonly take: (decider: Decider) => Promise<unknown>;
  readonly giveBack: (decider: Decider) => Promise<unknown>;
}

const LOSSES: readonly Loss[] = [
  {
    how: 'leaves the team',
    take: (decider) => removeTeamMember(catalogue(), SYSTEM_CONTEXT, ofTeam(decider)),
    giveBack: (decider) => addTeamMember(catalogue(), SYSTEM_CONTEXT, ofTeam(decider)),
  },
  {
    how: 'is removed from the organization',
    take: async ({ person }) => {
      const members = catalogue().db.selectFrom('memberships').select('id').where('user_id', '=', person.id);
      const { id: membershipId } = await members.executeTakeFirstOrThrow();
      await removeMember(catalogue(), SYSTEM_CONTEXT, { accountId: scene.organizationId, membershipId });
    },
    giveBack: async (decider) => {
      const { organizationId: accountId } = scene;
      await addMember(catalogue(), SYSTEM_CONTEXT, { accountId, user: decider.person, memberRole: 'member' });
      await addTeamMember(catalogue(), SYSTEM_CONTEXT, ofTeam(decider));
    },
  },
  {
    how: 'is disabled',
    take: ({ person }) => disablePerson(catalogue(), SYSTEM_CONTEXT, { userId: person.id }),
    giveBack: ({ person }) => enablePerson(catalogue(), SYSTEM_CONTEXT, { userId: person.id }),
  },
];

describe.each(LOSSES)('an approver who $how', ({ take, giveBack }) => {
  it('between page and click agrees to nothing', { timeout: LIMIT_MS }, async () => {
    const { run, path } = await asked();
    const click = await ready(scene.bob, path);
    await take(scene.bob);
    const refused = await click();
    expect(refused.html).not.toContain('agreed');
    await agree(scene.ann, path);
    await run.waitForStderr(/NOTICE: {2}Ann Example agreed; 1 more has to\./);
    expect(run.stderr()).not.toContain('Bob');
    await giveBack(scene.bob);
  });
});

describe('an approver who leaves the team after agreeing', () => {
  it('does not count, and psql is told how many are missing', { timeout: LIMIT_MS }, async () => {
    const { run, path } = await asked();
    await agree(scene.bob, path);
    await run.waitForStderr(/NOTICE: {2}Bob Example agreed; 1 more has to\./);
    await removeTeamMember(catalogue(), SYSTEM_CONTEXT, ofTeam(scene.bob));
    await agree(scene.ann, path);
    await run.waitForStderr(/NOTICE: {2}Ann Example agreed; 1 more has to\./);
    await agree(scene.cy, path);
    expect((await finish(run)).stdout).toBe('42\n');
    await addTeamMember(catalogue(), SYSTEM_CONTEXT, ofTeam(scene.bob));
  });
});

describe('a rule that changes while psql waits', () => {
  it('and asks another team is not met by the old one', { timeout: LIMIT_MS }, async () => {
    const { run, path } = await asked();
    const click = await ready(scene.ann, path);
    const team = { accountId: scene.organizationId, name: 'Others' };
    const { id: others } = await createTeam(catalogue(), SYSTEM_CONTEXT, team);
    const toTeam = (teamId: TeamId) => changeRule({ approvals: { count: 2, teamId } });
    await toTeam(others);
    expect((await click()).status).toBe(403);
    await toTeam(scene.teamId);
    expect(run.stderr()).not.toContain('agreed');
  });

  it('and asks nobody any more needs no decision: the next login gets in', { timeout: LIMIT_MS }, async () => {
    const { path } = await asked();
    const click = await ready(scene.ann, path);
    await changeRule({});
    const outdated = await click();
    expect(outdated.status).toBe(409);
    expect(outdated.html).toContain('changed since this was asked for');
    const choice = { compute_id: scene.project.compute.id, access: 'read_write' };
    const { stdout } = await scene.desk.login(['-d', 'orders', '-Atc', 'select 43'], { choice });
    expect(stdout).toBe('43\n');
    await changeRule({ approvals: { count: 2, teamId: scene.teamId } });
  });

  it('and covers the compute no more lets nobody in', { timeout: LIMIT_MS }, async () => {
    const { run, path } = await asked();
    const [one, other] = [await ready(scene.ann, path), await ready(scene.bob, path)];
    await one();
    await run.waitForStderr(/Ann Example agreed; 1 more has to/);
    await changeRule({ doors: ['oauth'], approvals: { count: 2, teamId: scene.teamId } });
    expect((await other()).status).toBeGreaterThanOrEqual(400);
    expect(run.stderr()).not.toContain('Bob');
    await changeRule({ approvals: { count: 2, teamId: scene.teamId } });
  });
});

describe('a rule that wants nothing but a reason', () => {
  it('asks for it on the page, keeps it in the audit trail, and lets in at once', { timeout: LIMIT_MS }, async () => {
    await changeRule({ reason: 'required' });
    const run = psql();
    const refused = await askOthers(scene, await linkOf(run), { reason: ' ', minutes: '60' });
    expect(refused.status).toBe(400);
    expect(refused.html).toContain('Say why you need access');
    expect(refused.html).not.toContain('Ann');
    const fields = { reason: 'Ticket 4713', minutes: '60' };
    await scene.desk.browser.submit(refused, fields, new URL(refused.url).pathname);
    const { code, stdout, stderr } = await finish(run);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '42\n' });
    expect(stderr).not.toContain('Asked');
    const rows = await catalogue().db.selectFrom('audit_events').select('body').execute();
    const made = rows.map(({ body }) => JSON.stringify(body)).filter((body) => body.includes('Ticket 4713'));
    expect(made.some((body) => body.includes('access_request.made'))).toBe(true);
    await changeRule({ approvals: { count: 2, teamId: scene.teamId } });
  });
});
