// How to open each page in a browser, by name. Accessibility tests and screenshots walk this list,
// so a page that is missing here is not checked.

import type { Page } from 'playwright-core';
import { rememberTerminal } from '../../../src/catalogue/access/last-used-targets.ts';
import { createBrowserSession } from '../../../src/catalogue/accounts/browser-sessions.ts';
import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { createSetupCodeIfEmpty } from '../../../src/catalogue/accounts/setup-codes.ts';
import { getUser } from '../../../src/catalogue/accounts/users.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newConnectionId } from '../../../src/ids.ts';
import type { Progress } from '../../../src/login/request/login-request.ts';
import { sessionCookieAt } from '../../support/browser/browser-jar.ts';
import { ELSEWHERE, openLoginLink, type WebForTests } from '../../support/browser/web-for-tests.ts';
import {
  addOrganization,
  addPerson,
  addProject,
  type PersonForTests,
} from '../../support/databases/catalogue-for-tests.ts';
import { busyDeveloper } from './busy-developer.ts';
import { guardedDeveloper } from './guarded-developer.ts';
import { OPERATIONS_SCENES } from './operations-scenes.ts';
import { SIGN_IN_SCENES } from './sign-in-scenes.ts';

export interface Stage {
  readonly web: WebForTests;
  readonly page: Page;
}

export interface Scene {
  readonly name: string;
  /** Leaves the page open in the browser. */
  readonly play: (stage: Stage) => Promise<void>;
}

/** Signed in now, where nothing else is said. */
type SignedInPerson = Pick<PersonForTests, 'userId'> & { readonly authenticatedAt?: Date };

const HERE = '127.0.0.1';
const CONNECTED = { kind: 'connected', database: 'appdb', databaseRole: 'app', projectName: 'shop' } as const;

export const SCENES: readonly Scene[] = [
  scene('sign-in-refused', async ({ web, page }) => {
    await addPerson(web.catalogue, 'member');
    await page.goto(`${web.url}/sign-in`);
    await page.fill('#email', 'nobody@example.com');
    await page.fill('#password', 'not it');
    await press(page, 'Sign in');
  }),
  scene('invitation', async ({ web, page }) => {
    const organization = await addOrganization(web.catalogue, await addPerson(web.catalogue, 'admin'));
    const [outcome] = await inviteMembers(web.catalogue, SYSTEM_CONTEXT, {
      accountId: organization.id,
      invitations: [{ email: `nina-${Date.now()}@example.com`, memberRole: 'member' }],
    });
    if (outcome?.kind !== 'invited') throw new Error('the e-mail was to be new');
    await page.goto(`${web.url}/invitations/${outcome.token.reveal()}`);
  }),
  scene('home', async (stage) => {
    await signInAs(stage, await developer(stage));
    await stage.page.goto(stage.web.url);
  }),
  scene('approve-one-project', async (stage) => {
    await openLink(stage, await developer(stage), HERE);
  }),
  scene('approve-many-projects', async (stage) => {
    await openLink(stage, await busyDeveloper(stage), HERE);
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
  scene('sign-in-again', async (stage) => {
    await openLink(stage, await guardedDeveloper(stage), HERE);
    await approve(stage);
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
  ...SIGN_IN_SCENES,
  ...OPERATIONS_SCENES,
];

/** For an installation without people, which the other scenes are not. */
export const SET_UP_SCENE: Scene = scene('set-up', async ({ web, page }) => {
  await page.goto(`${web.url}/setup/${await newSetupCode(web)}`);
});

export async function openLink(stage: Stage, person: SignedInPerson, address: string): Promise<{ path: string }> {
  await signInAs(stage, person);
  // The person's own name: others approve at the same address.
  const { email } = await getUser(stage.web.catalogue, person.userId);
  const [requestedUser = ''] = email.split('@');
  const { path, request } = await openLoginLink(stage.web, { address, requestedUser });
  await stage.page.goto(stage.web.url + path);
  return { path: `/psql_session/${request.id}` };
}

export async function signInAs({ web, page }: Stage, person: SignedInPerson): Promise<void> {
  const session = await createBrowserSession(web.catalogue, { ...person, ip: HERE, userAgent: 'test' });
  await page.context().addCookies([{ name: sessionCookieAt(web.url), value: session.cookie.reveal(), url: web.url }]);
}

/** Presses Approve once it is armed. */
export async function approve({ page }: Stage): Promise<void> {
  const loaded = page.waitForEvent('load');
  await page.locator('button[value="approve"]:not([aria-disabled])').click();
  await loaded;
}

/** A person with one project. */
export async function developer({ web }: Pick<Stage, 'web'>): Promise<PersonForTests> {
  const person = await addPerson(web.catalogue, 'alex');
  await addProject(web.catalogue, person.accountId, 'shop');
  return person;
}

function followed(progress: Progress): Scene['play'] {
  return async (stage) => {
    await signInAs(stage, await developer(stage));
    const { path, request } = await openLoginLink(stage.web, { address: HERE });
    await stage.page.goto(stage.web.url + path);
    await approve(stage);
    await stage.web.loginRequests.consume(request.id);
    await stage.web.loginRequests.setProgress(request.id, progress);
    await stage.page.goto(`${stage.web.url}/psql_session/${request.id}`);
  };
}

async function press(page: Page, name: string): Promise<void> {
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name, exact: true }).click();
  await loaded;
}

async function newSetupCode(web: WebForTests): Promise<string> {
  const code = await createSetupCodeIfEmpty(web.catalogue);
  if (code === null) throw new Error('the installation has people already');
  return code.reveal();
}

function scene(name: string, play: Scene['play']): Scene {
  return { name, play };
}
