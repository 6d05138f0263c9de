// Nodes that are killed while others decide: the one that holds the terminal, the one that served
// whoever decides, and one between the two halves of a decision.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agreeToRequest } from '../../../src/catalogue/asking/decide-request.ts';
import type { AccessRequestId } from '../../../src/ids.ts';
import { moveAskedLogin } from '../../../src/login/decide/countersign-login-request.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { closeTableGate } from '../../support/databases/table-gate.ts';
import { type AskingScene, openAskingScene } from '../../support/nodes/asking-scene.ts';
import { finish, linkOf, signedInBrowser } from '../../support/nodes/desk.ts';
import { startLoginNode } from '../../support/nodes/login-for-tests.ts';
import { nodeEnvironment } from '../../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../../support/nodes/postern-process.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { askOthers, decide, openToAgree, pathToDecide } from './asking-walk.ts';

const LIMIT_MS = 180_000;
const ASKED = /NOTICE: {2}Asked Ann and 2 others/;

let scene: AskingScene;
const processes: PosternProcess[] = [];

beforeAll(async () => {
  scene = await openAskingScene();
});

beforeEach(async () => {
  await catalogue().db.deleteFrom('access_requests').execute();
});

afterAll(async () => {
  for (const node of processes) node.kill('SIGKILL');
  await scene[Symbol.asyncDispose]();
});

const catalogue = () => scene.desk.node.postern.catalogue;

/** A node of the same installation, as a process that can be killed. */
async function startProcess(): Promise<PosternProcess> {
  const { databaseUrl, redisUrl } = scene.desk.installation;
  const environment = { ...nodeEnvironment(databaseUrl, redisUrl), POSTERN_SHARED_NETWORKS: '127.0.0.0/8' };
  const node = await startPosternProcess({ environment });
  processes.push(node);
  return node;
}

async function kill(node: PosternProcess): Promise<void> {
  node.kill('SIGKILL');
  await node.exit;
}

async function asked(at: { readonly pgPort: number } = scene.desk.node) {
  const run = scene.desk.psql(['-d', 'orders', '-Atc', 'select 42'], { input: '', at });
  await askOthers(scene, await linkOf(run));
  await run.waitForStderr(ASKED);
  return { run, path: await pathToDecide(scene.bob) };
}

const idOf = (path: string) => (path.split('/').at(-1) ?? '') as AccessRequestId;

async function expectLetIn(run: PsqlRun): Promise<void> {
  const { code, stdout, stderr } = await finish(run);
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '42\n' });
}

describe('a node that is killed', () => {
  it('while it holds the terminal: what others agree to opens the next login', { timeout: LIMIT_MS }, async () => {
    const node = await startProcess();
    const { run, path } = await asked(node);
    const click = await openToAgree(scene, scene.bob, path);
    await kill(node);
    expect((await finish(run)).code).toBe(2);
    expect((await click()).status).toBe(200);
    const choice = { compute_id: scene.project.compute.id, access: 'read_write' };
    const { stdout, stderr } = await scene.desk.login(['-d', 'orders', '-Atc', 'select 43'], { choice });
    expect(stdout, stderr).toBe('43\n');
    expect(stderr).not.toMatch(ASKED);
  });

  it('after it showed the page to whoever decides: another one takes the click', { timeout: LIMIT_MS }, async () => {
    const node = await startProcess();
    const { run, path } = await asked();
    const browser = await signedInBrowser(node.baseUrl, scene.bob.person.email);
    expect((await browser.get(path)).html).toContain('value="agree"');
    await kill(node);
    expect((await decide(scene.bob.browser, path, { decision: 'agree' })).status).toBe(200);
    await expectLetIn(run);
  });

  it('while a decision waits for its row: nothing is decided, and the next click is', {
    timeout: LIMIT_MS,
  }, async () => {
    const node = await startProcess();
    const { run, path } = await asked();
    const browser = await signedInBrowser(node.baseUrl, scene.bob.person.email);
    const form = await browser.get(path);
    const gate = await closeTableGate(scene.desk.installation.databaseUrl, 'access_requests');
    const click = browser.submit(form, { decision: 'agree' }, path).then(
      ({ status }) => `answered with ${status}`,
      () => 'cut off',
    );
    await gate.waitsFor('%');
    await kill(node);
    expect(await click).toBe('cut off');
    await gate.open();
    expect((await decide(scene.bob.browser, path, { decision: 'agree' })).status).toBe(200);
    await expectLetIn(run);
    const events = catalogue()
      .db.selectFrom('audit_events')
      .select('body')
      .where('event', '=', 'access_request.approved');
    const made = (await events.execute()).filter(({ body }) => JSON.stringify(body).includes(idOf(path)));
    expect(made).toHaveLength(1);
  });

  it('between Redis and the catalogue: nobody gets in by half a decision', { timeout: LIMIT_MS }, async () => {
    await using node = startLoginNode(scene.desk.installation.redisUrl);
    const { run, path } = await asked();
    const move = moveAskedLogin({ loginRequests: node.requests });
    const context = await actingAs(catalogue(), { userId: scene.bob.person.id });
    const half = agreeToRequest(catalogue(), context, {
      ...{ id: idOf(path), terminalAddress: '127.0.0.1' },
      moveLogin: async (...decided) => {
        await move(...decided);
        throw new Error('killed here');
      },
    });
    await expect(half).rejects.toThrow('killed here');
    const { code, stdout, stderr } = await finish(run);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/FATAL: {2}cannot connect now/);
    const request = catalogue().db.selectFrom('access_requests').select('status').where('id', '=', idOf(path));
    expect((await request.executeTakeFirstOrThrow()).status).not.toBe('approved');
  });
});
