// A small organization with everything that the console can show: people of every kind, a hosted
// project with consumption, a connection, keys, tokens, a remembered approval, an open request.

import { randomUUID } from 'node:crypto';
import type { Account } from '../../../src/catalogue/accounts/accounts.ts';
import { createUser } from '../../../src/catalogue/accounts/users.ts';
import { shareProject } from '../../../src/catalogue/projects/shares.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { UNKNOWN_QUERY_STATE } from '../../../src/fleet/live-connection.ts';
import { newGrantId, personalAccountId } from '../../../src/ids.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import {
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  type PersonForTests,
} from '../../support/databases/catalogue-for-tests.ts';
import { connectionRecord, recordingHandle } from '../../support/nodes/fleet-for-tests.ts';
import { addPapers, type Papers } from './console/town-papers.ts';

export const INHABITANTS = ['admin', 'member', 'guest', 'operator', 'stranger'] as const;
export type Inhabitant = (typeof INHABITANTS)[number];

export interface Townspeople extends Readonly<Record<Inhabitant, PersonForTests>> {
  readonly organization: Account;
  readonly shop: HostedProject;
}

export interface Town extends Townspeople {
  readonly papers: Papers;
  readonly connectionId: string;
  readonly grantId: string;
  /** One browser session each. */
  readonly cookies: Readonly<Record<Inhabitant, string>>;
}

const DAYS_MEASURED = 14;
const DAY_MS = 24 * 3_600_000;

/** Every call creates another one, with people of its own. */
export async function buildTown(web: WebForTests): Promise<Town> {
  const { catalogue } = web;
  const admin = await addPerson(catalogue, 'ada');
  const member = await addPerson(catalogue, 'mia');
  const guest = await addPerson(catalogue, 'gus');
  const stranger = await addPerson(catalogue, 'stan');
  const operator = await addOperator(web);
  const organization = await addOrganization(catalogue, admin);
  await addMemberTo(catalogue, organization, { person: member });
  const shop = await web.provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId: organization.id, name: 'shop' });
  await addProject(catalogue, organization.id, 'warehouse');
  const emails = [guest.email, 'later@example.com'];
  await shareProject(catalogue, SYSTEM_CONTEXT, { projectId: shop.project.id, emails });
  const people = { organization, shop, admin, member, guest, operator, stranger };
  const [papers, , grantId] = await Promise.all([
    addPapers(web, people),
    addConsumption(web, people),
    addGrant(web, people),
  ]);
  const ids = { connectionId: connect(web, people), grantId };
  return { ...people, papers, ...ids, cookies: await signInEverybody(web, people) };
}

async function addOperator({ catalogue }: WebForTests): Promise<PersonForTests> {
  const email = `olive-${randomUUID().slice(0, 8)}@example.com`;
  const user = await createUser(catalogue, SYSTEM_CONTEXT, { email, name: 'Olive', password: null, isOperator: true });
  return { userId: user.id, email: user.email, accountId: personalAccountId(user.id) };
}

/** Two weeks of days with more use towards the end, and two days that nobody measured. */
async function addConsumption({ catalogue }: WebForTests, { organization, shop }: Townspeople): Promise<void> {
  const today = new Date(new Date().toISOString().slice(0, 10));
  const period = await catalogue.db
    .selectFrom('plan_periods')
    .select('id')
    .where('account_id', '=', organization.id)
    .executeTakeFirstOrThrow();
  const place = {
    account_id: organization.id,
    period_id: period.id,
    project_id: shop.project.id,
    compute_id: shop.compute.id,
  };
  const days = Array.from({ length: DAYS_MEASURED }, (_, index) => index).filter((index) => index !== 5 && index !== 6);
  const frames = days.map((index) => ({
    ...place,
    granularity: 'day' as const,
    frame_start: new Date(today.getTime() - (DAYS_MEASURED - 1 - index) * DAY_MS),
    ...figures(index),
  }));
  const month = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1));
  const ofMonth = { ...place, granularity: 'month' as const, frame_start: month, ...figures(DAYS_MEASURED * 6) };
  await catalogue.db
    .insertInto('consumption_frames')
    .values([...frames, ofMonth])
    .execute();
}

function figures(index: number) {
  const active = (1 + (index % 7)) * 1_900_000 + index * 240_000;
  const size = 40_000_000 + index * 9_000_000;
  return {
    active_time_ms: active,
    compute_time_ms: Math.round(active / 6),
    written_data_bytes: index * 31_000_000,
    data_transfer_bytes: index * 12_000_000,
    logical_size_bytes: size,
    synthetic_storage_size_bytes: Math.round(size * 1.2),
    logical_size_byte_ms: size * DAY_MS,
    synthetic_storage_byte_ms: Math.round(size * 1.2) * DAY_MS,
    observed_ms: DAY_MS,
    unmeasured_metrics: index === 3 ? ['compute_time'] : [],
    updated_at: new Date(),
  };
}

async function addGrant({ grants }: WebForTests, { admin, shop, organization }: Townspeople): Promise<string> {
  const id = newGrantId();
  await grants.create({
    id,
    userId: admin.userId,
    personEmail: admin.email,
    address: '203.0.113.7',
    requestedUser: 'ada',
    application: 'psql',
    computeId: shop.compute.id,
    projectId: shop.project.id,
    accountId: organization.id,
    database: shop.databases[0]?.name ?? null,
    databaseRole: shop.roles[0]?.name ?? null,
    access: 'read_write',
    loginRequestId: null,
    rightAsOf: null,
    lifeMs: 3_600_000,
    longestGrantMs: 8 * 3_600_000,
    usesLeft: null,
  });
  return id;
}

/** The admin at a terminal. */
function connect({ liveConnections, catalogue }: WebForTests, { admin, shop, organization }: Townspeople): string {
  const record = connectionRecord(catalogue.nodeId, {
    userId: admin.userId,
    personEmail: admin.email,
    application: 'psql',
    accountId: organization.id,
    projectId: shop.project.id,
    projectName: shop.project.name,
    computeId: shop.compute.id,
    database: shop.databases[0]?.name ?? null,
    databaseRole: shop.roles[0]?.name ?? null,
    since: new Date(Date.now() - 720_000).toISOString(),
  });
  const handle = recordingHandle();
  handle.current = { bytesToUpstream: 4_200, bytesToClient: 1_730_000, transactionStatus: 'I', ...UNKNOWN_QUERY_STATE };
  liveConnections.register(record, handle);
  return record.id;
}

const BROWSERS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/604.1',
];

async function signInEverybody({ catalogue }: WebForTests, people: Townspeople): Promise<Record<Inhabitant, string>> {
  const signIn = async ({ userId }: PersonForTests, userAgent: string) => {
    const { cookie } = await beginSession(catalogue, { userId, ip: '127.0.0.1', userAgent });
    return cookie.reveal();
  };
  const [firefox = '', phone = ''] = BROWSERS;
  await signIn(people.admin, phone);
  const cookies = INHABITANTS.map(async (who) => [who, await signIn(people[who], firefox)] as const);
  return Object.fromEntries(await Promise.all(cookies)) as Record<Inhabitant, string>;
}
