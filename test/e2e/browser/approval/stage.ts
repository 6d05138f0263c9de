// The stage of a scene: a web with a page, and the first steps on it.

import type { Page } from 'playwright-core';
import { getUser } from '../../../../src/catalogue/accounts/users.ts';
import { sessionCookieAt } from '../../../support/browser/browser-jar.ts';
import { beginSession } from '../../../support/browser/session-for-tests.ts';
import { openLoginLink, type WebForTests } from '../../../support/browser/web-for-tests.ts';
import { addPerson, addProject, type PersonForTests } from '../../../support/databases/catalogue-for-tests.ts';

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

/** Where the browsers of tests are. */
export const HERE = '127.0.0.1';

type Asking = Parameters<typeof openLoginLink>[1];

export async function openLink(stage: Stage, person: SignedInPerson, address: string): Promise<{ path: string }> {
  return await openLinkOf(stage, person, { address });
}

/** Of a terminal that says more than its address. */
export async function openLinkOf(stage: Stage, person: SignedInPerson, asking: Asking): Promise<{ path: string }> {
  await signInAs(stage, person);
  // The person's own name: others approve at the same address.
  const { email } = await getUser(stage.web.catalogue, person.userId);
  const [requestedUser = ''] = email.split('@');
  const { path, request } = await openLoginLink(stage.web, { requestedUser, ...asking });
  await stage.page.goto(stage.web.url + path);
  return { path: `/psql_session/${request.id}` };
}

export async function signInAs({ web, page }: Stage, person: SignedInPerson): Promise<void> {
  const session = await beginSession(web.catalogue, { ...person, ip: HERE, userAgent: 'test' });
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

export async function press(page: Page, name: string): Promise<void> {
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name, exact: true }).click();
  await loaded;
}

export function scene(name: string, play: Scene['play']): Scene {
  return { name, play };
}
