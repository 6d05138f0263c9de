// How people walk through asking: Alex asks on the page of the login, others decide on theirs.

import type { Page, WebClient } from '../../support/browser/web-client.ts';
import type { AskingScene, Decider } from '../../support/nodes/asking-scene.ts';
import { signedInBrowser } from '../../support/nodes/desk.ts';

/** Opens the link, chooses the project, and asks. */
export async function askOthers(
  { desk, project }: AskingScene,
  link: string,
  fields = { reason: 'Ticket 4711', minutes: '60' },
): Promise<Page> {
  const page = await desk.browser.approve(link, { compute_id: project.compute.id, access: 'read_write' });
  const path = new URL(page.url).pathname;
  if (!path.endsWith('/ask')) throw new Error(`nobody is asked: ${page.html}`);
  return await desk.browser.submit(page, fields, path);
}

/** Of the request that waits for this person. */
export async function pathToDecide({ browser }: Pick<Decider, 'browser'>): Promise<string> {
  const { html } = await browser.get('/app/me/requests');
  return /href="(\/app\/me\/requests\/ar-[a-z0-9]+)"/.exec(html)?.[1] ?? 'nothing to decide';
}

export async function decide(browser: WebClient, path: string, fields: Record<string, string>): Promise<Page> {
  return await browser.submit(await browser.get(path), fields, path);
}

/** The page is open in a browser of its own; the click comes when the answer is called. */
export async function openToAgree(
  { desk }: Pick<AskingScene, 'desk'>,
  { person }: Pick<Decider, 'person'>,
  path: string,
): Promise<() => Promise<Page>> {
  const browser = await signedInBrowser(desk.node.baseUrl, person.email);
  const form = await browser.get(path);
  if (!form.html.includes('value="agree"')) throw new Error(`${person.email} cannot agree: ${form.html}`);
  return () => browser.submit(form, { decision: 'agree' }, path);
}
