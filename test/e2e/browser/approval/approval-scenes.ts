// The approval page and the pages before and after it.

import { rememberTerminal } from '../../../../src/catalogue/access/last-used-targets.ts';
import { idFrom, type LoginRequestId, newConnectionId } from '../../../../src/ids.ts';
import type { Progress } from '../../../../src/login/request/login-request.ts';
import { redisKeys } from '../../../../src/redis/redis-keys.ts';
import { ELSEWHERE } from '../../../support/browser/web-for-tests.ts';
import { addPerson } from '../../../support/databases/catalogue-for-tests.ts';
import { busyDeveloper } from '../busy-developer.ts';
import { guardedDeveloper } from '../guarded-developer.ts';
import { developerOfProduction } from './production-developer.ts';
import { approve, developer, HERE, openLink, openLinkOf, press, type Scene, scene, signInAs } from './stage.ts';

const CONNECTED = { kind: 'connected', database: 'appdb', databaseRole: 'app', projectName: 'shop' } as const;

export const APPROVAL_SCENES: readonly Scene[] = [
  scene('approve-one-project', async (stage) => {
    await openLink(stage, await developer(stage), HERE);
  }),
  scene('approve-many-projects', async (stage) => {
    await openLink(stage, await busyDeveloper(stage), HERE);
  }),
  scene('approve-production', async (stage) => {
    await openLink(stage, await developerOfProduction(stage), HERE);
    await stage.page.getByRole('radio', { name: /shop/ }).click();
    await stage.page.getByLabel('Access').selectOption('read_write');
  }),
  scene('approve-agent', async (stage) => {
    const agent = { name: 'claude-code', reason: null };
    await openLinkOf(stage, await developerOfProduction(stage), { address: HERE, agent });
  }),
  scene('approve-agent-with-reason', async (stage) => {
    const agent = { name: 'claude-code', reason: 'add the index that the slow report of Monday needs' };
    await openLinkOf(stage, await developerOfProduction(stage), { address: HERE, agent });
    await stage.page.getByRole('radio', { name: /shop/ }).click();
    await stage.page.getByLabel('Access').selectOption('read_write');
  }),
  scene('link-code', async (stage) => {
    await signInAs(stage, await developer(stage));
    await stage.page.goto(`${stage.web.url}/link`);
  }),
  scene('approve-nothing-to-pick', async (stage) => {
    await openLink(stage, await addPerson(stage.web.catalogue, 'nobody'), HERE);
  }),
  scene('approve-new-terminal', async (stage) => {
    await openLink(stage, await developer(stage), ELSEWHERE);
  }),
  scene('approve-known-terminal', async (stage) => {
    const person = await developer(stage);
    await rememberTerminal(stage.web.catalogue, person.userId, ELSEWHERE);
    await openLink(stage, person, ELSEWHERE);
  }),
  scene('approve-stale-sign-in', async (stage) => {
    await openLink(stage, await guardedDeveloper(stage), HERE);
  }),
  scene('approve-problem', async (stage) => {
    await openLink(stage, await busyDeveloper(stage), HERE);
    const loaded = stage.page.waitForEvent('load');
    // As a browser without our script would, and one that does not know `required`.
    await stage.page.evaluate(() => {
      for (const radio of document.querySelectorAll('input')) radio.required = false;
      const approving = document.querySelector<HTMLButtonElement>('[data-approve]');
      approving?.form?.requestSubmit(approving);
    });
    await loaded;
  }),
  scene('reverse-code', async (stage) => {
    await openLink(stage, await developer(stage), ELSEWHERE);
    await approve(stage);
  }),
  scene('connection-waiting', followed({ kind: 'waiting' })),
  scene('connection-waking', followed({ kind: 'waking' })),
  scene('connection-stands', followed({ ...CONNECTED, connectionId: newConnectionId() })),
  scene(
    'connection-failed',
    followed({ kind: 'failed', code: 'upstream_unreachable', message: 'could not connect to compute "main"' }),
  ),
  scene('connection-terminal-closed', followed({ kind: 'terminal_closed' })),
  scene('denied', async (stage) => {
    await openLink(stage, await developer(stage), HERE);
    await press(stage.page, 'Deny');
  }),
  scene('denied-for-good', async (stage) => {
    const { path } = await openLink(stage, await developer(stage), HERE);
    await press(stage.page, 'Deny');
    await stage.web.loginRequests.grace.finishDenial(idIn(path));
    await stage.page.goto(stage.web.url + path);
  }),
  scene('report-undone', async (stage) => {
    await openLink(stage, await developer(stage), HERE);
    await stage.page.getByRole('link', { name: 'This was not me' }).click();
    await press(stage.page, 'Report and block');
    await press(stage.page, 'Undo, it was me');
  }),
  scene('connection-remembered', async (stage) => {
    await followed({ ...CONNECTED, connectionId: newConnectionId() })(stage);
    await press(stage.page, 'Remember');
  }),
  scene('connection-ended', followed({ kind: 'ended' })),
  scene('link-expired', async (stage) => {
    const { path } = await openLink(stage, await developer(stage), HERE);
    await stage.web.redis.hset(redisKeys.loginRequest(idIn(path)), 'expires_at', '1');
    await stage.page.goto(stage.web.url + path);
  }),
  scene('report-question', async (stage) => {
    const { path } = await openLink(stage, await developer(stage), HERE);
    await stage.page.goto(`${stage.web.url}${path}/report`);
  }),
  scene('reported', async (stage) => {
    await openLink(stage, await developer(stage), HERE);
    await stage.page.getByRole('link', { name: 'This was not me' }).click();
    await press(stage.page, 'Report and block');
  }),
  scene('link-unknown', async (stage) => {
    await signInAs(stage, await developer(stage));
    await stage.page.goto(`${stage.web.url}/psql_session/AAAAAAAAAAAAAAAAAAAAAA`);
  }),
];

function followed(progress: Progress): Scene['play'] {
  return async (stage) => {
    const { path } = await openLink(stage, await developer(stage), HERE);
    await approve(stage);
    const id = idIn(path);
    await stage.web.loginRequests.consume(id);
    await stage.web.loginRequests.setProgress(id, progress);
    await stage.page.goto(stage.web.url + path);
  };
}

function idIn(path: string): LoginRequestId {
  return idFrom<LoginRequestId>(path.slice('/psql_session/'.length));
}
