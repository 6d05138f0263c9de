// Provisioning on a catalogue of its own, with the run's Postgres as the server that hosts
// projects.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { Closers } from '../../src/async/closers.ts';
import type { Catalogue } from '../../src/catalogue/store/catalogue.ts';
import { SYSTEM_CONTEXT } from '../../src/catalogue/trail/audit-context.ts';
import { systemClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config/config.ts';
import { createLog } from '../../src/log.ts';
import type { HostedProject } from '../../src/provisioning/hosted/create-hosted-project.ts';
import type { Hosts } from '../../src/provisioning/hosts/hosts.ts';
import type { TakeOvers } from '../../src/provisioning/journal/take-overs.ts';
import { openProvisioning } from '../../src/provisioning/open-provisioning.ts';
import type { Provisioning } from '../../src/provisioning/provisioning.ts';
import { Secret } from '../../src/secret.ts';
import {
  addPerson,
  type CatalogueForTests,
  type PersonForTests,
  useTestCatalogue,
} from '../support/databases/catalogue-for-tests.ts';
import { postgresUrl, runAsSuperuser } from '../support/databases/postgres-for-tests.ts';
import { queryRows } from '../support/databases/query-rows.ts';

export interface ProvisioningForTests {
  readonly catalogue: CatalogueForTests;
  readonly provisioning: Provisioning;
  /** Not started: tests run its rounds. */
  readonly takeOvers: TakeOvers;
  readonly hosts: Hosts;
  readonly person: PersonForTests;
  /** The operator's role on the host. */
  readonly admin: string;
}

/** One for all tests of a file, opened before the first; call it where a suite is defined. */
export function useTestProvisioning(): () => ProvisioningForTests {
  const catalogue = useTestCatalogue();
  const closers = new Closers(createLog('silent'));
  const admin = uniqueName('operator');
  let opened: ProvisioningForTests | null = null;
  beforeAll(async () => {
    await runAsSuperuser(`CREATE ROLE ${admin} LOGIN CREATEDB CREATEROLE PASSWORD 'hosting'`);
    opened = await openTestProvisioning(catalogue(), { admin, closers });
  });
  afterAll(() => closers.closeAll());
  return () => {
    if (opened === null) throw new Error('provisioning is opened before the first test');
    return opened;
  };
}

async function openTestProvisioning(
  catalogue: CatalogueForTests,
  { admin, closers }: { admin: string; closers: Closers },
): Promise<ProvisioningForTests> {
  const { provisioning, takeOvers, hosts } = await openProvisioning({
    config: loadConfig({}),
    catalogue,
    sources: [
      {
        id: 'local-18',
        pgVersion: 18,
        regionId: 'local',
        startsOnFirstUse: false,
        url: () => Promise.resolve(hostingUrl(admin)),
      },
    ],
    ownEndpoints: [],
    clock: systemClock,
    log: createLog('silent'),
    closers,
  });
  return { catalogue, provisioning, takeOvers, hosts, admin, person: await addPerson(catalogue, 'alex') };
}

/** The run's Postgres as an operator would configure it: by a role that is no superuser. */
function hostingUrl(admin: string): Secret {
  const url = new URL(postgresUrl());
  [url.username, url.password] = [admin, 'hosting'];
  return new Secret(url.href);
}

/** The roles and databases on the server that this provisioning made and did not drop, by name. */
export async function madeOnHost({ admin }: ProvisioningForTests): Promise<unknown[]> {
  const sql = `SELECT r.rolname AS name FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
      JOIN pg_roles operator ON operator.oid = m.member WHERE operator.rolname = '${admin}'
    UNION SELECT d.datname FROM pg_database d JOIN pg_auth_members m ON m.roleid = d.datdba
      JOIN pg_roles operator ON operator.oid = m.member WHERE operator.rolname = '${admin}' ORDER BY 1`;
  return (await queryRows(postgresUrl(), sql)).map((row) => row.name);
}

export function addHostedProject({ provisioning, person }: ProvisioningForTests): Promise<HostedProject> {
  return provisioning.createHostedProject(SYSTEM_CONTEXT, { accountId: person.accountId, name: 'shop' });
}

/** Where a project's parts are, as the steps of provisioning ask for it. */
export function placeOf({ project, branchId }: HostedProject, name: string) {
  return { projectId: project.id, branchId, name };
}

/** What the project's own role logs in with, or another one, or to another database. */
export function urlOf(
  made: HostedProject,
  as: { readonly role?: string; readonly password?: Secret; readonly database?: string } = {},
): string {
  const url = new URL(postgresUrl());
  url.username = as.role ?? made.roles[0]?.name ?? '';
  url.password = (as.password ?? made.password).reveal();
  url.pathname = `/${as.database ?? made.databases[0]?.name ?? ''}`;
  return url.href;
}

/**
 * The name of the project's role that cannot write, with its password as the gateway would open it.
 */
export async function readerOf(
  { catalogue }: { readonly catalogue: Pick<Catalogue, 'db' | 'sealer'> },
  made: HostedProject,
): Promise<{ role: string; password: Secret }> {
  const row = await catalogue.db
    .selectFrom('database_roles')
    .selectAll()
    .where('branch_id', '=', made.branchId)
    .where('is_read_only', '=', true)
    .executeTakeFirstOrThrow();
  const place = { table: 'database_roles', rowId: row.id, column: 'sealed_password' } as const;
  return { role: row.name, password: catalogue.sealer.open(row.sealed_password ?? '', place) };
}

export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(4).toString('hex')}`;
}
