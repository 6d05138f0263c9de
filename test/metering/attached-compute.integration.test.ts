import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RegisteredProject, registerProject } from '../../src/catalogue/projects/register-project.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { postgresUrl } from '../support/databases/postgres-for-tests.ts';
import { queryRows } from '../support/databases/query-rows.ts';
import {
  addHostedProject,
  framesOf,
  load,
  type MeasuredProject,
  type MeteringNode,
  MINUTE_MS,
  useMetering,
} from './metering-for-tests.ts';

const nodeOf = useMetering(new Date('2026-03-04T10:00:00Z'));

/** The same databases as a hosted project's, brought by somebody who has its role and password. */
async function attach(
  { catalogue }: MeteringNode,
  { project, roles, databaseName, password }: MeasuredProject,
  port = Number(new URL(postgresUrl()).port),
): Promise<RegisteredProject> {
  const owner = roles[0]?.name ?? '';
  const { accountId } = project;
  return await registerProject(catalogue, SYSTEM_CONTEXT, {
    project: { accountId, name: 'brought', pgVersion: 18, regionId: 'attached', creationSource: 'attached' },
    compute: {
      type: 'read_write',
      state: 'active',
      hostId: null,
      host: '127.0.0.1',
      port,
      isListed: true,
      tls: { mode: 'disable' },
    },
    databases: [{ name: databaseName, ownerName: owner }],
    roles: [{ name: owner, password }],
  });
}

async function sessionsOf({ databaseName }: MeasuredProject): Promise<number> {
  const [row] = await queryRows(
    postgresUrl(),
    `select sessions from pg_stat_database where datname = '${databaseName}'`,
  );
  return Number(row?.sessions);
}

describe('an attached compute', () => {
  it('is measured while it is used through Postern, as far as its role can see', async () => {
    const node = nodeOf();
    const upstream = await addHostedProject(node);
    const attached = await attach(node, upstream);
    node.metering.recordTransfer(attached.compute.id, 5_000);
    await node.metering.sampleNow();
    await load(upstream, 'create table t as select n from generate_series(1, 1000) n; select pg_sleep(0.2)');
    node.clock.push(MINUTE_MS);
    await node.metering.sampleNow();
    const [frame] = await framesOf(node, attached);
    expect(frame).toMatchObject({ activeTimeSeconds: 60, dataTransferBytes: 5_000, writtenDataBytes: 0 });
    expect(frame?.computeTimeSeconds).toBeGreaterThan(0.2);
    expect(frame?.computeTimeSeconds).toBeLessThan(60);
    const [size] = await queryRows(postgresUrl(), `select pg_database_size('${upstream.databaseName}') as bytes`);
    expect(frame?.logicalSizeBytes).toBe(Number(size?.bytes));
    expect(frame?.unmeasured.toSorted()).toEqual(['storageByteHours', 'syntheticStorageSizeBytes', 'writtenDataBytes']);
  });

  it('is not measured after 15 minutes without use', async () => {
    const node = nodeOf();
    const upstream = await addHostedProject(node);
    const attached = await attach(node, upstream);
    const sessions = await sessionsOf(upstream);
    await node.metering.sampleNow();
    expect(await sessionsOf(upstream)).toBe(sessions);

    node.inUse.add(attached.compute.id);
    await node.metering.sampleNow();
    node.inUse.clear();
    for (let round = 0; round < 4; round += 1) {
      node.clock.push(5 * MINUTE_MS);
      await node.metering.sampleNow();
    }
    const [frame] = await framesOf(node, attached);
    // Measured up to the end of the quarter, and active in none of it: nobody had a session.
    expect(frame).toMatchObject({ activeTimeSeconds: 0, dataTransferBytes: 0 });
    const observedSeconds = ((frame?.logicalSizeByteHours ?? 0) * 3_600) / (frame?.logicalSizeBytes ?? 1);
    expect(observedSeconds).toBeCloseTo(15 * 60, 3);
  });

  it('that is down leaves a gap and does not delay other computes', async () => {
    const node = nodeOf();
    const hosted = await addHostedProject(node);
    const down = await attach(node, hosted, 1);
    node.inUse.add(down.compute.id).add(hosted.compute.id);
    for (let minute = 0; minute < 2; minute += 1) {
      node.clock.push(MINUTE_MS);
      await node.metering.sampleNow();
    }
    node.inUse.clear();
    expect(await framesOf(node, down)).toEqual([]);
    const frames = await framesOf(node, hosted);
    expect(frames.reduce((sum, frame) => sum + frame.activeTimeSeconds, 0)).toBe(120);
  });

  it('that never answers is given up when the node closes', async () => {
    const node = await nodeOf().startNode();
    const hosted = await addHostedProject(node);
    const { server, port } = await listenSilently();
    const silent = await attach(node, hosted, port);
    node.metering.recordTransfer(silent.compute.id, 1);
    const dialled = once(server, 'connection');
    const round = node.metering.sampleNow();
    await dialled;
    await node.metering.close();
    await round;
    expect(await framesOf(node, silent)).toEqual([]);
  });
});

/** Accepts and says nothing. */
async function listenSilently(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  });
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { server, port: address.port };
}
