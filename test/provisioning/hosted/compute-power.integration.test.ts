import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listDatabases } from '../../../src/catalogue/projects/databases.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import { actingAs, addPerson } from '../../support/databases/catalogue-for-tests.ts';
import { runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
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
