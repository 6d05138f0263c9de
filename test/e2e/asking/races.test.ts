// Races for one request for access between two nodes, in real Postgres and Redis: exactly one side
// wins in every round, and the request and its login tell the same.

import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeAsking } from '../../../src/catalogue/access/ask-target.ts';
import { judgeTarget } from '../../../src/catalogue/access/resolve-target.ts';
import { type AccessRequest, findRequest } from '../../../src/catalogue/asking/access-request.ts';
import { agreeToRequest } from '../../../src/catalogue/asking/decide-request.ts';
import { withdrawRequest } from '../../../src/catalogue/asking/end-request.ts';
import { fileRequest } from '../../../src/catalogue/asking/file-request.ts';
import { changeAccessRule } from '../../../src/catalogue/rules/access-rules.ts';
import { createTeam } from '../../../src/catalogue/teams/teams.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { isPosternError } from '../../../src/errors.ts';
import type { LoginRequestId, TeamId } from '../../../src/ids.ts';
import { moveAskedLogin, withdrawAskedLogin } from '../../../src/login/decide/countersign-login-request.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { type AskingScene, type Decider, openAskingScene } from '../../support/nodes/asking-scene.ts';
import { type LoginNode, loginOrigin, startLoginNode, submissionBy } from '../../support/nodes/login-for-tests.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const SEED = 20_261_129;
/** `POSTERN_RACE_ROUNDS=1000 npx vitest run test/e2e/asking/races.test.ts` */
const ROUNDS = Number(process.env.POSTERN_RACE_ROUNDS ?? 40);
const LIMIT_MS = 60_000 + ROUNDS * 1_000;
const LONG_MS = 60_000;
const MOST_SLOW_ROUNDS = 10 + ROUNDS / 10;

let scene: AskingScene;
let nodes: readonly [LoginNode, LoginNode];
let others: TeamId;

beforeAll(async () => {
  scene = await openAskingScene();
  const { redisUrl } = scene.desk.installation;
  nodes = [startLoginNode(redisUrl), startLoginNode(redisUrl)];
  const team = { accountId: scene.organizationId, name: 'Others' };
  others = (await createTeam(catalogue(), SYSTEM_CONTEXT, team)).id;
});

afterAll(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
  await scene[Symbol.asyncDispose]();
});

const catalogue = () => scene.desk.node.postern.catalogue;
const requestsAt = (at: number) => (nodes[at % 2] ?? nodes[0]).requests;
const choice = () => ({
  userId: scene.desk.person.id,
  computeId: scene.project.compute.id,
  database: null,
  databaseRole: null,
  access: 'read_write' as const,
});
const BY_LINK = { door: 'link', address: null, signIn: null } as const;

interface Asked {
  readonly request: AccessRequest;
  readonly loginId: LoginRequestId;
}

/** Alex has asked, and the terminal waits for so long. */
async function asked(waitMs = LONG_MS): Promise<Asked> {
  await catalogue().db.deleteFrom('access_requests').execute();
  const { id: userId } = scene.desk.person;
  const requests = requestsAt(0);
  const { request: login } = await requests.open(loginOrigin(), { waiting: 'connection' });
  await requests.claim(login.id, { userId, browserAddress: '198.51.100.4' });
  const { asking, ...target } = await judgeAsking(catalogue(), choice(), { ...BY_LINK });
  if (asking === null) throw new Error('the rule was to ask');
  const { request } = await fileRequest(catalogue(), await actingAs(catalogue(), { userId }), {
    ...{ target: { ...target, asking }, choice: choice(), reason: '', durationMs: 3_600_000 },
    ...{ loginRequestId: login.id, waitMs },
  });
  const submission = { ...submissionBy(userId), accessRequestId: request.id };
  await requests.submitted.submit(login.id, { userId, submission, lifeMs: waitMs });
  return { request, loginId: login.id };
}

async function approve({ request }: Asked, { person }: Decider, at: number): Promise<string> {
  const context = await actingAs(catalogue(), { userId: person.id });
  const moveLogin = moveAskedLogin({ loginRequests: requestsAt(at) });
  try {
    return (await agreeToRequest(catalogue(), context, { id: request.id, terminalAddress: null, moveLogin })).kind;
  } catch (error) {
    if (isPosternError(error, 'conflict') || isPosternError(error, 'forbidden')) return 'refused';
    throw error;
  }
}

async function withdraw({ request }: Asked): Promise<string> {
  const context = await actingAs(catalogue(), { userId: scene.desk.person.id });
  const moveLogin = (id: LoginRequestId) => withdrawAskedLogin({ loginRequests: requestsAt(1) }, id);
  try {
    return (await withdrawRequest(catalogue(), context, { id: request.id, moveLogin })).status;
  } catch (error) {
    if (isPosternError(error, 'conflict')) return 'refused';
    throw error;
  }
}

async function afterwards({ request, loginId }: Asked) {
  const [found, login] = await Promise.all([findRequest(catalogue().db, request.id), requestsAt(0).find(loginId)]);
  return { request: found?.status, login: login?.status, isApproved: login?.approval !== null };
}

/** A round in which a store gave no answer in time, since the machine was busy, runs again. */
async function eachRound(race: (round: number) => Promise<void>): Promise<void> {
  let slowRounds = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    try {
      await race(round);
    } catch (error) {
      slowRounds += 1;
      if (!isPosternError(error, 'store_unavailable') || slowRounds > MOST_SLOW_ROUNDS) throw error;
      round -= 1;
    }
  }
}

describe(`over ${ROUNDS} rounds of seed ${SEED}`, () => {
  const random = seededRandom(SEED);
  const soon = () => pause(random.next() * 6);

  it('two people agree: one approves, the other is too late', { timeout: LIMIT_MS }, async () => {
    await eachRound(async (round) => {
      const it = await asked();
      const kinds = await Promise.all([
        soon().then(() => approve(it, scene.ann, 0)),
        soon().then(() => approve(it, scene.bob, 1)),
      ]);
      expect(kinds.sort(), `round ${round}`).toEqual(['approved', 'too_late']);
      const { request, login } = await afterwards(it);
      expect({ request, login }).toEqual({ request: 'approved', login: 'approved' });
    });
  });

  it('approve against withdraw: one is done', { timeout: LIMIT_MS }, async () => {
    await eachRound(async (round) => {
      const it = await asked();
      const [approved, withdrawn] = await Promise.all([
        soon().then(() => approve(it, scene.ann, 0)),
        soon().then(() => withdraw(it)),
      ]);
      const after = await afterwards(it);
      // What was approved before can still be given back, which ends it.
      if (approved === 'too_late') expect([withdrawn, after.login], `round ${round}`).toEqual(['withdrawn', 'denied']);
      else expect([approved, after.login], `round ${round}`).toEqual(['approved', 'approved']);
      expect(after.request).toBe(withdrawn === 'withdrawn' ? 'withdrawn' : 'approved');
    });
  });

  it('approve against expiry: one is done', { timeout: LIMIT_MS }, async () => {
    await eachRound(async (round) => {
      const it = await asked(60);
      const approved = await pause(30 + random.next() * 40).then(() => approve(it, scene.ann, 1));
      await pause(60);
      const after = await afterwards(it);
      const expected = approved === 'approved' ? ['approved', 'approved'] : ['waiting', 'expired'];
      expect([after.request, after.login], `round ${round}: ${approved}`).toEqual(expected);
    });
  });

  it('approve against the terminal leaving: an approval, or none', { timeout: LIMIT_MS }, async () => {
    await eachRound(async (round) => {
      const it = await asked();
      const [approved] = await Promise.all([
        soon().then(() => approve(it, scene.ann, 0)),
        soon().then(() => requestsAt(1).abandon(it.loginId, 'terminal_closed')),
      ]);
      const after = await afterwards(it);
      expect(after.login, `round ${round}`).toBe('abandoned');
      expect(after.isApproved, `round ${round}: ${approved}`).toBe(approved === 'approved');
      expect(after.request).toBe(approved === 'approved' ? 'approved' : 'waiting');
    });
  });

  it('approve against a rule that changes: nobody gets in by the old one', { timeout: LIMIT_MS }, async () => {
    const { organizationId: accountId, ruleId, teamId } = scene;
    const toTeam = (team: TeamId) =>
      changeAccessRule(catalogue(), SYSTEM_CONTEXT, {
        ...{ accountId, ruleId },
        grants: { doors: ['link'], approvals: { count: 1, teamId: team } },
      });
    await eachRound(async (round) => {
      const it = await asked();
      const [approved] = await Promise.all([
        soon().then(() => approve(it, scene.ann, 0)),
        soon().then(() => toTeam(others)),
      ]);
      expect(['approved', 'refused'], `round ${round}`).toContain(approved);
      await expect(judgeTarget(catalogue(), choice(), BY_LINK)).rejects.toThrow(/asks for/);
      const { request, login } = await afterwards(it);
      expect([request, login]).toEqual(approved === 'approved' ? ['approved', 'approved'] : ['waiting', 'submitted']);
      await toTeam(teamId);
    });
  });
});
