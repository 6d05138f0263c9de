import { expect, it, onTestFinished } from 'vitest';
import { createConsumptionHistory } from '../../src/metering/frames/consumption-history.ts';
import { openDesk } from '../support/nodes/desk.ts';
import { waitUntil } from '../support/wait-until.ts';

const ANSWER_BYTES = 100_000;

it('work in psql shows up as consumption of the project', async () => {
  const desk = await openDesk();
  onTestFinished(() => desk.close());
  const { metering, catalogue } = desk.node.postern;
  const { id } = desk.project.project;
  const write = 'create table t as select n from generate_series(1, 10000) n';
  const { code, stdout } = await desk.login(['-Atc', write, '-c', `select repeat('x', ${ANSWER_BYTES})`]);
  expect({ code, bytes: stdout.length > ANSWER_BYTES }).toEqual({ code: 0, bytes: true });
  const totals = await waitUntil(async () => {
    await metering.sampleNow();
    const consumed = (await createConsumptionHistory(catalogue).readBillingPeriod([id])).get(id);
    const isTold =
      consumed !== undefined && consumed.dataTransferBytes > ANSWER_BYTES && consumed.computeTimeSeconds > 0;
    return isTold ? consumed : null;
  }, 'Postgres tells of the session, and the bytes that psql got are counted');
  expect(totals.dataTransferBytes).toBeLessThan(2 * ANSWER_BYTES);
  expect(totals.activeTimeSeconds).toBeGreaterThan(0);
  expect(totals.writtenDataBytes).toBeGreaterThan(300_000);
  expect(totals.logicalSizeBytes).toBeGreaterThan(5_000_000);
});
