// A person whom no rule lets in breaks the glass: told everywhere, marked everywhere, once until it
// is reviewed, and over when it says.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { breakGlass, reviewGlass } from '../../../src/catalogue/asking/break-glass.ts';
import { nameGlassPerson } from '../../../src/catalogue/asking/glass-people.ts';
import { explainAccess } from '../../../src/catalogue/explain/why.ts';
import { loadPersonActor } from '../../../src/catalogue/rights/actors.ts';
import { replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type Mailbox, startMailbox } from '../../http/api/mailbox.ts';
import type { Page } from '../../support/browser/web-client.ts';
import { type AskingScene, openAskingScene } from '../../support/nodes/asking-scene.ts';
import { finish, linkOf } from '../../support/nodes/desk.ts';
import { waitUntil } from '../../support/wait-until.ts';

const PAGE = '/app/me/requests/break-glass';

let mailbox: Mailbox;
let scene: AskingScene;

beforeAll(async () => {
  mailbox = await startMailbox();
  scene = await openAskingScene({ environment: { POSTERN_SMTP_URL: mailbox.url } });
  const { organizationId: accountId } = scene;
  await replaceAccessRules(catalogue(), SYSTEM_CONTEXT, { accountId, set: 'strict' });
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await mailbox.close();
});

const catalogue = () => scene.desk.node.postern.catalogue;

async function contextOf(userId: string) {
  const actor = await loadPersonActor(catalogue(), userId as Parameters<typeof loadPersonActor>[1]);
  if (actor === null) throw new Error('nobody');
  return { ...SYSTEM_CONTEXT, actor };
}

async function events(): Promise<string[]> {
  const rows = await catalogue().db.selectFrom('audit_events').select('body').execute();
  return rows.map(({ body }) => JSON.stringify(body));
}

async function brokenOnPage(fields: Record<string, string> = {}): Promise<Page> {
  const { browser } = scene.desk;
  const form = await browser.get(PAGE);
  const typed = { compute: scene.project.compute.id, minutes: '15', reason: 'Incident 4711', ...fields };
  return await browser.submit(form, typed, PAGE);
}

describe('breaking the glass', () => {
  it('is for named people only', { timeout: 60_000 }, async () => {
    const { html } = await scene.desk.browser.get(PAGE);
    expect(html).toContain('No organization has named you');
    const wish = { computeId: scene.project.compute.id, reason: 'x', durationMs: 900_000 };
    const signIn = { at: new Date(), method: 'password' as const };
    const broken = breakGlass(catalogue(), await contextOf(scene.desk.person.id), { ...wish, signIn });
    await expect(broken).rejects.toThrow('an admin has to name you');
  });

  it('takes a sign-in of the last 15 minutes, a reason, and an hour at most', { timeout: 60_000 }, async () => {
    const which = { accountId: scene.organizationId, userId: scene.desk.person.id };
    await nameGlassPerson(catalogue(), SYSTEM_CONTEXT, which);
    const wish = { computeId: scene.project.compute.id, reason: 'x', durationMs: 900_000 };
    const context = await contextOf(scene.desk.person.id);
    const old = { at: new Date(Date.now() - 16 * 60_000), method: 'password' as const };
    await expect(breakGlass(catalogue(), context, { ...wish, signIn: old })).rejects.toThrow(
      'within the last 15 minutes',
    );
    const signIn = { at: new Date(), method: 'password' as const };
    const tooLong = { ...wish, signIn, durationMs: 61 * 60_000 };
    await expect(breakGlass(catalogue(), context, tooLong)).rejects.toThrow('ask for 1 to 60 minutes');
    expect((await brokenOnPage({ reason: ' ' })).html).toContain('Say why you need access');
  });

  it('lets psql in at once, tells every admin, and marks the session', { timeout: 120_000 }, async () => {
    const { desk, project, ann } = scene;
    const run = desk.psql(['-d', 'orders', '-At', '-c', 'show application_name'], { input: '' });
    const waiting = await desk.browser.get(new URL(await linkOf(run)).pathname);
    const offer = /href="(\/app\/me\/requests\/break-glass\?login=lr-[a-z0-9]+)"/.exec(waiting.html)?.[1] ?? '';
    const form = await desk.browser.get(offer.replaceAll('&amp;', '&'));
    const typed = { compute: project.compute.id, minutes: '15', reason: 'Incident 4711' };
    const approval = await desk.browser.submit(form, typed, PAGE);
    expect(new URL(approval.url).pathname).toMatch(/^\/psql_session\/lr-/);
    const choice = { decision: 'approve', compute_id: project.compute.id, access: 'read_write' };
    await desk.browser.submit(approval, choice, new URL(approval.url).pathname);
    const { code, stdout, stderr } = await finish(run);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/break-glass postern:c[a-z0-9]{12}/);

    const ofAnn = () => mailbox.letters.find(({ to }) => to === ann.person.email)?.text ?? '';
    await waitUntil(() => ofAnn().includes('broke the glass'), 'the admin has a mail');
    expect(ofAnn()).toContain('Incident 4711');
    await waitUntil(async () => {
      const all = await events();
      const marked = all.filter((event) => event.includes('break_glass_id'));
      return ['connection.started', 'connection.ended'].every((name) => marked.some((event) => event.includes(name)));
    }, 'the connection is marked in the audit trail');
    expect((await events()).some((event) => event.includes('"PB10S"'))).toBe(true);
  });

  it('shows a banner to admins until one of them has reviewed it, not its person', { timeout: 120_000 }, async () => {
    const { desk, ann } = scene;
    const banner = 'Alex Lopez broke the glass of orders';
    expect((await ann.browser.get('/app/me/sessions')).html).toContain(banner);
    expect((await desk.browser.get('/app/me/sessions')).html).not.toContain(banner);
    const again = await brokenOnPage();
    expect(again.status).toBe(409);
    expect(again.html).toContain('has to review the glass');

    const [glass] = await catalogue().db.selectFrom('access_requests').selectAll().execute();
    const path = `/app/me/requests/${glass?.id}`;
    const early = await ann.browser.get(path);
    expect(early.html).toContain('once its access is over');
    await ann.browser.submit(early, {}, `${path}/withdraw`);
    const form = await ann.browser.get(path);
    const own = { ...(await contextOf(desk.person.id)) };
    const id = glass?.id ?? ('' as never);
    await expect(reviewGlass(catalogue(), own, { id, review: 'fine' })).rejects.toThrow();
    const done = await ann.browser.submit(form, { review: 'Needed; the rota gets a rule.' }, `${path}/review`);
    expect(done.status, done.html).toBe(200);
    expect((await ann.browser.get('/app/me/sessions')).html).not.toContain(banner);
    const ofPerson = () => mailbox.letters.filter(({ to }) => to === desk.person.email).map(({ text }) => text);
    await waitUntil(() => ofPerson().some((text) => text.includes('was reviewed')), 'its person is told');
    expect((await brokenOnPage()).status).toBe(200);
  });

  it('ends its live sessions when it says, and is said by why', { timeout: 120_000 }, async () => {
    const { desk, project } = scene;
    const [glass] = await catalogue().db.selectFrom('access_requests').selectAll().orderBy('made', 'desc').execute();
    const explained = await explainAccess(catalogue(), SYSTEM_CONTEXT, {
      who: { kind: 'person', userId: desk.person.id },
      ...{ computeId: project.compute.id, door: 'link', databaseRole: null, database: null, address: null },
      at: new Date(),
    });
    expect(explained.sentence).toContain(`since the glass was broken (${glass?.id})`);
    const run = desk.psql(['-d', 'orders', '-c', 'select pg_sleep(120)'], { input: '' });
    const until = new Date(Date.now() + 15_000);
    await catalogue()
      .db.updateTable('access_requests')
      .set({ until })
      .where('id', '=', glass?.id ?? ('' as never))
      .execute();
    const choice = { compute_id: project.compute.id, access: 'read_write' };
    await desk.browser.approve(await linkOf(run), choice);
    const { stderr } = await finish(run);
    expect(Date.now() - until.getTime()).toBeLessThan(5_000);
    expect(Date.now()).toBeGreaterThanOrEqual(until.getTime());
    expect(stderr).toContain('the time that was agreed to is over');
  });
});
