// A hosted project, its paths on the API, and whether its own host lets a role in.

import pg from 'pg';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import type { ApiForTests } from './api-for-tests.ts';

/** A hosted project with its own paths. */
export async function newHostedProject(api: ApiForTests) {
  const { body } = await api.post('/projects', { project: {} });
  const project = `/projects/${body.project.id}`;
  return {
    project,
    branch: `${project}/branches/${body.branch.id}`,
    compute: `${project}/endpoints/${body.endpoints[0].id}`,
    branchId: body.branch.id,
    computeId: body.endpoints[0].id,
    database: body.databases[0].name,
    role: body.roles[0].name,
    password: body.roles[0].password,
  };
}

/** Whether the host itself lets this role in: Postern is not asked. */
export async function canConnect(database: string, user: string, password: string): Promise<boolean> {
  const url = new URL(postgresUrl());
  const client = new pg.Client({ host: url.hostname, port: Number(url.port), database, user, password });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
