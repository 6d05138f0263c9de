import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { runAsSuperuser } from '../../support/databases/postgres-for-tests.ts';
import { addHostedProject, urlOf, useTestProvisioning } from '../provisioning-for-tests.ts';

const useParts = useTestProvisioning();

it('reads what a session runs, by its pid, database and role together', async () => {
  const parts = useParts();
  await runAsSuperuser(`GRANT pg_read_all_stats TO ${parts.admin}`);
  const made = await addHostedProject(parts);
  const client = new pg.Client({ connectionString: urlOf(made) });
  await client.connect();
  onTestFinished(() => client.end());
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const place = {
    computeId: made.compute.id,
    pid: Number(rows[0].pid),
    database: made.databases[0]?.name ?? '',
    databaseRole: made.roles[0]?.name ?? '',
  };
  const { readStatement } = parts.provisioning;
  expect(await readStatement(place)).toMatchObject({ text: 'SELECT pg_backend_pid() AS pid', state: 'idle' });
  expect(await readStatement({ ...place, databaseRole: 'another' })).toBe(null);
});
