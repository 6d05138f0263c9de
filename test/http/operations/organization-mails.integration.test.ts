import { afterAll, beforeAll, expect, it } from 'vitest';
import { changePlan } from '../../../src/catalogue/accounts/accounts.ts';
import { setOperator } from '../../../src/catalogue/people/manage-people.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { startWeb, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type Mailbox, startMailbox } from '../api/mailbox.ts';
import { personAtBrowser } from '../console/console-for-tests.ts';

let mailbox: Mailbox;
let web: WebForTests;

beforeAll(async () => {
  mailbox = await startMailbox();
  web = await startWeb({ POSTERN_SMTP_URL: mailbox.url, POSTERN_ORGANIZATION_CREATION: 'on_request' });
});

afterAll(async () => {
  await web.close();
  await mailbox.close();
});

async function mailTo(email: string, words: string): Promise<string> {
  const found = () => mailbox.letters.find(({ to, text }) => to === email && text.includes(words))?.text;
  await waitUntil(() => found() !== undefined, `a mail to ${email}: ${words}`);
  return found() ?? '';
}

it('operators are mailed a request for an organization, and who asked its decision', async () => {
  const [wisher, operator] = [await personAtBrowser(web, 'wisher'), await personAtBrowser(web, 'operator')];
  await changePlan(web.catalogue, SYSTEM_CONTEXT, { accountId: wisher.accountId, plan: 'scale' });
  await setOperator(web.catalogue, SYSTEM_CONTEXT, { userId: operator.userId, isOperator: true });
  const wish = { name: 'Wishworks', admin_email: wisher.email, consent: 'yes' };
  const decide = async (verdict: string, fields: Readonly<Record<string, string>> = {}) => {
    expect((await wisher.post('/app/organizations/request', wish)).status).toBe(303);
    const path = new RegExp(`action="(/ops/requests/[^"]+/${verdict})"`);
    const { text } = await operator.get('/ops/requests');
    expect((await operator.post(path.exec(text)?.[1] ?? 'no form', fields)).status).toBe(303);
  };

  await decide('decline', { reason: 'Wishworks has one already' });

  const asked = await mailTo(operator.email, 'asks for the organization "Wishworks"');
  expect(asked).toContain(`${web.url}/ops/requests`);
  expect(await mailTo(wisher.email, 'declined your request for "Wishworks"')).toContain(
    'They said: Wishworks has one already',
  );

  await decide('approve');

  const ready = await mailTo(wisher.email, 'Your request was approved');
  const path = /\/app\/org-[^/\s]+\/projects/.exec(ready)?.[0] ?? 'no link';
  expect((await wisher.get(path)).status).toBe(200);
  expect(mailbox.letters.filter(({ to }) => to === operator.email).length).toBeGreaterThan(1);
});
