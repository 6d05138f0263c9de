import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawClient } from '../../gateway/raw-client.ts';
import type { Page, WebClient } from '../../support/browser/web-client.ts';
import { type AskingScene, type Decider, openAskingScene } from '../../support/nodes/asking-scene.ts';
import { finish, linkOf } from '../../support/nodes/desk.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';

let scene: AskingScene;

beforeAll(async () => {
  scene = await openAskingScene({ grants: { reason: 'required' } });
});

afterAll(() => scene[Symbol.asyncDispose]());

/** Alex opens the link, chooses the project, and asks. */
async function ask(run: PsqlRun, fields = { reason: 'Ticket 4711', minutes: '60' }): Promise<Page> {
  const page = await scene.desk.browser.approve(await linkOf(run), {
    compute_id: scene.project.compute.id,
    access: 'read_write',
  });
  expect(new URL(page.url).pathname).toMatch(/\/ask$/);
  expect(page.html).toContain('Ask Ann and 2 others');
  return await scene.desk.browser.submit(page, fields, new URL(page.url).pathname);
}

async function pathToDecide({ browser }: Decider): Promise<string> {
  const { html } = await browser.get('/app/me/requests');
  return /href="(\/app\/me\/requests\/ar-[a-z0-9]+)"/.exec(html)?.[1] ?? 'nothing to decide';
}

async function decide(browser: WebClient, path: string, fields: Record<string, string>): Promise<Page> {
  return await browser.submit(await browser.get(path), fields, path);
}

describe('a login that others have to agree to', () => {
  it('waits in psql, names them, and connects once one of them agrees', { timeout: 60_000 }, async () => {
    const run = scene.desk.psql(['-d', 'orders', '-c', 'select 42 as answer'], { input: '' });
    const asked = await ask(run);
    expect(asked.html).toContain('Asked Ann and 2 others');
    await run.waitForStderr(/NOTICE: {2}Asked Ann and 2 others; waiting up to 15 min\./);
    const path = await pathToDecide(scene.bob);
    const { html } = await scene.bob.browser.get(path);
    for (const fact of ['Alex Lopez', 'Ticket 4711', 'orders', '1 hour', '127.0.0.1', 'psql']) {
      expect(html).toContain(fact);
    }
    const decided = await decide(scene.bob.browser, path, { decision: 'agree' });
    expect(decided.status, decided.html).toBe(200);
    const { code, stdout, stderr } = await finish(run);
    expect(stderr).toContain('NOTICE:  Bob Example agreed.');
    expect(stderr).toContain('NOTICE:  Approved.');
    expect(stdout).toContain('42');
    expect(code).toBe(0);
  });

  it('asks nobody again while what was agreed to holds', { timeout: 60_000 }, async () => {
    const { code, stdout } = await scene.desk.login(['-d', 'orders', '-c', 'select 43 as answer'], {
      choice: { compute_id: scene.project.compute.id, access: 'read_write' },
    });
    expect(stdout).toContain('43');
    expect(code).toBe(0);
    const own = await scene.desk.browser.get('/app/me/requests');
    const path = /href="(\/app\/me\/requests\/ar-[a-z0-9]+)"/.exec(own.html)?.[1] ?? '';
    const ended = await scene.desk.browser.submit(await scene.desk.browser.get(path), {}, `${path}/withdraw`);
    expect(ended.status, ended.html).toBe(200);
  });

  it('is refused in psql and on the page with the words of whoever denies it', { timeout: 60_000 }, async () => {
    const run = scene.desk.psql(['-d', 'orders', '-c', 'select 1'], { input: '' });
    await ask(run);
    await run.waitForStderr(/Asked Ann and 2 others/);
    const path = await pathToDecide(scene.ann);
    await decide(scene.ann.browser, path, { decision: 'deny', answer: 'not during the release' });
    const { code, stderr } = await finish(run);
    expect(stderr).toContain('FATAL:  Ann Example denied this login: "not during the release"');
    expect(code).toBe(2);
    const page = await scene.desk.browser.get(new URL(await linkOf(run)).pathname);
    expect(page.html).toContain('not during the release');
  });

  it('ends in psql when its person withdraws it, and nobody can decide any more', { timeout: 60_000 }, async () => {
    const run = scene.desk.psql(['-d', 'orders', '-c', 'select 1'], { input: '' });
    await ask(run);
    await run.waitForStderr(/Asked Ann and 2 others/);
    const path = await pathToDecide(scene.cy);
    const form = await scene.cy.browser.get(path);
    await scene.desk.browser.submit(await scene.desk.browser.get(path), {}, `${path}/withdraw`);
    expect((await finish(run)).stderr).toContain('FATAL:  the request for this login was withdrawn');
    const late = await scene.cy.browser.submit(form, { decision: 'agree' }, path);
    expect(late.status).toBe(409);
    expect(late.html).toContain('withdrawn already');
  });

  it('is over for those who decide when its terminal leaves', { timeout: 60_000 }, async () => {
    const run = scene.desk.psql(['-d', 'orders', '-c', 'select 1'], { input: '' });
    await ask(run);
    await run.waitForStderr(/Asked Ann and 2 others/);
    const path = await pathToDecide(scene.cy);
    const form = await scene.cy.browser.get(path);
    run.kill('SIGKILL');
    await run.exit;
    await waitUntil(async () => {
      const { html } = await scene.cy.browser.get(path);
      return html.includes('>Ended<');
    }, 'the request has ended');
    const late = await scene.cy.browser.submit(form, { decision: 'agree' }, path);
    expect(late.status).toBe(409);
  });

  it('is not decided by its own person, nor by people outside the team', { timeout: 60_000 }, async () => {
    const run = scene.desk.psql(['-d', 'orders', '-c', 'select 1'], { input: '' });
    await ask(run);
    const path = await pathToDecide(scene.ann);
    const form = await scene.desk.browser.get(path);
    expect(form.html).not.toContain('value="agree"');
    const own = await scene.desk.browser.submit(form, { decision: 'agree' }, path);
    expect(own.status).toBe(403);
    await run.waitForStderr(/Asked/);
    run.kill('SIGKILL');
  });

  it('needs a reason where the rule wants one', { timeout: 60_000 }, async () => {
    const run = scene.desk.psql(['-d', 'orders', '-c', 'select 1'], { input: '' });
    const page = await ask(run, { reason: '  ', minutes: '60' });
    expect(page.status).toBe(400);
    expect(page.html).toContain('Say why you need access');
    run.kill('SIGKILL');
  });

  it('is let in at the next try where its client shows no NOTICE', { timeout: 60_000 }, async () => {
    const client = { user: 'jdbc-user', application_name: 'PostgreSQL JDBC Driver' };
    const first = await RawClient.connect({ port: scene.desk.node.pgPort });
    first.sendStartup(client);
    await waitUntil(() => first.isEnded, 'the link is shown as an error');
    const link = /http\S+psql_session\/[A-Za-z0-9_-]{22}/.exec(first.fatal.M ?? '')?.[0] ?? '';
    const page = await scene.desk.browser.approve(link, { compute_id: scene.project.compute.id, access: 'read_write' });
    await scene.desk.browser.submit(page, { reason: 'x', minutes: '60' }, new URL(page.url).pathname);
    await decide(scene.bob.browser, await pathToDecide(scene.bob), { decision: 'agree' });
    const next = await RawClient.connect({ port: scene.desk.node.pgPort });
    next.sendStartup(client);
    await waitUntil(() => next.types.includes('Z'), 'the next try gets in');
    next.destroy();
    await giveBack();
  });

  it('asked for in the console, opens the next login without asking again', { timeout: 60_000 }, async () => {
    const form = await scene.desk.browser.get('/app/me/requests/new');
    const asked = await scene.desk.browser.submit(
      form,
      { compute: scene.project.compute.id, access: 'read_write', minutes: '60', reason: 'Ticket 4712' },
      '/app/me/requests/new',
    );
    expect(asked.html).toContain('Asked; you get a mail when they decide');
    await decide(scene.bob.browser, await pathToDecide(scene.bob), { decision: 'agree' });
    const { code, stdout } = await scene.desk.login(['-d', 'orders', '-c', 'select 44 as answer'], {
      choice: { compute_id: scene.project.compute.id, access: 'read_write' },
    });
    expect(stdout).toContain('44');
    expect(code).toBe(0);
    await giveBack();
  });
});

/** Ends what was agreed to last. */
async function giveBack(): Promise<void> {
  const own = await scene.desk.browser.get('/app/me/requests?state=approved');
  const path = /href="(\/app\/me\/requests\/ar-[a-z0-9]+)"/.exec(own.html)?.[1] ?? '';
  await scene.desk.browser.submit(await scene.desk.browser.get(path), {}, `${path}/withdraw`);
}
