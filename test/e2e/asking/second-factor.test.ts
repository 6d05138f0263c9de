// An organization asks for a second factor: who has none loses the connection, and is led from the
// page of the next login to add one and back, while psql waits.

import { TOTP, URI } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { type AccountId, personalAccountId } from '../../../src/ids.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { type Mailbox, startMailbox } from '../../http/api/mailbox.ts';
import type { Page, WebClient } from '../../support/browser/web-client.ts';
import { addMemberTo } from '../../support/databases/catalogue-for-tests.ts';
import { type Desk, finish, linkOf, openDesk, signedInBrowser } from '../../support/nodes/desk.ts';
import { addPerson, addProject } from '../../support/nodes/postern-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';

const ASKS = 'asks for a second factor';

let mailbox: Mailbox;
let desk: Desk;
let ann: WebClient;
let organizationId: AccountId;
let orders: HostedProject;

beforeAll(async () => {
  mailbox = await startMailbox();
  desk = await openDesk({ environment: { POSTERN_SMTP_URL: mailbox.url } });
  const { node, person } = desk;
  const { catalogue } = node.postern;
  const admin = await addPerson(node, { email: 'ann@example.com', name: 'Ann Example' });
  const wish = { name: 'Example Org', admin: { id: admin.id, email: admin.email } };
  ({ id: organizationId } = await createOrganization(catalogue, SYSTEM_CONTEXT, wish));
  const alex = { userId: person.id, accountId: personalAccountId(person.id), email: person.email };
  await addMemberTo(catalogue, { id: organizationId }, { person: alex });
  orders = await addProject(node, { accountId: organizationId, name: 'orders' });
  ann = await signedInBrowser(node.baseUrl, admin.email);
});

afterAll(async () => {
  await desk.close();
  await mailbox.close();
});

/** Turns on one-time codes from that page of Security; returns the page of recovery codes. */
async function addCodes(browser: WebClient, security: Page): Promise<Page> {
  const { pathname, search } = new URL(security.url);
  const begun = await browser.submit(security, {}, `${pathname}/one-time-codes/begin${search}`);
  const uri = /href="(otpauth:[^"]+)"/.exec(begun.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const totp = URI.parse(uri);
  if (!(totp instanceof TOTP)) throw new Error('the page was to show a secret');
  const at = new URL(begun.url);
  return await browser.submit(begun, { code_secret: totp.generate() }, at.pathname + at.search);
}

describe('an organization that asks for a second factor', () => {
  it('ends psql of who has none, and lets them in again once they have one', { timeout: 120_000 }, async () => {
    const working = desk.psql(['-d', 'orders', '-c', 'select pg_sleep(600)'], { input: '' });
    await desk.browser.approve(await linkOf(working), { compute_id: orders.compute.id, remember: '1h' });
    await working.waitForStderr(/Connected as/);

    await addCodes(ann, await ann.get('/app/me/security'));
    const settings = `/app/${organizationId}/settings/second-factor`;
    const form = await ann.get(settings);
    expect(form.html).toContain('Alex Lopez');
    await ann.submit(form, { demand: 'on' }, settings);
    const ended = await finish(working);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain(ASKS);
    const ofAlex = () => mailbox.letters.find(({ to }) => to === desk.person.email)?.text ?? '';
    await waitUntil(() => ofAlex().includes('You have none yet'), 'Alex has a mail');

    const again = desk.psql(['-d', 'orders', '-At', '-c', 'select 40 + 2'], { input: '' });
    const page = await desk.browser.get(new URL(await linkOf(again)).pathname);
    expect(page.html).toContain(`Example Org</bdi> ${ASKS}`);
    const security = await desk.browser.submit(page, { decision: 'second_factor' }, new URL(page.url).pathname);
    expect(security.html).toContain('Add a second factor to go on');
    const codes = await addCodes(desk.browser, security);
    expect(codes.html).toContain('Your recovery codes');
    const back = /href="(\/psql_session\/lr-[^"]+)"/.exec(codes.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const approval = await desk.browser.get(back);
    expect(approval.html).not.toContain(ASKS);
    const choice = { decision: 'approve', compute_id: orders.compute.id };
    await desk.browser.submit(approval, choice, new URL(approval.url).pathname);
    const { code, stdout, stderr } = await finish(again);
    expect([code, stdout.trim()], stderr).toEqual([0, '42']);
  });
});
