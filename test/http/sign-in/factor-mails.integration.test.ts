import { afterAll, beforeAll, expect, it } from 'vitest';
import { BrowserJar } from '../../support/browser/browser-jar.ts';
import {
  addPersonWithPassword,
  newIdentity,
  PASSWORD,
  startWeb,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import { withOneTimeCodes, withPasskey } from '../../support/second-factors-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { type Mailbox, startMailbox } from '../api/mailbox.ts';

const STEP = '/sign-in/second-step';
const SECURITY = '/app/me/security';

const SUBJECTS = [
  'A recovery code signed in',
  'New recovery codes for your',
  'One-time codes are off',
  'A passkey was removed',
];

let mailbox: Mailbox;
let web: WebForTests;

beforeAll(async () => {
  mailbox = await startMailbox();
  web = await startWeb({ POSTERN_SMTP_URL: mailbox.url });
});

afterAll(async () => {
  await web.close();
  await mailbox.close();
});

it('a person is mailed each use of a recovery code and each change of second factors', async () => {
  const { userId, email } = await addPersonWithPassword(web);
  const { recoveryCodes } = await withOneTimeCodes(web.catalogue, userId);
  const passkeyId = await withPasskey(web.catalogue, userId);
  const jar = new BrowserJar(web.url, { address: newIdentity().address });
  await jar.signIn(email, PASSWORD);
  const code = { csrf_token: await jar.csrfToken(STEP), second_step_secret: recoveryCodes[0] ?? '' };
  expect((await jar.post(STEP, code)).status).toBe(303);
  const csrf_token = await jar.csrfToken(SECURITY);
  await jar.post(`${SECURITY}/recovery-codes`, { csrf_token });
  await jar.post(`${SECURITY}/one-time-codes/off`, { csrf_token });
  await jar.post(`${SECURITY}/passkeys/${passkeyId}/remove`, { csrf_token });
  const own = () => mailbox.letters.filter(({ to }) => to.includes(email));
  await waitUntil(() => own().length === 4, 'all four mails arrive');
  const texts = own().map(({ text }) => text.replace(/\s+/g, ' '));
  for (const subject of SUBJECTS) expect(texts.filter((text) => text.includes(subject))).toHaveLength(1);
  for (const used of recoveryCodes) expect(texts.join('')).not.toContain(used);
});
