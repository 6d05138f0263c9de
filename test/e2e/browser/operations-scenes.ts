// The operations pages as a person meets them, with a busy fleet behind them. Part of the list of
// scenes.

import { countersOf, type LiveConnectionRecord } from '../../../src/fleet/live-connection.ts';
import {
  type AccessRequestId,
  type AccountId,
  idFrom,
  type LoginRequestId,
  type NodeId,
  newConnectionId,
  type UserId,
} from '../../../src/ids.ts';
import { sessionCookieAt } from '../../support/browser/browser-jar.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import type { WebForTests } from '../../support/browser/web-for-tests.ts';
import {
  addOrganization,
  addPerson,
  addProject,
  type PersonForTests,
} from '../../support/databases/catalogue-for-tests.ts';
import { connectionRecord, type RecordingHandle, recordingHandle } from '../../support/nodes/fleet-for-tests.ts';
import type { Scene, Stage } from './approval/stage.ts';

const PROGRAMS = ['psql', 'pg_dump', 'DBeaver 26.1 - Main', 'psql for agent claude-code', null] as const;
const PROJECTS = ['ocean-art', 'warehouse', 'billing-and-invoices', 'telemetry'] as const;
const TRANSACTIONS = ['E', 'I', 'I', 'I', 'I', 'I', 'I', 'T', 'I', 'I', 'I', 'I', 'I', 'I'] as const;

export const OPERATIONS_SCENES: readonly Scene[] = [
  scene('ops-connections', async (stage) => {
    await asOperator(stage);
    fillFleet(stage.web, 240);
    await stage.page.goto(`${stage.web.url}/ops`);
    await stage.page.locator('[data-live-controls]:not([hidden])').waitFor();
  }),
  scene('ops-connections-none', async (stage) => {
    await asOperator(stage);
    await stage.page.goto(`${stage.web.url}/ops?search=nobody-has-this`);
  }),
  scene('ops-connection', async (stage) => {
    await asOperator(stage);
    const [first] = fillFleet(stage.web, 1);
    await stage.page.goto(`${stage.web.url}/ops/connections/${first?.record.id}`);
  }),
  scene('ops-end-connections', async (stage) => {
    await asOperator(stage);
    const ids = fillFleet(stage.web, 3).map(({ record }) => record.id);
    await stage.page.goto(`${stage.web.url}/ops/connections/end?connections=${ids.join(',')}`);
  }),
  scene('ops-nodes', async (stage) => {
    await asOperator(stage);
    await stage.page.goto(`${stage.web.url}/ops/nodes`);
  }),
  scene('ops-drain', async (stage) => {
    await asOperator(stage);
    await stage.page.goto(`${stage.web.url}/ops/nodes/${stage.web.catalogue.nodeId}/drain`);
  }),
  scene('ops-people', async (stage) => {
    await asOperator(stage);
    await addPerson(stage.web.catalogue, 'member');
    await stage.page.goto(`${stage.web.url}/ops/people`);
  }),
  scene('ops-history', async (stage) => {
    await asOperator(stage);
    await recordConnections(stage.web, null);
    await stage.page.goto(`${stage.web.url}/ops/history`);
    await stage.page.locator('.uplot').first().waitFor();
  }),
  scene('ops-audit', async (stage) => {
    await asOperator(stage);
    await addOrganization(stage.web.catalogue, await addPerson(stage.web.catalogue, 'admin'));
    await recordLogin(stage.web);
    await stage.page.goto(`${stage.web.url}/ops/audit`);
    await stage.page.locator('.audit-entry > summary').first().click();
  }),
  scene('account-connections', async (stage) => {
    const admin = await addPerson(stage.web.catalogue, 'admin');
    const organization = await addOrganization(stage.web.catalogue, admin);
    const { project } = await addProject(stage.web.catalogue, organization.id, 'warehouse');
    const target = { accountId: organization.id, projectId: project.id, projectName: project.name };
    register(stage.web, { ...target, userId: admin.userId, personEmail: admin.email, phase: 'relaying' });
    await signIn(stage, admin);
    await stage.page.goto(`${stage.web.url}/app/${organization.id}/connections`);
    await stage.page.locator('[data-live-controls]:not([hidden])').waitFor();
  }),
];

/** Events of the last day and a half: more connections begin by day than by night, a few fail. */
export async function recordConnections(
  { auditTrail, catalogue }: Pick<WebForTests, 'auditTrail' | 'catalogue'>,
  accountId: AccountId | null,
): Promise<void> {
  const now = Date.now();
  const of = { nodeId: catalogue.nodeId, actorType: 'system', actorId: null, actorEmail: null, accountId } as const;
  for (let hoursAgo = 0; hoursAgo < 36; hoursAgo += 1) {
    const at = new Date(now - hoursAgo * 3_600_000);
    for (let count = Math.round(6 + 5 * Math.sin(hoursAgo / 4)); count > 0; count -= 1) {
      auditTrail.record({ ...of, at, event: 'connection.started', outcome: 'success' });
      auditTrail.record({ ...of, at, event: 'login.requested', outcome: 'success' });
    }
    if (hoursAgo % 9 === 0) auditTrail.record({ ...of, at, event: 'connection.failed', outcome: 'failure' });
  }
  await auditTrail.flush();
}

/** What a login leaves in the trail: approved, remembered, over. */
export async function recordLogin({ auditTrail, catalogue }: Pick<WebForTests, 'auditTrail' | 'catalogue'>) {
  const organization = await addOrganization(catalogue, await addPerson(catalogue, 'kim'));
  const { project } = await addProject(catalogue, organization.id, 'shop');
  const at = new Date();
  const of = { nodeId: catalogue.nodeId, outcome: 'success', at, accountId: project.accountId } as const;
  const kim = { actorType: 'person', actorId: 'kim', actorEmail: 'kim@example.com' } as const;
  const login = {
    ...{ ...of, ...kim, projectId: project.id, loginRequestId: idFrom<LoginRequestId>(`l-${at.getTime()}`) },
    ...{ terminalIp: '127.0.0.1', terminalPort: 50_123, untrustedApplication: 'psql', untrustedUser: 'root' },
  };
  auditTrail.record({ ...login, event: 'login.requested' });
  auditTrail.record({ ...login, event: 'login.approved' });
  auditTrail.record({ ...login, event: 'grant.created', durationMs: 28_800_000 });
  auditTrail.record({ ...login, event: 'connection.started' });
  auditTrail.record({ ...login, event: 'connection.ended', durationMs: 192_000 });
  await auditTrail.flush();
}

export interface RegisteredForTests {
  readonly record: LiveConnectionRecord;
  readonly handle: RecordingHandle;
  close(): void;
}

/** Connections of this node, in every phase, by several people. */
export function fillFleet(
  web: Pick<WebForTests, 'liveConnections' | 'catalogue'>,
  count: number,
): RegisteredForTests[] {
  return Array.from({ length: count }, (_, index) => {
    const isWaiting = index % 9 === 4;
    const project = PROJECTS[index % PROJECTS.length] ?? 'ocean-art';
    const target = {
      personEmail: `person-${index % 31}@example.com`,
      projectName: project,
      computeName: index % 3 === 0 ? 'replica' : 'main',
      database: project.replaceAll('-', '_'),
      databaseRole: index % 2 === 0 ? 'app' : 'app_reader',
      transactionStatus: TRANSACTIONS[index % TRANSACTIONS.length] ?? 'I',
      queryState: index % 5 === 0 ? 'running' : 'idle',
      queryStateSince: Date.now() - ((index * 7_919) % 900_000),
      upstreamPid: 20_000 + index,
    } as const;
    return register(web, {
      ...(isWaiting ? {} : target),
      glassId: index % 20 === 2 ? idFrom<AccessRequestId>('a-request') : null,
      phase: isWaiting ? 'waiting' : 'relaying',
      address: `198.51.100.${index % 250}`,
      port: 40_000 + index,
      application: PROGRAMS[index % PROGRAMS.length] ?? null,
      requestedUser: `user${index % 31}`,
      since: new Date(Date.now() - index * 47_000).toISOString(),
      bytesToUpstream: index * 1_731,
      bytesToClient: index * index * 9_173,
      tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
    });
  });
}

export function register(
  { liveConnections, catalogue }: Pick<WebForTests, 'liveConnections' | 'catalogue'>,
  given: Partial<Omit<LiveConnectionRecord, 'nodeId'>>,
): RegisteredForTests {
  const record = connectionRecord(idFrom<NodeId>(catalogue.nodeId), { id: newConnectionId(), ...given });
  const handle = recordingHandle();
  handle.current = countersOf(record);
  const registration = liveConnections.register(record, handle);
  return { record, handle, close: () => registration.close() };
}

/** Signs the browser in as an operator. */
export async function asOperator(stage: Stage): Promise<PersonForTests> {
  const person = await addPerson(stage.web.catalogue, 'operator');
  await makeOperator(stage.web, person.userId);
  await signIn(stage, person);
  return person;
}

export async function makeOperator({ catalogue }: Pick<WebForTests, 'catalogue'>, userId: UserId): Promise<void> {
  await catalogue.db.updateTable('users').set({ is_operator: true }).where('id', '=', userId).execute();
}

async function signIn({ web, page }: Stage, { userId }: PersonForTests): Promise<void> {
  const session = await beginSession(web.catalogue, { userId, ip: '127.0.0.1', userAgent: 'test' });
  await page.context().addCookies([{ name: sessionCookieAt(web.url), value: session.cookie.reveal(), url: web.url }]);
}

function scene(name: string, play: Scene['play']): Scene {
  return { name, play };
}
