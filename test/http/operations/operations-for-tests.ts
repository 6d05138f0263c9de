// People for the operations pages, and an event stream that is read event by event.

import type { RegisteredProject } from '../../../src/catalogue/projects/register-project.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { AuditEventBody } from '../../../src/catalogue/trail/audit-events.ts';
import { exportAuditEvents } from '../../../src/catalogue/trail/audit-trail-reader.ts';
import type { AccountId } from '../../../src/ids.ts';
import { makeOperator } from '../../e2e/browser/operations-scenes.ts';
import { newVisitor, type VisitorForTests, type WebForTests } from '../../support/browser/web-for-tests.ts';
import { addMemberTo, addOrganization, addProject } from '../../support/databases/catalogue-for-tests.ts';

export async function newOperator(web: WebForTests): Promise<VisitorForTests> {
  const visitor = await newVisitor(web);
  await makeOperator(web, visitor.person.userId);
  return visitor;
}

export interface OrganizationForTests {
  readonly accountId: AccountId;
  readonly base: string;
  readonly project: RegisteredProject['project'];
  readonly admin: VisitorForTests;
  readonly member: VisitorForTests;
  readonly guest: VisitorForTests;
}

/** An organization with one project and one person of each kind. */
export async function newOrganization(web: WebForTests): Promise<OrganizationForTests> {
  const [admin, member, guest] = await Promise.all([newVisitor(web), newVisitor(web), newVisitor(web)]);
  const organization = await addOrganization(web.catalogue, admin.person);
  await addMemberTo(web.catalogue, organization, { person: member.person });
  const { project } = await addProject(web.catalogue, organization.id, 'warehouse');
  await shareProject(web.catalogue, SYSTEM_CONTEXT, { projectId: project.id, emails: [guest.person.email] });
  return { accountId: organization.id, base: `/app/${organization.id}/connections`, project, admin, member, guest };
}

/** What the audit trail has of one event, oldest first, once the queue is written. */
export async function auditOf(
  web: Pick<WebForTests, 'catalogue' | 'auditTrail'>,
  filter: Parameters<typeof exportAuditEvents>[2],
): Promise<AuditEventBody[]> {
  await web.auditTrail.flush();
  const events: AuditEventBody[] = [];
  for await (const event of exportAuditEvents(web.catalogue, SYSTEM_CONTEXT, filter)) events.push(event);
  return events;
}

export interface StreamForTests extends AsyncDisposable {
  /** The next event of that name; others are passed over. */
  next(name: string): Promise<Record<string, unknown>>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
}

/** Reads a stream of server-sent events as the signed-in browser would. */
export async function openStream(
  web: WebForTests,
  { browser }: VisitorForTests,
  path: string,
): Promise<StreamForTests> {
  const left = new AbortController();
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(web.localUrl + path, { headers: { cookie }, signal: left.signal });
  if (response.status !== 200 || response.body === null) throw new Error(`the stream was answered ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const nextEvent = async (): Promise<string> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const event = text.slice(0, end);
        text = text.slice(end + 2);
        return event;
      }
      const { value, done } = await reader.read();
      if (done) throw new Error('the stream has ended');
      text += value;
    }
  };
  return {
    async next(name) {
      for (;;) {
        const [first = '', data = ''] = (await nextEvent()).split('\n');
        if (first === `event: ${name}`) return JSON.parse(data.replace(/^data: /, ''));
      }
    },
    get ended() {
      return (async () => {
        for (;;) if ((await reader.read()).done) return;
      })();
    },
    async [Symbol.asyncDispose]() {
      left.abort();
      await reader.cancel().catch(() => {});
    },
  };
}
