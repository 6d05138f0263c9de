import { describe, expect, it } from 'vitest';
import { findCompute } from '../../src/catalogue/projects/compute-rows.ts';
import { queryRows } from '../support/databases/query-rows.ts';
import {
  addHostedProject,
  type MeasuredProject,
  type MeteringNode,
  MINUTE_MS,
  openSession,
  useMetering,
} from './metering-for-tests.ts';

const nodeOf = useMetering(new Date('2026-03-04T10:00:00Z'));

async function stateOf({ catalogue }: MeteringNode, { compute }: MeasuredProject) {
  return (await findCompute(catalogue.db, compute.id))?.state;
}

async function passMinutes(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    nodeOf().clock.push(MINUTE_MS);
    await nodeOf().metering.sampleNow();
  }
}

describe('a compute with a suspend timeout', () => {
  it('is suspended when it was unused for that long', async () => {
    const node = nodeOf();
    const project = await addHostedProject(node, { suspendTimeoutSeconds: 180 });
    await passMinutes(2);
    expect(await stateOf(node, project)).toBe('active');
    await passMinutes(2);
    expect(await stateOf(node, project)).toBe('idle');
    await expect(queryRows(project.url, 'select 1')).rejects.toMatchObject({ code: '55000' });
  });

  it('stays active while a session is open, through Postern or directly', async () => {
    const node = nodeOf();
    const [through, past] = [
      await addHostedProject(node, { suspendTimeoutSeconds: 120 }),
      await addHostedProject(node, { suspendTimeoutSeconds: 120 }),
    ];
    node.inUse.add(through.compute.id);
    const session = await openSession(past);
    await passMinutes(5);
    expect(await stateOf(node, through)).toBe('active');
    expect(await stateOf(node, past)).toBe('active');
    node.inUse.clear();
    await session.close();
    await passMinutes(5);
    expect(await stateOf(node, through)).toBe('idle');
    expect(await stateOf(node, past)).toBe('idle');
  });

  it('starts its timeout again when it is woken', async () => {
    const node = nodeOf();
    const project = await addHostedProject(node, { suspendTimeoutSeconds: 120 });
    await passMinutes(3);
    expect(await stateOf(node, project)).toBe('idle');
    await node.provisioning.wake(project.compute.id);
    await passMinutes(1);
    expect(await stateOf(node, project)).toBe('active');
    await passMinutes(2);
    expect(await stateOf(node, project)).toBe('idle');
  });
});

describe('a compute without a suspend timeout of its own', () => {
  it.each([0, -1])('is never suspended (%i)', async (suspendTimeoutSeconds) => {
    const node = nodeOf();
    const project = await addHostedProject(node, { suspendTimeoutSeconds });
    nodeOf().clock.push(7 * 24 * 60 * MINUTE_MS);
    await passMinutes(3);
    expect(await stateOf(node, project)).toBe('active');
  });
});
