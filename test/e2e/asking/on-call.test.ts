// A schedule approves in advance for a person on call, by a key for nothing else: psql is asked
// about nothing until the time that it says, and then live connections and the right are over.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { type Mailbox, startMailbox } from '../../http/api/mailbox.ts';
import { actingAs } from '../../support/databases/catalogue-for-tests.ts';
import { type AskingScene, openAskingScene } from '../../support/nodes/asking-scene.ts';
import { finish, linkOf } from '../../support/nodes/desk.ts';
import { waitUntil } from '../../support/wait-until.ts';

const LIMIT_MS = 240_000;
/** The shortest that there is. */
const SHIFT_MS = 60_000;

let mailbox: Mailbox;
let scene: AskingScene;

beforeAll(async () => {
  mailbox = await startMailbox();
  scene = await openAskingScene({ environment: { POSTERN_SMTP_URL: mailbox.url } });
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await mailbox.close();
});

const catalogue = () => scene.desk.node.postern.catalogue;

async function call(key: string, [method, path, body]: readonly [string, string, unknown?]) {
  const response = await fetch(`${scene.desk.node.baseUrl}/api/v2${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

it('nobody is asked while it holds, and all is over when it says', { timeout: LIMIT_MS }, async () => {
  const { desk, ann, project, organizationId } = scene;
  const personal = await createPersonalKey(catalogue(), await actingAs(catalogue(), { userId: ann.person.id }), {
    name: 'laptop',
  });
  const org = `/organizations/${organizationId}`;
  const made = await call(personal.key.reveal(), ['POST', `${org}/on_call_keys`, { name: 'rota' }]);
  expect(made.status).toBe(201);
  const wish = { user_id: desk.person.id, project_id: project.project.id, reason: 'Shift 12' };
  const shift = { ...wish, duration_seconds: SHIFT_MS / 1_000 };
  expect((await call(personal.key.reveal(), ['POST', `${org}/on_call_approvals`, shift])).status).toBe(403);
  const approved = await call(made.body.key, ['POST', `${org}/on_call_approvals`, shift]);
  expect(approved).toMatchObject({ status: 201, body: { kind: 'on_call', state: 'approved' } });
  const until = Date.parse(approved.body.until);

  const choice = { compute_id: project.compute.id, access: 'read_write' };
  const run = desk.psql(['-d', 'orders', '-c', 'select pg_sleep(300)'], { input: '' });
  const page = await desk.browser.approve(await linkOf(run), choice);
  expect(new URL(page.url).pathname).not.toMatch(/\/ask$/);
  await run.waitForStderr(/NOTICE: {2}Connected as/);
  expect(run.stderr()).not.toContain('Asked');
  const letter = () => mailbox.letters.find(({ to, text }) => to === desk.person.email && text.includes('on call'));
  await waitUntil(() => letter()?.text.includes('Shift 12'), 'the person is told');

  const { code, stderr } = await waitUntil(
    () => (run.process.exitCode === null ? null : finish(run)),
    'the connection ends',
    SHIFT_MS + 60_000,
  );
  expect(Date.now()).toBeGreaterThanOrEqual(until);
  expect(code).not.toBe(0);
  expect(stderr).toContain('the time that was agreed to is over');

  const late = desk.psql(['-d', 'orders', '-c', 'select 1'], { input: '' });
  const asks = await desk.browser.approve(await linkOf(late), choice);
  expect(new URL(asks.url).pathname).toMatch(/\/ask$/);
  late.kill('SIGKILL');
});
