// Every form of the web side, found by walking the router, in every state that a browser brings it
// into: sent twice, sent after another tab signed out or somebody else in, with a token or a field
// that is wrong.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOGOUT_PATH } from '../../../src/http/sign-in/logout-routes.ts';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import { newIdentity, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { routesOf } from '../app/routes-of.ts';
import { click, type FilledForm, signInElsewhere, somebodyElse } from './filled-form.ts';
import { ALL_FORMS as ALL, FORMS, type FormsWeb, startFormsWeb } from './forms-web.ts';
import { SCRIPTED_FORMS } from './security-forms.ts';

/** Answered by a page that leads to another site, to which no form may redirect. */
const AWAY = '/sign-in/oidc/link';

let scene: FormsWeb;
let web: WebForTests;

beforeAll(async () => {
  scene = await startFormsWeb();
  web = scene.web;
});

afterAll(() => scene.close());

/** Where the trail ends by now. */
async function endOfTrail({ web: { catalogue, auditTrail } }: FilledForm): Promise<number> {
  await auditTrail.flush();
  const { end } = await catalogue.db
    .selectFrom('audit_chain')
    .select(({ fn }) => fn.max('position').as('end'))
    .where('node_id', '=', catalogue.nodeId)
    .executeTakeFirstOrThrow();
  return end;
}

/** What was written down meanwhile, which tells what was done and how often. */
async function changesOf(form: FilledForm, act: () => Promise<void>): Promise<string[]> {
  const before = await endOfTrail(form);
  await act();
  await form.web.auditTrail.flush();
  const rows = await form.web.catalogue.db
    .selectFrom('audit_chain')
    .innerJoin('audit_events', 'audit_events.id', 'audit_chain.event_id')
    .select('event')
    .where('audit_chain.node_id', '=', form.web.catalogue.nodeId)
    .where('position', '>', before)
    .execute();
  return rows.map(({ event }) => event).sort();
}

describe('every form of the web side', () => {
  it('is in the table', () => {
    const isForm = (path: string) => !/^\/(?:api|oauth|scim)\//.test(path) && path !== LOGOUT_PATH;
    const routes = routesOf(web.app).filter(({ method, path }) => method === 'POST' && isForm(path));
    const known = [...ALL.map(([path]) => path), ...SCRIPTED_FORMS];
    expect(known.sort()).toEqual(routes.map(({ path }) => path).sort());
  });

  it.each(FORMS)('%s is done once when it is sent twice, and leads to a page', async (path, fill) => {
    const [once, twice] = [await fill(web), await fill(web)];
    const one = await changesOf(once, async () => void (await click(once)));
    const seen: Array<string | null> = [];
    const two = await changesOf(twice, async () => {
      const answers = await Promise.all([click(twice), click(twice)]);
      const later = await click(twice);
      seen.push(...[...answers, later].map(({ location }) => location));
    });
    expect(two).toEqual(one);
    if (path === AWAY) return;
    expect(seen[0]).toEqual(expect.any(String));
    const { status, text } = await twice.jar.open(seen[0] ?? '');
    expect([status, /role="alert"[\s\S]{0,300}/.exec(text)?.[0]]).toEqual([200, undefined]);
    expect(seen).toEqual([seen[0], seen[0], seen[0]]);
  });
});

// Filled in once, since none of these carries it out.
describe.each(ALL)('%s', (_path, fill) => {
  let unsent: Promise<FilledForm> | null = null;

  const filledOnce = (): Promise<FilledForm> => {
    unsent ??= fill(web);
    return unsent;
  };

  it('without the right token comes back, and without cookies says so', async () => {
    const form = await filledOnce();
    const stranger = new BrowserJar(form.web.url, { address: newIdentity().address });
    const tokens = [
      '',
      'AAAA',
      `${form.csrfToken.slice(1)}`,
      // Before there is anybody, only the set-up page has a form.
      await stranger.csrfToken(form.path.startsWith('/setup/') ? form.path : '/sign-in'),
      '\0',
      'x'.repeat(500),
    ];
    const done = await changesOf(form, async () => {
      for (const csrf_token of tokens) {
        const answer = await click(form, { ...form.fields, csrf_token });
        expect([answer.status, answer.location?.split('?')[0]]).toEqual([303, form.path]);
        expect((await form.jar.open(answer.location ?? '')).status).toBe(200);
      }
      const bare = new BrowserJar(form.web.url);
      const { location } = await click({ ...form, jar: bare });
      const page = await new BrowserJar(form.web.url).open(location ?? '');
      expect([page.status, page.text]).toEqual([400, expect.stringContaining('cookies')]);
    });
    expect(done).toEqual([]);
  });

  it('sent after somebody else signed in, says so and does nothing', async () => {
    const form = await filledOnce();
    if (form.userId === null) return;
    const own = form.jar.session ?? '';
    const other = await somebodyElse(form.web);
    await signInElsewhere(form, other.userId);
    const done = await changesOf(form, async () => {
      const answer = await click(form);
      expect(answer.status).toBe(303);
      const { text } = await form.jar.open(answer.location ?? '');
      if (!LEADS_ON.test(form.path)) expect(text).toMatch(OUTDATED);
      expect(text).toContain(other.email);
    });
    expect(done).toEqual([]);
    form.jar.setSession(own);
  });

  it('sent after another tab signed out, is not carried out and comes back', async () => {
    const form = await filledOnce();
    const { userId } = form;
    if (userId === null) return;
    await form.web.catalogue.db.deleteFrom('browser_sessions').where('user_id', '=', userId).execute();
    let back = '';
    const done = await changesOf(form, async () => {
      const answer = await click(form);
      const { status, path } = await form.jar.open(answer.location ?? '');
      expect([answer.status, status, path]).toEqual([303, 200, expect.stringMatching(/^\/sign-in(\?next=|$)/)]);
      back = new URL(path, form.web.url).searchParams.get('next') ?? '/';
    });
    expect(done).toEqual([]);
    await signInElsewhere(form, userId);
    const { status, text } = await form.jar.open(back);
    expect(status).toBe(200);
    if (!LEADS_ON.test(form.path)) expect(text).toMatch(OUTDATED);
  });
});

/** Their pages have no form to send again: the next one is a click away. */
const LEADS_ON = /^\/sign-out|^\/theme$|\/again$|\/audit\/export$|\/oidc\/link$/;
const OUTDATED = /Nothing has been done|You signed in after this page was loaded|open for too long/;
