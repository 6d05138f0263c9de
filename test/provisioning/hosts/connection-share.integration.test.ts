// An account used to take all connections of a server by five projects, each within its share.

import { chmod } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { personalAccountId } from '../../../src/ids.ts';
import { createLog } from '../../../src/log.ts';
import type { HostedProject } from '../../../src/provisioning/hosted/create-hosted-project.ts';
import {
  addPerson,
  addProject,
  createInstallation,
  type TestInstallation,
  type TestNode,
} from '../../support/nodes/postern-for-tests.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** Without the three that are reserved; a project's share is twenty. */
const USABLE = 80;
const PROJECTS = 5;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: EmbeddedPostgres;
let installation: TestInstallation;
let nodes: TestNode[];
const clients = new Set<pg.Client>();

beforeAll(async () => {
  folder = await temporaryFolder();
  await chmod(folder.path, 0o711);
  const settings = { fsync: 'off', max_connections: String(USABLE + 3), superuser_reserved_connections: '3' };
  server = await startEmbeddedPostgres({ dataDir: folder.path, log: createLog('silent'), settings });
  installation = await createInstallation();
  const environment = { POSTERN_HOSTS: `18=${server.adminUrl.reveal()}` };
  nodes = [await installation.startNode(environment), await installation.startNode(environment)];
  const sees = async (node: TestNode) => (await node.postern.fleet.heartbeat.findOtherNodes()).length === 1;
  await waitUntil(async () => (await Promise.all(nodes.map(sees))).every(Boolean), 'the nodes count each other');
});

afterAll(async () => {
  await Promise.all([...clients].map((client) => client.end().catch(() => {})));
  await installation.close();
  await server.close();
  await folder[Symbol.asyncDispose]();
});

function nodeAt(index: number): TestNode {
  const node = nodes[index % nodes.length];
  if (node === undefined) throw new Error('two nodes were started');
  return node;
}

async function projectsOf(name: string, count: number): Promise<HostedProject[]> {
  const person = await addPerson(nodeAt(0), { email: `${name}@example.com` });
  const projects: HostedProject[] = [];
  for (let index = 0; index < count; index += 1) {
    projects.push(await addProject(nodeAt(0), { accountId: personalAccountId(person.id), name: `${name}${index}` }));
  }
  return projects;
}

async function connect(project: HostedProject | undefined, node: TestNode): Promise<pg.Client> {
  if (project === undefined) throw new Error('no such project');
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port: node.pgPort, ssl: { rejectUnauthorized: false } },
    user: project.roles[0]?.name,
    password: project.password.reveal(),
    database: project.databases[0]?.name,
    options: `endpoint=${project.compute.id}`,
  });
  client.on('error', () => {});
  await client.connect();
  clients.add(client);
  return client;
}

/** All at once, on both nodes, as many as the shares of all projects together and more. */
async function flood(projects: readonly HostedProject[]) {
  const attempts = await Promise.allSettled(
    projects.flatMap((project) =>
      Array.from({ length: USABLE / 4 + 2 }, (_none, index) => connect(project, nodeAt(index))),
    ),
  );
  const refusals = attempts.flatMap((attempt) => (attempt.status === 'rejected' ? [attempt.reason] : []));
  return { admitted: attempts.length - refusals.length, refusals };
}

it('an account with several projects leaves others connections, and is told so', async () => {
  const [greedy, second] = [await projectsOf('greedy', PROJECTS), await projectsOf('second', PROJECTS)];
  const victim = await projectsOf('victim', 1);
  // Each comes with no connection: one that has just ended may still be counted.
  const late = [await projectsOf('late', 1), await projectsOf('later', 1), await projectsOf('latest', 1)];
  const first = await flood(greedy);
  expect(first.admitted).toBeLessThanOrEqual((USABLE * 2) / 3);
  for (const refusal of first.refusals) expect(refusal).toMatchObject({ code: '53300' });
  const ofAccount = first.refusals.filter(({ message }) => /that it may hold on this server/.test(message));
  expect(ofAccount.length).toBeGreaterThan(0);
  expect(ofAccount[0]).toMatchObject({
    message: expect.stringMatching(/the account has all \d+ connections/),
    hint: expect.stringContaining('max_connections'),
  });

  for (const node of nodes) {
    const client = await connect(victim[0], node);
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  }
  await flood(second);
  const floods = [flood(greedy), flood(second)];
  for (const [index, [project]] of late.entries()) await connect(project, nodeAt(index));
  await Promise.all(floods);
});

it('closed connections make room for the account again', async () => {
  const open = [...clients];
  clients.clear();
  await Promise.all(open.map((client) => client.end()));
  const [project] = await projectsOf('again', 1);
  await waitUntil(() => connect(project, nodeAt(0)).catch(() => null), 'there is room again');
});
