import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rememberLoginName } from '../../../src/catalogue/access/login-names.ts';
import { readEndedAccess, recordEndedAccess } from '../../../src/catalogue/endings/ended-access.ts';
import { registerProject } from '../../../src/catalogue/projects/register-project.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { newGrantId } from '../../../src/ids.ts';
import type { Grant, GrantDraft } from '../../../src/login/grant/grant.ts';

import { loginNameOf } from '../../../src/login/request/terminal.ts';
import { endAccess } from '../../support/nodes/fleet-for-tests.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { answerTo, connectedClient, waitingClient } from '../connected-client.ts';
import {
  addDeveloper,
  approvalOf,
  approveLink,
  claimLink,
  createUpstream,
  type DeveloperForTests,
  type GatewayForTests,
  startGateway,
  type UpstreamForTests,
} from '../gateway-for-tests.ts';
import { RawClient, type StartupParameters } from '../raw-client.ts';
import { fieldsOf } from '../read-messages.ts';

const UNIX_USER = process.getuid?.() ?? null;
const HERE = { kind: 'local', unixUser: UNIX_USER } as const;

let gateway: GatewayForTests;
let upstream: UpstreamForTests;
let developer: DeveloperForTests;

beforeAll(async () => {
  [gateway, upstream] = await Promise.all([startGateway(), createUpstream()]);
  developer = await addDeveloper(gateway, upstream);
  await registerProject(gateway.catalogue, SYSTEM_CONTEXT, {
    project: {
      accountId: developer.accountId,
      name: 'elsewhere',
      pgVersion: 18,
      regionId: 'local',
      creationSource: 'attached',
    },
    compute: {
      type: 'read_write',
      state: 'active',
      hostId: null,
      host: '127.0.0.1',
      port: 1,
      tls: { mode: 'disable' },
    },
    databases: [],
    roles: [],
  });
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** A grant for the psql of this user at loopback. */
function grantTo(requestedUser: string, changes: Partial<GrantDraft> = {}): Promise<Grant> {
  const { userId, email, accountId, project } = developer;
  return gateway.grants.create({
    id: newGrantId(),
    userId,
    personEmail: email,
    address: '127.0.0.1',
    locality: HERE,
    requestedUser,
    application: 'psql',
    computeId: project.compute.id,
    projectId: project.project.id,
    accountId,
    database: null,
    databaseRole: null,
    access: 'read_write',
    loginRequestId: null,
    rightAsOf: null,
    lifeMs: 3_600_000,
    longestGrantMs: 3_600_000,
    usesLeft: null,
    ...changes,
  });
}

async function arrive(user: string, parameters: StartupParameters = {}): Promise<RawClient> {
  const client = await RawClient.connectTls(gateway);
  client.sendStartup({ user, application_name: 'psql', ...parameters });
  return client;
}

describe('a grant while a reverse code is open for its terminal', () => {
  it('lets in without asking for the code', async () => {
    using other = await waitingClient(gateway, { user: 'coded' });
    const { id } = await claimLink(gateway, other, developer);
    await gateway.reverseCodes.begin(id, approvalOf(developer, { browserAddress: '203.0.113.99' }));
    await other.waitForEnd();
    await grantTo('coded');
    using client = await arrive('coded');
    await client.waitForType('Z');
    // AuthenticationOk, not a question.
    expect(client.messages[0]?.body.readInt32BE()).toBe(0);
  });
});

describe('a grant that matches', () => {
  it('lets its terminal in without an approval, and sends one NOTICE', async () => {
    const grant = await grantTo('granted');
    using client = await arrive('granted');
    await client.waitForType('Z');
    expect(client.types).toMatch(/^RSNS+KZ$/);
    expect(client.notices).toEqual([
      `Connected as ${developer.email} under a grant until ${grant.until.toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
    ]);
    const notice = fieldsOf(client.messages.find(({ type }) => type === 'N'));
    expect(notice.D).toBe(
      `${grant.id}: project "shop", database "${upstream.databases[0]}", role "${upstream.role.name}".`,
    );
    expect(await gateway.grants.get(grant.id)).toMatchObject({ usedCount: 1 });
  });

  it('answers a query that came right behind the startup packet', async () => {
    await grantTo('early');
    using client = await arrive('early');
    client.query('select 7');
    const row = await client.waitForType('D');
    expect(row.body.subarray(6).toString()).toBe('7');
  });

  it('refuses more than a client needs to say before it is connected', async () => {
    await grantTo('talker');
    using client = await arrive('talker');
    client.query(`select '${'x'.repeat(64 * 1024)}'`);
    await client.waitForEnd();
    expect(client.types.endsWith('E') && client.fatal.C).toBe('08P01');
  });

  it('also opens another database when it is bound to none', async () => {
    await grantTo('switcher');
    using client = await arrive('switcher', { database: upstream.databases[1] ?? '' });
    await client.waitForType('Z');
    expect(await answerTo(client, 'select current_database()')).toBe(upstream.databases[1]);
  });

  it('gives its last use to exactly one of many; the others get links', async () => {
    await grantTo('racer', { usesLeft: 1 });
    const clients = await Promise.all(Array.from({ length: 8 }, () => arrive('racer')));
    await waitUntil(() => clients.every((client) => /[ZK]/.test(client.types) || client.notices.length >= 2), 'all');
    expect(clients.filter((client) => client.types.includes('K'))).toHaveLength(1);
    for (const client of clients) client.destroy();
  });

  it('lets nobody in after its right was taken away, although no node has ended it yet', async () => {
    const { snapshot: rightAsOf } = await readEndedAccess(gateway.catalogue.db, null);
    const grant = await grantTo('late', { rightAsOf });
    const { userId } = developer;
    await gateway.catalogue.transaction(async (tx) => {
      await recordEndedAccess(tx, { kind: 'end', owners: { userId } });
      // As if another node had taken it and died.
      await tx.updateTable('ended_access').set({ grants_ended_at: new Date() }).where('user_id', '=', userId).execute();
    });
    using client = await arrive('late');
    expect(await client.waitForNotice(/psql_session/)).toContain('/psql_session/');
    expect(await gateway.grants.get(grant.id)).toMatchObject({ usedCount: 0 });
  });

  it('ends its connections when it is revoked', async () => {
    const grant = await grantTo('revoked');
    using client = await arrive('revoked');
    await client.waitForType('Z');
    await endAccess({ ...gateway, ...gateway.fleet }, { grantId: grant.id });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '57P01', M: 'terminating connection because access was revoked' });
  });

  it('is refused once the person may not connect any more', async () => {
    const stranger = await addDeveloper(gateway, upstream);
    await grantTo('lost', { computeId: stranger.project.compute.id });
    using client = await arrive('lost');
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '42501', M: 'permission denied for project "shop"' });
  });
});

describe('a grant that does not match', () => {
  it.each([
    { other: 'user', user: 'somebody_else', application: 'psql' },
    { other: 'application', user: 'exact', application: 'pgAdmin' },
  ])('in its $other leads to a link', async ({ user, application }) => {
    await grantTo('exact');
    using client = await arrive(user, { application_name: application });
    await client.waitForNotice(/^Welcome/);
  });

  it('in its address leads to a link', async () => {
    await grantTo('elsewhere', { address: '203.0.113.7', locality: { kind: 'remote' } });
    using client = await arrive('elsewhere');
    await client.waitForNotice(/^Welcome/);
  });
});

interface Named {
  readonly what: string;
  readonly parameters: StartupParameters;
}

describe('a grant and a client that names another target', () => {
  it.each<Named>([
    { what: 'an account and a project, by database', parameters: { database: 'acme/blog' } },
    { what: 'another project of the person, by database', parameters: { database: 'Elsewhere' } },
  ])('leads to a link for $what', async ({ what, parameters }) => {
    // It went to the grant's target, with a NOTICE that no script reads.
    await grantTo(what);
    using client = await arrive(what, parameters);
    await client.waitForNotice(/^Welcome/);
  });

  it.each<Named>([
    { what: 'its project, by option', parameters: { options: 'project=SHOP' } },
    { what: 'its project, by a parameter of its own', parameters: { project: 'shop' } },
    { what: 'its project, by database', parameters: { database: 'shop' } },
    { what: 'the maintenance database of GUI tools', parameters: { database: 'postgres' } },
  ])('lets in for $what', async ({ what, parameters }) => {
    await grantTo(what);
    using client = await arrive(what, parameters);
    await client.waitForType('Z');
  });

  it('asks for a password where options name another project', async () => {
    await grantTo('at home');
    using client = await arrive('at home', { options: 'project=elsewhere' });
    await client.waitForType('R');
    // Message Formats: AuthenticationSASL
    expect(client.messages[0]?.body.readInt32BE()).toBe(10);
  });

  it('leads to a link for a database that does not exist there', async () => {
    // It was told 3D000 for as long as the grant lasted, without a way to any other target.
    const grant = await grantTo('restorer');
    using client = await arrive('restorer', { database: 'copy_of_shop' });
    await client.waitForNotice(/^Welcome/);
    const { id } = await claimLink(gateway, client, developer);
    const approval = approvalOf(developer);
    await gateway.loginRequests.approve(id, { userId: developer.userId, approval });
    await client.waitForType('Z');
    expect(await answerTo(client, 'select current_database()')).toBe(upstream.databases[0]);
    await gateway.grants.revoke(grant.id);
  });
});

describe('a grant of a terminal on the machine itself', () => {
  it('lets no other Unix user in', async () => {
    await grantTo('unix', { locality: { kind: 'local', unixUser: (UNIX_USER ?? 0) + 1 } });
    using client = await arrive('unix');
    await client.waitForNotice(/^Welcome/);
  });
});

describe('loopback behind a port forward', () => {
  let forwarded: GatewayForTests;
  const arriveByForward = async (user: string) => {
    const client = await RawClient.connectTls(forwarded);
    client.sendStartup({ user, application_name: 'psql' });
    return client;
  };

  beforeAll(async () => {
    forwarded = await startGateway({ environment: { POSTERN_TRUST_LOOPBACK: 'no' }, fleetOf: gateway });
  });
  afterAll(() => forwarded.close());

  it('gets no grant, neither its own nor that of the machine', async () => {
    await grantTo('anybody');
    await grantTo('anybody', { locality: { kind: 'forwarded' } });
    using client = await arriveByForward('anybody');
    await client.waitForNotice(/^Welcome/);
    const request = await forwarded.loginRequests.findByToken(client.token);
    expect(request?.origin.locality).toEqual({ kind: 'forwarded' });
  });

  it('gets nothing in clear text, and no rate is off for it', async () => {
    using client = await RawClient.connect(forwarded);
    client.sendStartup({ user: 'anybody' });
    await client.waitForEnd();
    expect(client.fatal).toMatchObject({ C: '28000', M: 'connection requires TLS' });
    expect(forwarded.config.limits.unlimitedNetworks).toEqual([]);
  });
});

describe('a terminal that several people share', () => {
  const approvedBy = ({ userId }: DeveloperForTests, requestedUser: string, address = '127.0.0.1') =>
    rememberLoginName(
      gateway.catalogue,
      userId,
      loginNameOf({ address, requestedUser, ...(address === '127.0.0.1' ? { locality: HERE } : {}) }),
    );

  it('gets a link where two people have grants, whichever lasts longer', async () => {
    // A neighbour approved `psql -U ann` for longer, and her next psql was in the neighbour's
    // database.
    const neighbour = await addDeveloper(gateway, upstream);
    await grantTo('ann');
    const { userId, email, accountId, project } = neighbour;
    const { compute } = project;
    const theirs = { userId, personEmail: email, accountId, projectId: project.project.id, computeId: compute.id };
    await grantTo('ann', { ...theirs, lifeMs: 8 * 3_600_000, longestGrantMs: 8 * 3_600_000 });
    using client = await arrive('ann');
    await client.waitForNotice(/^Welcome/);
    using named = await arrive('ann', { database: 'shop' });
    await named.waitForNotice(/^Welcome/);
  });

  it('gets a link where another person approved the same name lately', async () => {
    const owner = await addDeveloper(gateway, upstream);
    await approvedBy(owner, 'bea');
    await grantTo('bea');
    using client = await arrive('bea');
    await client.waitForNotice(/^Welcome/);
  });

  it('gets a link where somebody there uses the name elsewhere or in the e-mail', async () => {
    const owner = await addDeveloper(gateway, upstream);
    await approvedBy(owner, 'cleo', '203.0.113.80');
    await approvedBy(owner, 'anything');
    const localPart = owner.email.split('@')[0] ?? '';
    for (const name of ['cleo', localPart]) {
      await grantTo(name);
      using client = await arrive(name);
      await client.waitForNotice(/^Welcome/);
    }
  });

  it('uses the newest of one person, not the longest', async () => {
    const longer = await grantTo('dora', { lifeMs: 8 * 3_600_000, longestGrantMs: 8 * 3_600_000 });
    await waitUntil(() => Date.now() > longer.createdAt.getTime() + 2, 'a later time');
    const newer = await grantTo('dora');
    using client = await arrive('dora');
    await client.waitForType('Z');
    expect(await gateway.grants.get(newer.id)).toMatchObject({ usedCount: 1 });
    expect(await gateway.grants.get(longer.id)).toMatchObject({ usedCount: 0 });
  });

  it('keeps the grants for one use where reverse codes are off', async () => {
    const codeless = await startGateway({ environment: { POSTERN_REVERSE_CODE: 'never' }, fleetOf: gateway });
    await approvedBy(await addDeveloper(gateway, upstream), 'eve');
    await grantTo('eve');
    await grantTo('eve', { usesLeft: 1 });
    using client = await RawClient.connectTls(codeless);
    client.sendStartup({ user: 'eve', application_name: 'psql' });
    await client.waitForType('Z');
    using second = await RawClient.connectTls(codeless);
    second.sendStartup({ user: 'eve', application_name: 'psql' });
    await second.waitForNotice(/^Welcome/);
    await codeless.close();
  });
});

describe('an approval of a client that shows no NOTICE', () => {
  it('makes a grant that lets the second try in', async () => {
    const hasty = await startGateway({ environment: { POSTERN_NOTICE_BLIND_WAIT: '50ms' }, fleetOf: gateway });
    const jdbc = { user: 'java', client_encoding: 'UTF8', DateStyle: 'ISO', TimeZone: 'UTC' };
    using first = await RawClient.connectTls(hasty);
    first.sendStartup(jdbc);
    await first.waitForEnd();
    const id = newGrantId();
    const approved = await approveLink(hasty, first, developer, { grantId: id });
    expect(approved.status).toBe('consumed');
    await grantTo('java', { id, application: null, usesLeft: 1, lifeMs: 60_000 });

    using second = await RawClient.connectTls(hasty);
    second.sendStartup(jdbc);
    await second.waitForType('Z');
    expect(await answerTo(second, 'select 7')).toBe('7');
    await hasty.close();
  });
});

describe('the link door beside grants', () => {
  it('still asks for an approval for a terminal without a grant', async () => {
    using client = await waitingClient(gateway, { user: 'nobody' });
    expect(client.notices[0]).toContain('Authenticate by visiting');
    using connected = await connectedClient(gateway, developer, { user: 'asked' });
    expect(await answerTo(connected, 'select 7')).toBe('7');
  });
});
