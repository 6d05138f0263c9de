import { describe, expect, it } from 'vitest';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { queryRows } from '../support/databases/query-rows.ts';
import {
  addHostedProject,
  framesOf,
  load,
  MINUTE_MS,
  openSession,
  postgresFigures,
  SECOND_MS,
  untilCounted,
  useMetering,
} from './metering-for-tests.ts';

const nodeOf = useMetering(new Date('2026-03-04T10:00:00Z'));

describe('a project under load', () => {
  it('consumes what Postgres itself counts, and an idle project consumes nothing', async () => {
    const node = nodeOf();
    const [loaded, idle] = [await addHostedProject(node), await addHostedProject(node)];
    await Promise.all([untilCounted(loaded), untilCounted(idle)]);
    // After a gap the first look counts nothing, so that this can be tried again.
    node.clock.push(6 * MINUTE_MS);
    await node.metering.sampleNow();
    const before = await postgresFigures(loaded);
    const idleBefore = await postgresFigures(idle);
    await load(loaded, `create table t as select n, repeat('x', 200) as filler from generate_series(1, 50000) n`);
    await load(loaded, `update t set filler = repeat('y', 200) where n <= 10000; select pg_sleep(0.2)`);
    const after = await postgresFigures(loaded);
    node.clock.push(MINUTE_MS);
    await node.metering.sampleNow();

    const [frame, ...more] = await framesOf(node, loaded);
    expect(more).toEqual([]);
    expect(frame?.activeTimeSeconds).toBe(60);
    expect(frame?.computeTimeSeconds).toBeGreaterThan(0.2);
    expect(frame?.computeTimeSeconds).toBeCloseTo((after.activeMs - before.activeMs) / SECOND_MS, 2);
    expect(frame?.logicalSizeBytes).toBe(after.sizeBytes);
    const grownBytes = after.sizeBytes - before.sizeBytes;
    expect(grownBytes).toBeGreaterThan(10_000_000);
    // Other tests write on the same server, which blurs what is whose.
    expect(frame?.writtenDataBytes).toBeGreaterThan(grownBytes / 3);
    expect(frame?.writtenDataBytes).toBeLessThan(2 * (after.walBytes - before.walBytes));
    expect(frame?.syntheticStorageSizeBytes).toBeGreaterThan(after.sizeBytes);
    expect(frame?.logicalSizeByteHours).toBeCloseTo(after.sizeBytes / 60, 0);
    expect(frame?.unmeasured).toEqual([]);

    const [unused] = await framesOf(node, idle);
    expect(unused).toMatchObject({ activeTimeSeconds: 0, computeTimeSeconds: 0, writtenDataBytes: 0 });
    expect(unused?.logicalSizeBytes).toBe(idleBefore.sizeBytes);
  });

  it('is measured from the moment of its creation', async () => {
    const node = nodeOf();
    await node.metering.sampleNow();
    node.clock.push(40 * SECOND_MS);
    const project = await addHostedProject(node);
    await load(project, `create table t as select n from generate_series(1, 1000) n`);
    node.clock.push(20 * SECOND_MS);
    await node.metering.sampleNow();
    const [frame] = await framesOf(node, project);
    expect(frame?.activeTimeSeconds).toBe(20);
    expect(frame?.writtenDataBytes).toBeGreaterThan(100_000);
  });

  // What a neighbour wrote without a row was on the bill of everybody who wrote one.
  it('is billed for nothing that a neighbour writes without a row', async () => {
    const node = nodeOf();
    const [honest, neighbour] = [await addHostedProject(node), await addHostedProject(node)];
    await Promise.all([untilCounted(honest), untilCounted(neighbour)]);
    node.clock.push(6 * MINUTE_MS);
    await node.metering.sampleNow();
    const before = await postgresFigures(honest);
    await load(
      honest,
      `create table t as select n from generate_series(1, 10000) n; update t set n = 0 where n < 1000`,
    );
    const own = await postgresFigures(honest);
    const messages = `select count(pg_logical_emit_message(false, '', repeat('x', 1000000))) from generate_series(1, 60)`;
    const { roles, password } = neighbour;
    const asTenant = Object.assign(new URL(neighbour.url), { username: roles[0]?.name, password: password.reveal() });
    await queryRows(asTenant.href, messages);
    expect((await postgresFigures(honest)).walBytes - own.walBytes).toBeGreaterThan(60_000_000);
    node.clock.push(MINUTE_MS);
    await node.metering.sampleNow();
    const [frame] = await framesOf(node, honest);
    expect(frame?.writtenDataBytes).toBeGreaterThan((own.sizeBytes - before.sizeBytes) / 3);
    expect(frame?.writtenDataBytes).toBeLessThan(own.sizeBytes - before.sizeBytes + 11_000 * 512);
    expect((await framesOf(node, neighbour))[0]?.writtenDataBytes).toBeLessThan(1_000_000);
  });

  it('is measured in all its databases', async () => {
    const node = nodeOf();
    const project = await addHostedProject(node);
    const place = { projectId: project.project.id, branchId: project.branchId };
    const name = `${project.databaseName}_2`;
    const owner = project.roles[0]?.name ?? '';
    await node.provisioning.createDatabase(SYSTEM_CONTEXT, { ...place, name, ownerName: owner });
    const second = { ...project, databaseName: name, url: project.url.replace(project.databaseName, name) };
    await node.metering.sampleNow();
    await load(second, `create table t as select n from generate_series(1, 1000) n`);
    node.clock.push(MINUTE_MS);
    await node.metering.sampleNow();
    const [frame] = await framesOf(node, project);
    const sizes = await Promise.all([postgresFigures(project), postgresFigures(second)]);
    expect(frame?.activeTimeSeconds).toBe(60);
    expect(frame?.logicalSizeBytes).toBe(sizes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  });
});

describe('a further compute of the same databases', () => {
  it('counts its own use, while storage and written data count once', async () => {
    const node = nodeOf();
    const project = await addHostedProject(node);
    const place = { projectId: project.project.id, branchId: project.branchId };
    const reader = await node.provisioning.addHostedCompute(SYSTEM_CONTEXT, { ...place, type: 'read_only' });
    await node.metering.sampleNow();
    node.metering.recordTransfer(reader.id, 700);
    await load(project, 'create table t as select n from generate_series(1, 1000) n');
    node.clock.push(MINUTE_MS);
    await node.metering.sampleNow();
    const [frame] = await framesOf(node, project);
    expect(frame).toMatchObject({ activeTimeSeconds: 120, dataTransferBytes: 700, unmeasured: [] });
    expect(frame?.logicalSizeBytes).toBe((await postgresFigures(project)).sizeBytes);
  });
});

describe('active time', () => {
  it('counts while a session is open, however idle, and stops without one', async () => {
    const node = nodeOf();
    const project = await addHostedProject(node);
    await node.metering.sampleNow();
    const session = await openSession(project);
    for (let minute = 0; minute < 3; minute += 1) {
      node.clock.push(MINUTE_MS);
      await node.metering.sampleNow();
    }
    await session.close();
    await load(project, 'select 1');
    for (let minute = 0; minute < 3; minute += 1) {
      node.clock.push(MINUTE_MS);
      await node.metering.sampleNow();
    }
    const [frame] = await framesOf(node, project);
    // Three with the session, and the one in which it ended.
    expect(frame?.activeTimeSeconds).toBe(240);
  });

  it('ends when the compute is suspended, while storage still counts', async () => {
    const node = nodeOf();
    const project = await addHostedProject(node);
    await node.metering.sampleNow();
    await load(project, 'select 1');
    node.clock.push(15 * SECOND_MS);
    await node.provisioning.suspendCompute(SYSTEM_CONTEXT, { computeId: project.compute.id });
    node.clock.push(45 * SECOND_MS);
    await node.metering.sampleNow();
    node.clock.push(MINUTE_MS);
    await node.metering.sampleNow();
    const [frame] = await framesOf(node, project);
    expect(frame?.activeTimeSeconds).toBe(15);
    expect(frame?.logicalSizeByteHours).toBeCloseTo((frame?.logicalSizeBytes ?? 0) / 30, 0);
  });
});

describe('time without observation', () => {
  it('is in no frame, and its consumption is not added later', async () => {
    const node = nodeOf();
    const project = await addHostedProject(node);
    await openSession(project);
    await node.metering.sampleNow();
    node.clock.push(MINUTE_MS);
    await node.metering.sampleNow();
    await load(project, 'select pg_sleep(0.3)');
    node.clock.push(120 * MINUTE_MS);
    await node.metering.sampleNow();
    node.clock.push(MINUTE_MS);
    await node.metering.sampleNow();
    const frames = await framesOf(node, project);
    const [before, after] = frames.map(({ start }) => start.getTime());
    expect((after ?? 0) - (before ?? 0)).toBe(120 * MINUTE_MS);
    expect(frames.map(({ activeTimeSeconds }) => activeTimeSeconds)).toEqual([60, 60]);
    expect(frames[1]?.computeTimeSeconds).toBeLessThan(0.3);
    const [day] = await framesOf(node, project, 'daily');
    expect(day?.activeTimeSeconds).toBe(120);
  });
});
