// An organization on a running web side, and people with a browser each that sends forms without
// script.

import type { Account } from '../../../src/catalogue/accounts/accounts.ts';
import type { RegisteredProject } from '../../../src/catalogue/projects/register-project.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newGrantId } from '../../../src/ids.ts';
import type { Grant } from '../../../src/login/grant/grant.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { type Answer, BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import {
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  type PersonForTests,
} from '../../support/databases/catalogue-for-tests.ts';
import { connectionRecord, type RecordingHandle, recordingHandle } from '../../support/nodes/fleet-for-tests.ts';

export interface PersonAtBrowser extends PersonForTests {
  readonly web: WebForTests;
  readonly jar: BrowserJar;
  /** Sends a form with the CSRF token of a page; by default of the person's own sessions page. */
  post(path: string, fields?: Readonly<Record<string, string>>): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** As `post`, and opens the page to which the form leads. */
  postAndOpen(path: string, fields?: Readonly<Record<string, string>>): Promise<Answer>;
}

export interface OrganizationForTests {
  readonly organization: Account;
  readonly admin: PersonAtBrowser;
  readonly member: PersonAtBrowser;
  /** An attached project that nobody dials. */
  readonly warehouse: RegisteredProject;
  /** `/app/<organization id>`. */
  readonly base: string;
}

export async function personAtBrowser(web: WebForTests, prefix: string): Promise<PersonAtBrowser> {
  const person = await addPerson(web.catalogue, prefix);
  const session = { userId: person.userId, ip: '127.0.0.1', userAgent: 'test' };
  const { cookie } = await beginSession(web.catalogue, session);
  const jar = new BrowserJar(web.url);
  jar.setSession(cookie.reveal());
  const post = async (path: string, fields: Readonly<Record<string, string>> = {}) => {
    const csrf_token = csrfTokenIn((await jar.get('/app/me/profile')).text);
    return await jar.post(path, { csrf_token, ...fields });
  };
  const postAndOpen = async (path: string, fields: Readonly<Record<string, string>> = {}) => {
    const { location } = await post(path, fields);
    return await jar.get(location ?? `${path} led nowhere`);
  };
  return { ...person, web, jar, post, postAndOpen, get: (path) => jar.get(path) };
}

export async function organizationForTests(web: WebForTests): Promise<OrganizationForTests> {
  const admin = await personAtBrowser(web, 'admin');
  const member = await personAtBrowser(web, 'member');
  const organization = await addOrganization(web.catalogue, admin);
  await addMemberTo(web.catalogue, organization, { person: member });
  const warehouse = await addProject(web.catalogue, organization.id, 'warehouse');
  return { organization, admin, member, warehouse, base: `/app/${organization.id}` };
}

/** A project with a real database. */
export async function hostedProject(web: WebForTests, { id }: Account, name = 'shop'): Promise<HostedProject> {
  return await web.provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId: id, name });
}

/** What a person holds of a project: a live connection, and a remembered approval. */
export interface Holding {
  readonly connection: RecordingHandle;
  readonly grant: Grant;
}

export async function hold(
  web: WebForTests,
  { userId, email }: PersonForTests,
  { project, compute, databases, roles }: RegisteredProject,
): Promise<Holding> {
  const target = {
    accountId: project.accountId,
    projectId: project.id,
    computeId: compute.id,
    database: databases[0]?.name ?? null,
    databaseRole: roles[0]?.name ?? null,
  };
  const connection = recordingHandle();
  const record = { ...target, userId, personEmail: email, projectName: project.name };
  web.liveConnections.register(connectionRecord(web.catalogue.nodeId, record), connection);
  const grant = await web.grants.create({
    ...target,
    id: newGrantId(),
    userId,
    personEmail: email,
    address: '203.0.113.7',
    requestedUser: 'somebody',
    application: 'psql',
    access: 'read_write',
    loginRequestId: null,
    rightAsOf: null,
    lifeMs: 3_600_000,
    longestGrantMs: 3_600_000,
    usesLeft: null,
  });
  return { connection, grant };
}

/** Whether both are over, or both go on; throws when they differ. */
export async function stateOf(web: WebForTests, { connection, grant }: Holding): Promise<'ended' | 'going on'> {
  const isConnectionEnded = connection.ends.length > 0;
  const isGrantEnded = (await web.grants.get(grant.id)) === null;
  if (isConnectionEnded !== isGrantEnded) {
    throw new Error(
      `the connection is ${isConnectionEnded ? 'over' : 'on'}, the grant is ${isGrantEnded ? 'over' : 'on'}`,
    );
  }
  return isConnectionEnded ? 'ended' : 'going on';
}
