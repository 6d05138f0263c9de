// One broken glass leaves all that it has to: mail, chat, audit, banner and an open review; and
// nobody breaks two before one review, in whichever tab and on whichever node.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nameGlassPerson } from '../../../src/catalogue/asking/glass-people.ts';
import { listBrokenGlass } from '../../../src/catalogue/asking/request-lists.ts';
import { addNotificationTarget } from '../../../src/catalogue/notifications/notification-targets.ts';
import { replaceAccessRules } from '../../../src/catalogue/rules/access-rules.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type Mailbox, startMailbox } from '../../http/api/mailbox.ts';
import type { WebClient } from '../../support/browser/web-client.ts';
import { addMemberTo } from '../../support/databases/catalogue-for-tests.ts';
import { type AskingScene, openAskingScene } from '../../support/nodes/asking-scene.ts';
import { type HttpsReceiver, startHttpsReceiver } from '../../support/nodes/https-receiver.ts';
import { addPerson } from '../../support/nodes/postern-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const PAGE = '/app/me/requests/break-glass';
const REASON = 'Incident 4711';

let mailbox: Mailbox;
let chat: HttpsReceiver;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let scene: AskingScene;

beforeAll(async () => {
  [mailbox, chat, folder] = await Promise.all([startMailbox(), startHttpsReceiver('localhost'), temporaryFolder()]);
  const caFile = join(folder.path, 'chat.pem');
  await writeFile(caFile, chat.caPem);
  const environment = {
    POSTERN_SMTP_URL: mailbox.url,
    POSTERN_CA_FILE: caFile,
    POSTERN_WEBHOOK_NETWORKS: '127.0.0.0/8,::1/128',
  };
  scene = await openAskingScene({ environment });
  const { organizationId: accountId, desk } = scene;
  await replaceAccessRules(catalogue(), SYSTEM_CONTEXT, { accountId, set: 'strict' });
  await nameGlassPerson(catalogue(), SYSTEM_CONTEXT, { accountId, userId: desk.person.id });
  const target = { accountId, name: 'Security', format: 'slack', url: `${chat.url}/T0KEN` } as const;
  await addNotificationTarget(catalogue(), SYSTEM_CONTEXT, { ...target, classes: ['break_glass'] });
  const dora = await addPerson(desk.node, { email: 'dora@example.com' });
  const person = { userId: dora.id, accountId, email: dora.email };
  await addMemberTo(catalogue(), { id: accountId }, { person, memberRole: 'admin' });
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await mailbox.close();
  chat.close();
  await folder[Symbol.asyncDispose]();
});

const catalogue = () => scene.desk.node.postern.catalogue;

async function breakGlass(browser: WebClient) {
  const form = await browser.get(PAGE);
  const typed = { compute: scene.project.compute.id, minutes: '15', reason: REASON };
  return await browser.submit(form, typed, PAGE);
}

async function glassEvents() {
  const rows = await catalogue().db.selectFrom('audit_events').select('body').orderBy('id').execute();
  return rows.map(({ body }) => body as Record<string, unknown>).filter(({ event }) => event === 'break_glass.broken');
}

it('leaves mail, chat, audit, a banner and one open review', { timeout: 120_000 }, async () => {
  const { desk, ann, organizationId } = scene;
  const otherNode = await desk.startNode();
  const [here, there] = [await desk.openBrowser(), await desk.openBrowser(otherNode)];
  const pages = await Promise.all([breakGlass(here), breakGlass(there), breakGlass(desk.browser)]);
  expect(pages.map(({ status }) => status).sort()).toEqual([200, 409, 409]);

  const [glass, ...more] = await listBrokenGlass(catalogue(), SYSTEM_CONTEXT, organizationId);
  expect(more).toEqual([]);
  expect(glass).toMatchObject({ reason: REASON, reviewedAt: null, review: null });
  const link = `/app/me/requests/${glass?.id}`;

  for (const admin of [ann.person.email, 'dora@example.com']) {
    const letters = () => mailbox.letters.filter(({ to, text }) => to === admin && text.includes('broke the glass'));
    await waitUntil(() => letters().length === 1, `${admin} has a mail`);
    for (const fact of [REASON, desk.person.email, link]) expect(letters()[0]?.text).toContain(fact);
  }
  const told = () => chat.deliveries.filter(({ body }) => body.includes('Somebody broke the glass'));
  await waitUntil(() => told().length === 1, 'the chat is told');
  for (const fact of [REASON, desk.person.email, link]) expect(told()[0]?.body).toContain(fact);

  const events = await glassEvents();
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    ...{ code: 'PB10S', actor_id: desk.person.id, reason: REASON, access_request_id: glass?.id },
    ...{ account_id: organizationId, compute_id: scene.project.compute.id, browser_ip: '127.0.0.1' },
  });
  const banner = 'Alex Lopez broke the glass of orders';
  expect((await ann.browser.get('/app/me/sessions')).html).toContain(banner);

  // Over is not reviewed: it stays closed to its person until an admin has written the review.
  await ann.browser.submit(await ann.browser.get(link), {}, `${link}/withdraw`);
  expect((await breakGlass(there)).status).toBe(409);
  const review = await ann.browser.get(link);
  expect((await ann.browser.submit(review, { review: 'Needed.' }, `${link}/review`)).status).toBe(200);
  expect((await ann.browser.get('/app/me/sessions')).html).not.toContain(banner);
  const twice = await Promise.all([breakGlass(here), breakGlass(there)]);
  expect(twice.map(({ status }) => status).sort()).toEqual([200, 409]);
});
