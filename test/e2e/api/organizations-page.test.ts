import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';
import { postgresUrl } from '../../support/databases/postgres-for-tests.ts';
import { runPsql } from '../../support/nodes/psql.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { type ApiNode, startApiNode } from './api-node.ts';

let api: ApiNode;
let sixteen: EmbeddedPostgres;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

// Neon's page asks for pg_version 16.
beforeAll(async () => {
  folder = await temporaryFolder();
  const settings = { fsync: 'off' };
  sixteen = await startEmbeddedPostgres({ dataDir: folder.path, log: createLog('silent'), version: 16, settings });
  api = await startApiNode({ POSTERN_HOSTS: `18=${postgresUrl()},16=${sixteen.adminUrl.reveal()}` });
});

afterAll(async () => {
  await api.close();
  await sixteen.close();
  await folder[Symbol.asyncDispose]();
});

/** Runs a call of the page in a shell, with the host, key and organization of this node. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into replies freely
async function asPrinted(call: string): Promise<any> {
  const command = call
    .replaceAll('https://console.neon.tech', api.node.baseUrl)
    .replaceAll('$NEON_API_KEY', api.key)
    .replaceAll('org-ocean-art-12345678', api.organization.id);
  return await new Promise((resolve, reject) => {
    execFile('/bin/sh', ['-c', `${command} --silent --show-error --fail-with-body`], (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(`${error.message}: ${stdout}`));
    });
  });
}

describe("the calls about projects on Neon's page about organizations", () => {
  it('create one for the organization, on the requested version', async () => {
    const made = await asPrinted(`curl --request POST \\
     --url https://console.neon.tech/api/v2/projects \\
     --header 'accept: application/json' \\
     --header 'authorization: Bearer $NEON_API_KEY' \\
     --header 'content-type: application/json' \\
     --data '
{
  "project": {
    "pg_version": 16,
    "org_id": "org-ocean-art-12345678"
  }
}
'`);
    expect(made.project).toMatchObject({ pg_version: 16, org_id: api.organization.id });
    const [{ connection_uri }] = made.connection_uris;
    const { stdout, stderr } = await runPsql({ args: ['-X', '-At', connection_uri, '-c', 'show server_version_num'] });
    expect(stdout, stderr).toMatch(/^16\d{4}\n$/);
  });

  it('list them, ten at most', async () => {
    const { projects } = await asPrinted(`curl --request GET \\
     --url 'https://console.neon.tech/api/v2/projects?limit=10&org_id=org-ocean-art-12345678' \\
     --header 'accept: application/json' \\
     --header 'authorization: Bearer $NEON_API_KEY'`);
    expect(projects).toMatchObject([{ org_id: api.organization.id }]);
  });

  it('list the organizations', async () => {
    const { organizations } = await asPrinted(`curl --request GET \\
     --url 'https://console.neon.tech/api/v2/users/me/organizations' \\
     --header 'accept: application/json' \\
     --header 'authorization: Bearer $NEON_API_KEY'`);
    expect(organizations).toMatchObject([{ id: api.organization.id, name: 'Example Org' }]);
  });
});

describe("the calls about consumption on Neon's page about organizations", () => {
  it('report the account, for the dates of 2024', async () => {
    const reply = await asPrinted(`curl --request GET \\
     --url 'https://console.neon.tech/api/v2/consumption_history/account?from=2024-06-30T15%3A30%3A00Z&to=2024-07-02T15%3A30%3A00Z&granularity=hourly&org_id=org-ocean-art-12345678' \\
     --header 'accept: application/json' \\
     --header 'authorization: Bearer $NEON_API_KEY'`);
    expect(reply).toEqual({ periods: [] });
  });

  it('report each project, for the dates of 2024', async () => {
    const { projects } = await asPrinted(`curl --request GET \\
     --url 'https://console.neon.tech/api/v2/consumption_history/projects?limit=10&from=2024-06-30T00%3A00%3A00Z&to=2024-07-02T00%3A00%3A00Z&granularity=hourly&org_id=org-ocean-art-12345678' \\
     --header 'accept: application/json' \\
     --header 'authorization: Bearer $NEON_API_KEY'`);
    expect(projects).toMatchObject([{ periods: [] }]);
  });

  it('report the billing period', async () => {
    const { projects } = await asPrinted(`curl --request GET \\
     --url 'https://console.neon.tech/api/v2/projects?org_id=org-ocean-art-12345678' \\
     --header 'accept: application/json' \\
     --header 'authorization: Bearer $NEON_API_KEY'`);
    expect(projects[0]).toMatchObject({
      active_time_seconds: expect.any(Number),
      compute_time_seconds: expect.any(Number),
      written_data_bytes: expect.any(Number),
      data_transfer_bytes: expect.any(Number),
      data_storage_bytes_hour: expect.any(Number),
    });
  });
});
