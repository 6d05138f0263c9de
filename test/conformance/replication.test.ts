// A replication client is told 0A000 until the compute's policy allows it; then it replicates.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeComputePolicy } from '../../src/catalogue/computes.ts';
import { actingAs } from '../support/catalogue-for-tests.ts';
import { finish } from '../support/desk.ts';
import { runAsSuperuser } from '../support/postgres-for-tests.ts';
import { startPsql } from '../support/psql.ts';
import { type ConformanceDesk, openConformanceDesk } from './conformance-desk.ts';

const SLOT = 'CREATE_REPLICATION_SLOT conformance TEMPORARY LOGICAL pgoutput';

let desk: ConformanceDesk;

beforeAll(async () => {
  desk = await openConformanceDesk();
  await runAsSuperuser(`alter role "${desk.project.roles[0]?.name}" replication`);
});

afterAll(() => desk.close());

async function replicate() {
  const args = ['-XAt', '-d', `dbname=${desk.database} replication=database`, '-c', SLOT];
  return await finish(startPsql({ args, env: desk.tokenEnvironment, input: '' }));
}

it('replication is refused where the policy does not allow it', async () => {
  const { code, stderr } = await replicate();
  expect(code).toBe(2);
  expect(stderr).toContain('FATAL:  replication connections are not allowed on this compute\n');
  expect(stderr).toContain('HINT:  An admin can allow them on the compute.');
});

it('replication works where it does', async () => {
  const { catalogue } = desk.node.postern;
  const context = await actingAs(catalogue, { userId: desk.person.id });
  await changeComputePolicy(catalogue, context, { computeId: desk.project.compute.id, policy: { replication: true } });
  expect(await replicate()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^conformance\|[0-9A-F/]+\|/) });
});
