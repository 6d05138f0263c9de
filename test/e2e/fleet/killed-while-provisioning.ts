// Two nodes on a server of their own that hosts projects: one is stopped at a step of a change,
// killed, and the other one has to leave host and catalogue in agreement.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createPersonalKey } from '../../../src/catalogue/access/api-keys.ts';
import { loadPersonActor } from '../../../src/catalogue/rights/actors.ts';
import { SYSTEM_CONTEXT } from '../../../src/catalogue/trail/audit-context.ts';
import { startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { closeTableGate } from '../../support/databases/table-gate.ts';
import { type Desk, openDesk } from '../../support/nodes/desk.ts';
import { nodeEnvironment } from '../../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../../support/nodes/postern-process.ts';
import { waitUntil } from '../../support/wait-until.ts';

/** Where a change is stopped: after so many statements that write this table have passed. */
export interface Stop {
  readonly at: 'pg_authid' | 'pg_database' | 'projects';
  readonly after: number;
}

export interface OperationSeen {
  readonly action: string;
  readonly status: string;
  readonly error?: string;
}

export interface DoomedNodes {
  readonly desk: Desk;
  /** Of the server that hosts projects, as superuser. */
  readonly hostUrl: string;
  /** Sends the request to a node that is stopped there, kills it and lets everything go on. */
  killAt(
    stop: Stop,
    request: { readonly method: string; readonly path: string; readonly body?: object },
  ): Promise<void>;
  /** The operations of a project, as the surviving node tells them. */
  operationsOf(projectId: string): Promise<OperationSeen[]>;
  /** The project of the newest operation. */
  newestProjectId(): Promise<string>;
  unfinishedCount(): Promise<number>;
  close(): Promise<void>;
}

const START_LIMIT_MS = 90_000;
const RECOVERED_WITHIN_MS = 40_000;

export async function openDoomedNodes(): Promise<DoomedNodes> {
  const dataDir = await mkdtemp(join(tmpdir(), 'postern-doomed-'));
  const host = await startEmbeddedPostgres({ dataDir, log: createLog('silent'), settings: { fsync: 'off' } });
  const hostUrl = host.adminUrl.reveal();
  const environment = { POSTERN_HOSTS: `18=${hostUrl}` };
  const desk = await openDesk({ environment });
  const { databaseUrl, redisUrl } = desk.installation;
  const { catalogue } = desk.node.postern;
  const actor = await loadPersonActor(catalogue, desk.person.id);
  if (actor === null) throw new Error('the person of the desk is gone');
  const { key } = await createPersonalKey(catalogue, { ...SYSTEM_CONTEXT, actor }, { name: 'provisioning' });
  const headers = { authorization: `Bearer ${key.reveal()}`, 'content-type': 'application/json' };
  const startDoomed = (): Promise<PosternProcess> =>
    startPosternProcess({
      environment: { ...nodeEnvironment(databaseUrl, redisUrl), ...environment },
      limitMs: START_LIMIT_MS,
    });
  let next = startDoomed();
  const catalogueRows = (sql: string) => queryRows(databaseUrl, sql);
  return {
    desk,
    hostUrl,
    killAt: async ({ at, after }, { method, path, body }) => {
      const doomed = await next;
      const url = at === 'projects' ? databaseUrl : hostUrl;
      const who = at === 'projects' ? 'postern %' : 'postern operation %';
      const gate = await closeTableGate(url, at);
      const sent = fetch(`${doomed.baseUrl}/api/v2${path}`, { method, headers, body: body && JSON.stringify(body) });
      sent.catch(() => {});
      for (let passed = 0; passed < after; passed += 1) {
        await gate.waitsFor(who);
        await gate.letOneThrough();
      }
      await gate.waitsFor(who);
      expect(await catalogueRows("select status from operations where status = 'running'")).toHaveLength(1);
      doomed.kill('SIGKILL');
      await doomed.exit;
      await gate.open();
      next = startDoomed();
      await expect(sent).rejects.toThrow();
    },
    operationsOf: async (projectId) => {
      const reply = await fetch(`${desk.node.baseUrl}/api/v2/projects/${projectId}/operations`, { headers });
      expect(reply.status).toBe(200);
      return (await reply.json()).operations;
    },
    newestProjectId: async () => {
      const rows = await catalogueRows('select project_id from operations order by created_at desc, id limit 1');
      return String(rows[0]?.project_id);
    },
    unfinishedCount: async () => {
      const unfinished = "select 1 from operations where status = 'running'";
      await waitUntil(async () => (await catalogueRows(unfinished)).length === 0, 'it is settled', RECOVERED_WITHIN_MS);
      return (await catalogueRows(unfinished)).length;
    },
    close: async () => {
      await (await next).close();
      await desk.close();
      await host.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Each role and database of the server is in the catalogue, and the other way round. */
export async function expectNothingUnknown({ hostUrl, desk }: DoomedNodes): Promise<void> {
  const { db } = desk.node.postern.catalogue;
  const names = (rows: ReadonlyArray<{ name: unknown }>) => rows.map(({ name }) => String(name)).sort();
  const onHost = async (sql: string) => names((await queryRows(hostUrl, sql)).map(({ name }) => ({ name })));
  const roles = await db.selectFrom('database_roles').select('name').execute();
  const databases = await db.selectFrom('databases').select('name').execute();
  const isOurs = "rolname !~ '^pg_' AND NOT rolsuper AND rolname <> 'postern_application'";
  expect(await onHost(`SELECT rolname AS name FROM pg_roles WHERE ${isOurs}`)).toEqual(names(roles));
  const isProjects = "NOT datistemplate AND datname <> 'postgres'";
  expect(await onHost(`SELECT datname AS name FROM pg_database WHERE ${isProjects}`)).toEqual(names(databases));
}
