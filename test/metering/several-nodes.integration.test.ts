import { describe, expect, it } from 'vitest';
import {
  addHostedProject,
  framesOf,
  load,
  MINUTE_MS,
  openSession,
  postgresFigures,
  SECOND_MS,
  useMetering,
} from './metering-for-tests.ts';

/** Each of the measurements counts whole milliseconds. */
const ROUNDED_MS = 7;

const nodeOf = useMetering(new Date('2026-03-04T10:00:00Z'));

describe('several nodes', () => {
  it('continue where a node that stopped left off', async () => {
    const { clock, startNode } = nodeOf();
    const first = await startNode();
    const project = await addHostedProject(first);
    await openSession(project);
    await first.metering.sampleNow();
    clock.push(MINUTE_MS);
    await first.metering.sampleNow();
    first.metering.recordTransfer(project.compute.id, 1_234);
    await first.metering.close();
    clock.push(MINUTE_MS);
    const second = await startNode();
    await second.metering.sampleNow();
    const [frame] = await framesOf(second, project);
    expect(frame).toMatchObject({ activeTimeSeconds: 120, dataTransferBytes: 1_234 });
  });

  it('that measure at once count nothing twice', async () => {
    const node = nodeOf();
    const nodes = [node, await node.startNode(), await node.startNode()];
    const project = await addHostedProject(node);
    await openSession(project);
    // Postgres adds a session's time up some seconds later: perhaps while the node looks.
    const earliest = await postgresFigures(project);
    await node.metering.sampleNow();
    const first = await postgresFigures(project);
    for (let round = 0; round < 5; round += 1) {
      await load(project, `select pg_sleep(0.05)`);
      for (const { metering } of nodes) metering.recordTransfer(project.compute.id, 100);
      node.clock.push(MINUTE_MS);
      const outcomes = await Promise.all(nodes.map(({ metering }) => metering.sampleNow()));
      expect(outcomes).toContain(true);
    }
    for (const { metering } of nodes) await metering.sampleNow();
    const last = await postgresFigures(project);
    node.clock.push(SECOND_MS);
    await node.metering.sampleNow();
    const latest = await postgresFigures(project);
    const [frame] = await framesOf(node, project);
    expect(frame?.activeTimeSeconds).toBe(301);
    expect(frame?.dataTransferBytes).toBe(1_500);
    const computeMs = (frame?.computeTimeSeconds ?? 0) * SECOND_MS;
    expect(computeMs).toBeGreaterThan(last.activeMs - first.activeMs - ROUNDED_MS);
    expect(computeMs).toBeLessThan(latest.activeMs - earliest.activeMs + ROUNDED_MS);
  });
});
