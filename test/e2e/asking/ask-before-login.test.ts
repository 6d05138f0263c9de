import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Mailbox, startMailbox } from '../../http/api/mailbox.ts';
import type { Page } from '../../support/browser/web-client.ts';
import { type AskingScene, openAskingScene } from '../../support/nodes/asking-scene.ts';
import { finish, LINK, linkOf } from '../../support/nodes/desk.ts';
import { type PsqlRun, startPsql } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { askOthers, decide, pathToDecide } from './asking-walk.ts';

let scene: AskingScene;

const LIMIT_MS = 180_000;
const JDBC = '/usr/share/java/postgresql.jar';
const ASK_BY_JDBC = fileURLToPath(new URL('../login/AskByJdbc.java', import.meta.url));

let mailbox: Mailbox;

beforeAll(async () => {
  mailbox = await startMailbox();
  scene = await openAskingScene({
    grants: { reason: 'required' },
    environment: { POSTERN_SMTP_URL: mailbox.url },
  });
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await mailbox.close();
});

/** Waits for a letter to this person in which all of that stands. */
async function mailTo(to: string, facts: readonly string[]): Promise<void> {
  const letters = () => mailbox.letters.filter((letter) => letter.to === to);
  const isThere = () => letters().some(({ text }) => facts.every((fact) => text.includes(fact)));
  await waitUntil(isThere, `${to} has a mail with ${facts.join(', ')}`);
}

async function ask(run: PsqlRun, fields?: Parameters<typeof askOthers>[2]): Promise<Page> {
  return await askOthers(scene, await linkOf(run), fields);
}

describe('a login that others have to agree to', () => {
  it('waits in psql, names them, and connects once one of them agrees', { timeout: LIMIT_MS }, async () => {
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

  it('asks nobody again while what was agreed to holds', { timeout: LIMIT_MS }, async () => {
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

  it('is refused in psql and on the page with the words of whoever denies it', { timeout: LIMIT_MS }, async () => {
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
    await mailTo(scene.desk.person.email, ['Ann Example', 'denied', 'not during the release', path]);
  });

  it('ends in psql when its person withdraws it, and nobody can decide any more', { timeout: LIMIT_MS }, async () => {
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

  it('is over for those who decide when its terminal leaves', { timeout: LIMIT_MS }, async () => {
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

  it('is not decided by its own person, nor by people outside the team', { timeout: LIMIT_MS }, async () => {
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

  it('needs a reason where the rule wants one', { timeout: LIMIT_MS }, async () => {
    const run = scene.desk.psql(['-d', 'orders', '-c', 'select 1'], { input: '' });
    const page = await ask(run, { reason: '  ', minutes: '60' });
    expect(page.status).toBe(400);
    expect(page.html).toContain('Say why you need access');
    run.kill('SIGKILL');
  });

  it('lets pgjdbc, which shows no NOTICE, in at its next try', { timeout: LIMIT_MS }, async () => {
    const first = await finish(jdbc());
    expect(first.code).not.toBe(0);
    const link = LINK.exec(first.stderr)?.[0] ?? first.stderr;
    await askOthers(scene, link);
    await decide(scene.bob.browser, await pathToDecide(scene.bob), { decision: 'agree' });
    const next = await finish(jdbc());
    expect({ code: next.code, stdout: next.stdout }, next.stderr).toEqual({ code: 0, stdout: '45' });
    await giveBack();
  });

  it('asked for in the console, opens the next login without asking again', { timeout: LIMIT_MS }, async () => {
    const form = await scene.desk.browser.get('/app/me/requests/new');
    const asked = await scene.desk.browser.submit(
      form,
      { compute: scene.project.compute.id, access: 'read_write', minutes: '60', reason: 'Ticket 4712' },
      '/app/me/requests/new',
    );
    expect(asked.html).toContain('Asked; you get a mail when they decide');
    const path = await pathToDecide(scene.bob);
    for (const { person } of [scene.ann, scene.bob, scene.cy]) {
      await mailTo(person.email, ['Alex Lopez', scene.desk.person.email, 'orders', 'Ticket 4712', path]);
    }
    await decide(scene.bob.browser, path, { decision: 'agree' });
    await mailTo(scene.desk.person.email, ['Bob Example', 'approved your access', path]);
    const { code, stdout } = await scene.desk.login(['-d', 'orders', '-c', 'select 44 as answer'], {
      choice: { compute_id: scene.project.compute.id, access: 'read_write' },
    });
    expect(stdout).toContain('44');
    expect(code).toBe(0);
    await giveBack();
  });
});

function jdbc(): PsqlRun {
  const url = `jdbc:postgresql://127.0.0.1:${scene.desk.node.pgPort}/orders?user=jdbc-user&sslmode=require`;
  const args = ['-cp', JDBC, ASK_BY_JDBC, url, '', 'select 45'];
  return startPsql({ program: 'java', args, input: '' });
}

/** Ends what was agreed to last. */
async function giveBack(): Promise<void> {
  const own = await scene.desk.browser.get('/app/me/requests?state=approved');
  const path = /href="(\/app\/me\/requests\/ar-[a-z0-9]+)"/.exec(own.html)?.[1] ?? '';
  await scene.desk.browser.submit(await scene.desk.browser.get(path), {}, `${path}/withdraw`);
}
