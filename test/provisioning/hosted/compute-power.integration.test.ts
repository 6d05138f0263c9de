import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listDatabases } from '../../../src/catalogue/projects/databases.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { PosternError } from '../../../src/errors.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { actingAs, addPerson } from '../../support/databases/catalogue-for-tests.ts';
import { postgresUrl, runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { addHostedProject, uniqueName, urlOf, useTestProvisioning } from '../provisioning-for-tests.ts';

const useParts = useTestProvisioning();

describe('a suspended compute', () => {
  it('refuses new connections, has lost its idle ones and keeps those that work', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const [idle, busy] = [await connect(made), await connect(made)];
    const working = busy.query('SELECT pg_sleep(2), 1 AS one');
    await waitUntil(async () => (await idle.query(SLEEPING)).rows.length === 1, 'the other connection works');
    const { state } = await parts.provisioning.suspendCompute(SYSTEM_CONTEXT, placeOf(made));
    expect(state).toBe('idle');
    await expect(queryRows(urlOf(made), 'SELECT 1')).rejects.toThrow('not currently accepting connections');
    await expect(idle.query('SELECT 1')).rejects.toThrow();
    expect((await working).rows[0].one).toBe(1);
  });

  it('is woken once by any number of logins', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    await parts.provisioning.suspendCompute(SYSTEM_CONTEXT, placeOf(made));
    const woken = await Promise.all(Array.from({ length: 30 }, () => parts.provisioning.wake(made.compute.id)));
    expect(new Set(woken.map((compute) => compute.state))).toEqual(new Set(['active']));
    expect(await queryRows(urlOf(made), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is open exactly when it is active, after parallel wakes and suspends', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([
        parts.provisioning.suspendCompute(SYSTEM_CONTEXT, placeOf(made)),
        parts.provisioning.wake(made.compute.id),
        parts.provisioning.startCompute(SYSTEM_CONTEXT, placeOf(made)),
      ]);
      const { state } = await parts.catalogue.db
        .selectFrom('computes')
        .select('state')
        .where('id', '=', made.compute.id)
        .executeTakeFirstOrThrow();
      const isOpen = await queryRows(urlOf(made), 'SELECT 1').then(
        () => true,
        () => false,
      );
      expect(isOpen ? 'active' : 'idle').toBe(state);
    }
  });

  it('stays as it is for somebody who may not see it', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const stranger = await actingAs(parts.catalogue, await addPerson(parts.catalogue, 'kim'));
    const suspending = parts.provisioning.suspendCompute(stranger, placeOf(made));
    await expect(suspending).rejects.toMatchObject({ code: 'not_found' });
    expect(await queryRows(urlOf(made), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('lists on waking what the operator gave to its project by SQL', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    const name = uniqueName('by_sql');
    await runAsSuperuser(`CREATE DATABASE ${name} OWNER ${made.roles[0]?.name}`);
    onTestFinished(() => runAsSuperuser(`DROP DATABASE ${name}`));
    await parts.provisioning.suspendCompute(SYSTEM_CONTEXT, placeOf(made));
    await parts.provisioning.wake(made.compute.id);
    const names = (await listDatabases(parts.catalogue.db, made.branchId)).map((database) => database.name);
    expect(names).toEqual([made.databases[0]?.name, name]);
  });

  it('that is gone is unreachable', async () => {
    const parts = useParts();
    const made = await addHostedProject(parts);
    await parts.provisioning.deleteProject(SYSTEM_CONTEXT, made.project.id);
    const waking = parts.provisioning.wake(made.compute.id);
    await expect(waking).rejects.toMatchObject({ code: 'upstream_unreachable' });
  });
});

describe('a tenant that holds its own databases locked', () => {
  it('gets no suspension, and takes no connection of the catalogue for it', async () => {
    const parts = useParts();
    // More than a node has connections to the catalogue.
    const all = await Promise.all(Array.from({ length: 12 }, () => addHostedProject(parts)));
    for (const made of all) {
      const client = await connect(made);
      await client.query('BEGIN');
      await client.query(`ALTER DATABASE "${made.databases[0]?.name}" CONNECTION LIMIT 50`);
    }
    const outcomes = all.map((made) =>
      parts.provisioning.suspendCompute(SYSTEM_CONTEXT, placeOf(made)).then(
        () => 'suspended',
        (error: unknown) => (error instanceof PosternError ? error.code : String(error)),
      ),
    );
    const waiting = async () => (await queryRows(postgresUrl(), WAITING_FOR(all))).length === all.length;
    await waitUntil(waiting, 'every suspension waits for its tenant');
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(parts.catalogue.db);
    expect(rows).toEqual([{ one: 1 }]);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['busy']));
  });

  it('keeps no other role from getting its limit on connections', async () => {
    const parts = useParts();
    const [greedy, other] = [await addHostedProject(parts), await addHostedProject(parts)];
    const [held, free] = [greedy, other].map(({ roles }) => roles[0]?.name ?? '');
    await runAsSuperuser(`ALTER ROLE ${held} CONNECTION LIMIT 99`);
    await runAsSuperuser(`ALTER ROLE ${free} CONNECTION LIMIT 99`);
    const client = await connect(greedy);
    await client.query('BEGIN');
    await client.query(`ALTER ROLE ${held} PASSWORD 'held'`);
    const host = await parts.hosts.get('local-18');
    const limiting = host.withSession({ name: 'postern', mayGoOn: async () => {} }, (session) =>
      session.limitRoles([{ roles: [held ?? ''] }, { roles: [free ?? ''] }]),
    );
    await expect(limiting).rejects.toMatchObject({ code: 'busy' });
    const limits = await queryRows(
      postgresUrl(),
      `SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname IN ('${held}', '${free}')`,
    );
    expect(limits.find(({ rolname }) => rolname === held)).toMatchObject({ rolconnlimit: 99 });
    expect(limits.find(({ rolname }) => rolname === free)).toMatchObject({ rolconnlimit: await host.share.ofRole() });
  });
});

const WAITING_FOR = (all: readonly HostedProject[]) => `SELECT FROM pg_stat_activity
  WHERE wait_event_type = 'Lock' AND (${all.map(({ databases }) => `query LIKE '%"${databases[0]?.name}"%'`).join(' OR ')})`;

const SLEEPING = `SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()`;

function placeOf({ compute }: HostedProject) {
  return { computeId: compute.id };
}

async function connect(made: HostedProject): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: urlOf(made) });
  client.on('error', () => {
    // Ended by the suspension.
  });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}
