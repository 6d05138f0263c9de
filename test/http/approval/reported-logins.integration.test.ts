import { expect, it, onTestFinished } from 'vitest';
import { acceptInvitation } from '../../../src/catalogue/accounts/accept-invitation.ts';
import { inviteMembers } from '../../../src/catalogue/accounts/invite-members.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { listAuditEvents } from '../../../src/catalogue/trail/audit-trail-reader.ts';
import type { AccountId } from '../../../src/ids.ts';
import { csrfTokenIn } from '../../support/browser/browser-jar.ts';
import {
  ELSEWHERE,
  newDeveloper,
  newVisitor,
  openLoginLink,
  startWeb,
  type VisitorForTests,
  type WebForTests,
} from '../../support/browser/web-for-tests.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  type PersonForTests,
} from '../../support/databases/catalogue-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { startMailbox } from '../api/mailbox.ts';

it('"this was not me" is asked about before it is reported, and Cancel leads back', async () => {
  const web = await startWeb();
  onTestFinished(() => web.close());
  const { browser, address } = await newVisitor(web);
  const { path, request } = await openLoginLink(web, { address });
  const page = await browser.open(path);
  expect(page.text).not.toContain('value="report"');
  expect(page.text).toContain(`href="${page.path}/report"`);
  const question = await browser.get(`${page.path}/report`);
  expect(question.text).toContain(`Report and block ${address}?`);
  expect(question.text).toContain(`href="${page.path}">Cancel`);
  expect((await web.loginRequests.find(request.id))?.status).toBe('claimed');
  expect((await browser.get(page.path)).text).toContain(request.userCode);
  await browser.post(page.path, new URLSearchParams({ decision: 'report', csrf_token: csrfTokenIn(question.text) }));
  const after = await browser.get(page.path);
  expect(after.text).toContain('Blocked. Nobody got in.');
  expect(after.text).toMatch(/href="\/app\/me\/sessions">Review your sessions/);
  expect(after.text).toMatch(/href="\/app\/me\/profile">Change your password/);
  expect((await browser.get(`${page.path}/report`)).location).toBe(page.path);
});

it('"this was not me" is mailed to admins of organizations that the person joined', async () => {
  const mailbox = await startMailbox();
  const web = await startWeb({ POSTERN_SMTP_URL: mailbox.url, POSTERN_BRAND: 'Gatehouse' });
  onTestFinished(async () => {
    await web.close();
    await mailbox.close();
  });
  const [ada, olga] = [await addPerson(web.catalogue, 'ada'), await addPerson(web.catalogue, 'olga')];
  const reporter = await newVisitor(web);
  const ownOrganization = await addOrganization(web.catalogue, ada);
  await join(web, { accountId: ownOrganization.id, person: reporter.person });
  const sharing = await addOrganization(web.catalogue, olga);
  const { project } = await addProject(web.catalogue, sharing.id, 'shared');
  await shareProject(web.catalogue, SYSTEM_CONTEXT, { projectId: project.id, emails: [reporter.person.email] });
  const forced = await addOrganization(web.catalogue, await addPerson(web.catalogue, 'added-them'));
  await addMemberTo(web.catalogue, forced, { person: reporter.person });
  await addOrganization(web.catalogue, await addPerson(web.catalogue, 'uninvolved'));

  const page = await report(web, reporter, { address: ELSEWHERE, application: 'psql\u001b]8;;https://evil.example' });

  expect(page).toContain('your admins have been told');
  await waitUntil(() => mailbox.letters.length === 1, 'the admin gets mail');
  expect(mailbox.letters.map(({ to }) => to)).toEqual([ada.email]);
  const letter = mailbox.letters.find(({ to }) => to === ada.email)?.text ?? '';
  for (const told of [reporter.person.email, ELSEWHERE, 'Gatehouse', `${web.url}/app/${ownOrganization.id}/settings`]) {
    expect(letter).toContain(told);
  }
  expect(letter).not.toContain('\u001b');
  await web.auditTrail.flush();
  const trail = await listAuditEvents(web.catalogue, SYSTEM_CONTEXT, { accountId: ownOrganization.id, limit: 10 });
  expect(trail.items[0]).toMatchObject({
    event: 'login.reported',
    terminal_ip: ELSEWHERE,
    subject: reporter.person.email,
  });
  for (const { id: accountId } of [sharing, forced]) {
    const others = await listAuditEvents(web.catalogue, SYSTEM_CONTEXT, { accountId, limit: 20 });
    expect(others.items.map(({ event }) => event)).not.toContain('login.reported');
  }
});

it('"this was not me" is logged where no mail server is configured', async () => {
  const web = await startWeb();
  onTestFinished(() => web.close());
  const ada = await addPerson(web.catalogue, 'ada');
  const reporter = await newVisitor(web);
  const { id: accountId } = await addOrganization(web.catalogue, ada);
  await join(web, { accountId, person: reporter.person });
  await report(web, reporter, { address: ELSEWHERE });
  await waitUntil(() => web.logged().includes(`"to":"${ada.email}"`), 'the mail stands in the log');
});

it('a terminal at a new address is mailed to the person, once it is admitted', async () => {
  const mailbox = await startMailbox();
  const web = await startWeb({ POSTERN_SMTP_URL: mailbox.url });
  onTestFinished(async () => {
    await web.close();
    await mailbox.close();
  });
  const { browser, address, person, project } = await newDeveloper(web);
  const approve = async (from: string) => {
    const page = await browser.open((await openLoginLink(web, { address: from })).path);
    const fields = { decision: 'approve', compute_id: project.compute.id, csrf_token: csrfTokenIn(page.text) };
    await browser.post(page.path, new URLSearchParams(fields));
  };
  await approve(address);
  await waitUntil(() => mailbox.letters.length === 1, 'the first login from an address is told');
  await approve(address);
  await approve(ELSEWHERE);
  await waitUntil(() => mailbox.letters.length === 2, 'the code for another address is told');
  expect(mailbox.letters.map(({ to }) => to)).toEqual([person.email, person.email]);
  expect(mailbox.letters[0]?.text).toContain(`A terminal at ${address}`);
  expect(mailbox.letters[0]?.text).toContain('was let in as you');
  expect(mailbox.letters[1]?.text).toContain(ELSEWHERE);
  expect(mailbox.letters[1]?.text).toContain('a code for it was shown');
  expect(mailbox.letters[1]?.text).not.toMatch(/\b\d{3} ?\d{3}\b/);
});

async function join(web: WebForTests, { accountId, person }: { accountId: AccountId; person: PersonForTests }) {
  const invitations = [{ email: person.email, memberRole: 'member' as const }];
  const [outcome] = await inviteMembers(web.catalogue, SYSTEM_CONTEXT, { accountId, invitations });
  const token = outcome?.kind === 'invited' ? outcome.token.reveal() : expect.fail('not invited');
  await acceptInvitation(web.catalogue, await actingAs(web.catalogue, person), { token, userId: person.userId });
}

async function report(
  web: WebForTests,
  { browser }: VisitorForTests,
  origin: Parameters<typeof openLoginLink>[1],
): Promise<string> {
  const { path } = await openLoginLink(web, origin);
  const page = await browser.open(path);
  await browser.post(page.path, new URLSearchParams({ decision: 'report', csrf_token: csrfTokenIn(page.text) }));
  return (await browser.get(page.path)).text;
}
