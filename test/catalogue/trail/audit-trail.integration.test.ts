import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import pg from 'pg';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { renameOrganization } from '../../../src/catalogue/accounts/organizations.ts';
import type { Catalogue } from '../../../src/catalogue/store/catalogue.ts';
import { verifyAuditChain } from '../../../src/catalogue/trail/audit-chain.ts';
import { changeEvent, SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { AUDIT_EVENT_CODES, auditCode } from '../../../src/catalogue/trail/audit-event-codes.ts';
import { auditEventBody, recordAuditEvent, recordAuditEvents } from '../../../src/catalogue/trail/audit-events.ts';
import { exportAuditEvents, listAuditEvents, listOwnHistory } from '../../../src/catalogue/trail/audit-trail-reader.ts';
import { beginSession } from '../../support/browser/session-for-tests.ts';
import {
  actingAs,
  addMemberTo,
  addOrganization,
  addPerson,
  addProject,
  openCatalogueOn,
  openTestCatalogue,
  pushedClock,
} from '../../support/databases/catalogue-for-tests.ts';
import { postgresUrl, runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';

function noteOn(catalogue: Catalogue, reason: string) {
  return catalogue.transaction((tx) =>
    recordAuditEvent(tx, changeEvent(catalogue, SYSTEM_CONTEXT, { event: 'account.changed', reason })),
  );
}

/**
 * Runs SQL as the owner of the tables, past every guard, as somebody with the database's files
 * could.
 */
async function tamper(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

describe('the audit trail', () => {
  it('has an event for each change, with its actor and its object', async () => {
    const clock = pushedClock();
    const catalogue = await openTestCatalogue({ clock });
    const admin = await addPerson(catalogue, 'admin');
    const { id: accountId } = await addOrganization(catalogue, admin);
    const context = {
      ...(await actingAs(catalogue, admin)),
      requestId: 'req-1',
      browserIp: '192.0.2.1',
      userAgent: 'Mozilla\u001b[31m',
    };
    await renameOrganization(catalogue, context, { accountId, name: 'Renamed' });
    const { items } = await listAuditEvents(catalogue, context, { accountId, event: 'account.changed', limit: 10 });
    expect(items).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        at: clock.now().toISOString(),
        code: 'PA61S',
        event: 'account.changed',
        outcome: 'success',
        node_id: catalogue.nodeId,
        request_id: 'req-1',
        actor_type: 'person',
        actor_id: admin.userId,
        actor_email: admin.email,
        account_id: accountId,
        subject: 'Renamed',
        browser_ip: '192.0.2.1',
        untrusted_user_agent: 'Mozilla[31m',
      },
    ]);
  });

  it('has no events of a transaction that was rolled back', async () => {
    const catalogue = await openTestCatalogue();
    const failing = catalogue.transaction(async (tx) => {
      await recordAuditEvent(tx, changeEvent(catalogue, SYSTEM_CONTEXT, { event: 'project.removed' }));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await verifyAuditChain(catalogue)).toMatchObject({ eventCount: 0, flaws: [] });
  });

  it('stores an event with the same id once', async () => {
    const catalogue = await openTestCatalogue();
    const event = { ...changeEvent(catalogue, SYSTEM_CONTEXT, { event: 'project.removed' }), id: 'one-and-only' };
    for (let time = 0; time < 3; time += 1) await catalogue.transaction((tx) => recordAuditEvents(tx, [event, event]));
    expect((await verifyAuditChain(catalogue)).eventCount).toBe(1);
  });

  it('refuses to change or delete events, also for the owner of the tables', async () => {
    const catalogue = await openTestCatalogue();
    await noteOn(catalogue, 'first');
    const owner = new pg.Client({ connectionString: catalogue.url });
    await owner.connect();
    onTestFinished(() => owner.end());
    for (const table of ['audit_events', 'audit_chain']) {
      for (const statement of [`delete from ${table}`, `truncate ${table}`, `update ${table} set node_id = node_id`]) {
        await expect(owner.query(statement), statement).rejects.toThrow();
      }
    }
    await expect(owner.query(`update audit_events set body = '{}'`)).rejects.toThrow('append-only');
    const { rows } = await owner.query(`
      select table_name, privilege_type from information_schema.role_table_grants
      where grantee = 'postern_application' and table_name like 'audit%' order by 1, 2`);
    expect(rows.map((row) => `${row.table_name} ${row.privilege_type}`)).toEqual([
      'audit_chain INSERT',
      'audit_chain SELECT',
      'audit_events INSERT',
      'audit_events SELECT',
      'audit_pruned SELECT',
    ]);
    expect((await verifyAuditChain(catalogue)).flaws).toEqual([]);
  });

  it('is written by a role that does not own the tables', async () => {
    const catalogue = await openTestCatalogue();
    const { rows } = await catalogue.db.executeQuery<{ current_user: string }>({
      sql: 'select current_user',
      parameters: [],
      query: { kind: 'RawNode', sqlFragments: [], parameters: [] },
      queryId: { queryId: 'test' },
    });
    expect(rows).toEqual([{ current_user: 'postern_application' }]);
  });
});

describe('the audit trail where the role owns the schema and cannot create roles', () => {
  it('is append-only by its triggers, which the log reports', async () => {
    const { url, close } = await databaseOfItsOwner();
    onTestFinished(close);
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    const catalogue = await openCatalogueOn(url, { log });
    await noteOn(catalogue, 'first');
    for (const table of ['audit_events', 'audit_chain']) {
      for (const statement of [`delete from ${table}`, `truncate ${table}`]) {
        await expect(sql.raw(statement).execute(catalogue.db), statement).rejects.toThrow();
      }
    }
    expect((await verifyAuditChain(catalogue)).flaws).toEqual([]);
    expect(lines.join('')).toContain('append-only by triggers alone');
  });

  it('gives the application no more rights after its role was granted to the owner', async () => {
    const { url, owner, close } = await databaseOfItsOwner();
    onTestFinished(close);
    await runAsSuperuser(`grant postern_application to ${owner}`);
    const catalogue = await openCatalogueOn(url, {});
    const { rows } = await sql<{ name: string }>`select current_user as name`.execute(catalogue.db);
    expect(rows).toEqual([{ name: 'postern_application' }]);
    await expect(sql`delete from audit_events`.execute(catalogue.db)).rejects.toThrow('permission denied');
  });
});

/** A database that an ordinary role owns, as a managed server hands them out. */
async function databaseOfItsOwner() {
  // Somebody with more rights made the application's role before.
  await openTestCatalogue();
  const owner = `owner_${randomBytes(6).toString('hex')}`;
  await runAsSuperuser(`create role ${owner} login password 'secret'`);
  await runAsSuperuser(`create database ${owner} owner ${owner}`);
  const url = new URL(postgresUrl());
  Object.assign(url, { username: owner, password: 'secret', pathname: `/${owner}` });
  const close = async () => {
    await runAsSuperuser(`drop database ${owner} with (force)`);
    await runAsSuperuser(`drop role ${owner}`);
  };
  return { url: url.href, owner, close };
}

describe('the chain of the audit trail', () => {
  it('is intact for each node when many write at the same time', async () => {
    const first = await openTestCatalogue();
    const second = await openCatalogueOn(first.url, { sealer: first.sealer });
    const writes = Array.from({ length: 60 }, (_, index) => noteOn(index % 3 === 0 ? second : first, `note ${index}`));
    await Promise.all(writes);
    const verdict = await verifyAuditChain(first);
    expect(verdict).toMatchObject({ eventCount: 60, flaws: [] });
    expect(verdict.heads.map((head) => head.position).sort()).toEqual([20, 40]);
  });

  it('can be recomputed from the exported text alone', async () => {
    const catalogue = await openTestCatalogue();
    for (const reason of ['one', 'two', 'three']) await noteOn(catalogue, reason);
    const rows = await catalogue.db
      .selectFrom('audit_chain')
      .innerJoin('audit_events', 'audit_events.id', 'audit_chain.event_id')
      .select(['audit_chain.hash', 'audit_events.body'])
      .orderBy('position')
      .execute();
    let previous = Buffer.alloc(0);
    for (const row of rows) {
      previous = createHash('sha256').update(previous).update(JSON.stringify(row.body)).digest();
      expect(row.hash.equals(previous)).toBe(true);
    }
  });

  it.each([
    [
      'a changed event',
      `update audit_events set body = replace(body::text, 'two', 'TWO')::json where body ->> 'reason' = 'two'`,
      'event_changed',
    ],
    ['a removed event', `delete from audit_events where body ->> 'reason' = 'two'`, 'event_missing'],
    ['a removed link', `delete from audit_chain where position = 2`, 'position_missing'],
    ['a changed hash', `update audit_chain set hash = sha256('x') where position = 2`, 'chain_broken'],
    [
      'an event put in beside the chain',
      `insert into audit_events (id, body) select 'x', replace(body::text, id, 'x')::json from audit_events where body ->> 'reason' = 'two'`,
      'event_unchained',
    ],
  ])('reveals %s', async (_what, statement, kind) => {
    const catalogue = await openTestCatalogue();
    for (const reason of ['one', 'two', 'three']) await noteOn(catalogue, reason);
    expect((await verifyAuditChain(catalogue)).flaws).toEqual([]);
    await tamper(catalogue.url, statement);
    const { flaws } = await verifyAuditChain(catalogue);
    expect(flaws.map((flaw) => flaw.kind)).toContain(kind);
  });

  it('reveals events that were swapped', async () => {
    const catalogue = await openTestCatalogue();
    for (const reason of ['one', 'two', 'three']) await noteOn(catalogue, reason);
    await tamper(
      catalogue.url,
      'alter table audit_chain drop constraint audit_chain_event_id_key',
      `update audit_chain a set event_id = b.event_id from audit_chain b where a.position + b.position = 3`,
    );
    const { flaws } = await verifyAuditChain(catalogue);
    expect(flaws.map((flaw) => [flaw.position, flaw.kind])).toEqual([
      [1, 'event_changed'],
      [2, 'event_changed'],
    ]);
  });

  it.each([
    [
      'cut off at its end',
      [`delete from audit_chain where position = 3`, `delete from audit_events where body ->> 'reason' = 'three'`],
    ],
    ['removed as a whole', ['delete from audit_chain', 'delete from audit_events']],
    [
      'written anew around a removed event',
      [
        `delete from audit_chain`,
        `delete from audit_events where body ->> 'reason' = 'two'`,
        `insert into audit_chain select node_id, 1, id, '\\x', sha256(convert_to(body::text, 'UTF8'))
         from audit_events where body ->> 'reason' = 'one'`,
        `insert into audit_chain select node_id, 2, id, link.hash, sha256(link.hash || convert_to(body::text, 'UTF8'))
         from audit_events, (select hash from audit_chain) as link where body ->> 'reason' = 'three'`,
      ],
    ],
  ])('looks intact after it was %s, unless its head was noted before', async (_what, statements) => {
    const catalogue = await openTestCatalogue();
    for (const reason of ['one', 'two', 'three']) await noteOn(catalogue, reason);
    const { heads } = await verifyAuditChain(catalogue);
    await noteOn(catalogue, 'four');
    expect((await verifyAuditChain(catalogue, heads)).flaws).toEqual([]);
    await tamper(
      catalogue.url,
      `delete from audit_chain where position = 4`,
      `delete from audit_events where body ->> 'reason' = 'four'`,
    );
    await tamper(catalogue.url, ...statements);
    expect((await verifyAuditChain(catalogue)).flaws).toEqual([]);
    const { flaws } = await verifyAuditChain(catalogue, heads);
    expect(flaws).toEqual([{ nodeId: catalogue.nodeId, position: 3, eventId: '', kind: 'head_missing' }]);
  });

  it('does not make transactions deadlock that lock before or after recording', async () => {
    const catalogue = await openTestCatalogue();
    const { userId } = await addPerson(catalogue, 'contended');
    const work = (order: 'record first' | 'lock first') =>
      catalogue.transaction(async (tx) => {
        const record = () => recordAuditEvent(tx, changeEvent(catalogue, SYSTEM_CONTEXT, { event: 'account.changed' }));
        if (order === 'record first') await record();
        await tx.selectFrom('users').select('id').where('id', '=', userId).forUpdate().execute();
        if (order === 'lock first') await record();
      });
    await Promise.all(Array.from({ length: 30 }, (_, round) => work(round % 2 === 0 ? 'record first' : 'lock first')));
    expect((await verifyAuditChain(catalogue)).flaws).toEqual([]);
  });
});

describe('reading the audit trail', () => {
  it('returns pages, newest first, and exports the same events oldest first', async () => {
    const clock = pushedClock();
    const catalogue = await openTestCatalogue({ clock });
    for (let count = 0; count < 25; count += 1) {
      await noteOn(catalogue, `note ${count}`);
      if (count % 3 === 0) clock.push(1);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listAuditEvents(catalogue, SYSTEM_CONTEXT, { limit: 10, cursor });
      seen.push(...page.items.map((item) => String(item.id)));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(25);
    const exported: string[] = [];
    for await (const event of exportAuditEvents(catalogue, SYSTEM_CONTEXT, {})) exported.push(String(event.id));
    expect(exported).toEqual(seen.toReversed());
  });

  it('is allowed for operators, for admins of the account, and about oneself', async () => {
    const catalogue = await openTestCatalogue();
    const [admin, member] = [await addPerson(catalogue, 'admin'), await addPerson(catalogue, 'member')];
    const organization = await addOrganization(catalogue, admin);
    await addMemberTo(catalogue, organization, { person: member });
    await addProject(catalogue, organization.id);
    const [asAdmin, asMember] = [await actingAs(catalogue, admin), await actingAs(catalogue, member)];
    const ofAccount = { accountId: organization.id, limit: 50 };
    await expect(listAuditEvents(catalogue, asAdmin, { limit: 5 })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listAuditEvents(catalogue, asMember, ofAccount)).rejects.toMatchObject({ code: 'forbidden' });
    const { items } = await listAuditEvents(catalogue, asAdmin, ofAccount);
    expect(items.map((item) => item.event)).toEqual(
      expect.arrayContaining(['account.created', 'membership.created', 'project.created', 'compute.created']),
    );
    expect(items.every((item) => item.account_id === organization.id)).toBe(true);
    await beginSession(catalogue, { userId: member.userId, ip: '192.0.2.1', userAgent: 'x' });
    const own = await listOwnHistory(catalogue, asMember, { limit: 10 });
    expect(own.items.map((item) => item.event)).toEqual(['signin.succeeded']);
  });
});

describe('an audit event', () => {
  it('is flat, in snake case, without absent fields, with foreign text cleaned', () => {
    const body = auditEventBody({
      at: new Date('2026-01-02T03:04:05.678Z'),
      nodeId: 'node-1' as never,
      event: 'login.denied',
      outcome: 'refused',
      actorType: 'person',
      actorId: 'u1',
      actorEmail: null,
      sameAddress: false,
      terminalPort: 0,
      reason: 'x'.repeat(20_000),
      untrustedApplication: `psql\n\u202e${'y'.repeat(500)}`,
    });
    expect(body).toEqual({
      id: expect.any(String),
      at: '2026-01-02T03:04:05.678Z',
      code: 'PL13R',
      event: 'login.denied',
      outcome: 'refused',
      node_id: 'node-1',
      actor_type: 'person',
      actor_id: 'u1',
      same_address: false,
      terminal_port: 0,
      reason: 'x'.repeat(10_000),
      untrusted_application: `psql${'y'.repeat(252)}...`,
    });
  });

  it('has a code in the range of its family', () => {
    const ranges: Record<string, RegExp> = {
      login: /^PL(?:1[0-9]|2[01])$/,
      access_request: /^PR1[0-6]$/,
      break_glass: /^PB1[0-4]$/,
      grant: /^PG2[0-3]$/,
      connection: /^PC3[0-6]$/,
      query: /^PC3[0-5]$/,
      cancel: /^PC3[0-5]$/,
      secret: /^PT4[0-3]$/,
      signin: /^PS5[0-4]$/,
      signout: /^PS5[0-4]$/,
      identity: /^PS5[0-4]$/,
      ops: /^PO8[0-7]$/,
    };
    for (const [event, code] of Object.entries(AUDIT_EVENT_CODES)) {
      expect(code, event).toMatch(ranges[event.split('.')[0] ?? ''] ?? /^PA[679][0-9]$/);
    }
    expect(auditCode('connection.failed', 'failure')).toBe('PC32F');
  });
});
