import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertProjects } from '../../http/api/insert-projects.ts';
import { runPsql } from '../../support/nodes/psql.ts';
import { type ApiNode, startApiNode } from './api-node.ts';
import { type Neonctl, type NeonctlVersion, neonctl } from './run-neonctl.ts';

let api: ApiNode;

beforeAll(async () => {
  api = await startApiNode();
});

afterAll(() => api.close());

const VERSIONS: readonly NeonctlVersion[] = ['5.0.1', '2.47.0'];

function programOf(version: NeonctlVersion, key = api.key): Neonctl {
  return neonctl(version, { url: api.node.baseUrl, key, configDir: api.folder });
}

describe.concurrent.each(VERSIONS)('neonctl %s', (version) => {
  it('names the caller and refuses an unknown key', async () => {
    expect(await programOf(version).json('me')).toMatchObject({ email: 'alex@example.com', name: 'Alex Lopez' });
    expect((await programOf(version, 'wrong').run('me')).code).toBe(1);
  });

  it('manages projects and prints a URI that psql connects with', async () => {
    const cli = programOf(version);
    const made = await cli.json('projects', 'create', '--name', 'shop', '--org-id', api.organization.id);
    const { id } = made.project;
    expect(made.project).toMatchObject({ name: 'shop', org_id: api.organization.id });
    const listed = await cli.json('projects', 'list', '--org-id', api.organization.id);
    expect(idsIn(listed)).toContain(id);
    const uri = (await cli.run('connection-string', '--project-id', id)).stdout.trim();
    expect(uri).toMatch(/^postgresql:\/\/.+\?sslmode=require&channel_binding=require$/);
    const { stdout, stderr } = await runPsql({ args: ['-X', '-At', uri, '-c', 'select current_database()'] });
    expect(stdout.trim(), stderr).toBe(made.databases?.[0]?.name ?? new URL(uri).pathname.slice(1));
    expect((await cli.run('psql', '--project-id', id, '--', '-XAtc', 'select 43')).stdout.trim()).toBe('43');
    const branches = await cli.json('branches', 'list', '--project-id', id);
    expect(branches).toMatchObject([{ name: 'main', default: true, current_state: 'ready' }]);
    const operations = await cli.json('operations', 'list', '--project-id', id);
    expect(operations.map(({ action }: { action: string }) => action)).toContain('create_compute');
    expect(await cli.json('projects', 'update', id, '--name', 'renamed')).toMatchObject({ name: 'renamed' });
    expect(await cli.json('projects', 'get', id)).toMatchObject({ id, name: 'renamed' });
    expect(await cli.json('projects', 'delete', id)).toMatchObject({ id });
    const gone = await cli.run('projects', 'get', id);
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining(`project "${id}" not found`)]);
  });

  it('creates and deletes databases, roles and keys', async () => {
    const cli = programOf(version);
    const { project } = await cli.json('projects', 'create', '--name', 'things');
    const of = ['--project-id', project.id];
    const name = `x_${version.replaceAll('.', '_')}_${Date.now()}`;
    expect(await cli.json('roles', 'create', '--name', name, ...of)).toMatchObject({ name });
    const owned = ['--owner-name', name];
    expect(await cli.json('databases', 'create', '--name', name, ...owned, ...of)).toMatchObject({ owner_name: name });
    expect(namesIn(await cli.json('databases', 'list', ...of))).toContain(name);
    expect(await cli.json('databases', 'delete', name, ...of)).toMatchObject({ name });
    expect(await cli.json('roles', 'delete', name, ...of)).toMatchObject({ name });
    expect(namesIn(await cli.json('roles', 'list', ...of))).toHaveLength(1);
  });

  it('starts and suspends computes', async () => {
    const cli = programOf(version);
    const { project } = await cli.json('projects', 'create', '--name', 'sleeper');
    const { endpoints } = await cli.json('api', `/projects/${project.id}/endpoints`);
    const path = `/projects/${project.id}/endpoints/${endpoints[0].id}`;
    expect((await cli.json('api', `${path}/suspend`, '-X', 'POST')).endpoint.current_state).toBe('idle');
    expect((await cli.json('api', `${path}/start`, '-X', 'POST')).endpoint.current_state).toBe('active');
  });
});

describe.concurrent('keys', () => {
  it.each(VERSIONS)('are made, listed and revoked by neonctl %s', async (version) => {
    const cli = programOf(version);
    const made = await cli.json('api-keys', 'create', '--name', 'ci');
    expect(made.key).toMatch(/^postern_key_/);
    expect(JSON.stringify(await cli.json('api-keys', 'list'))).toContain('"ci"');
    expect(await cli.json('api-keys', 'revoke', String(made.id))).toMatchObject({ revoked: true });
    const { project } = await cli.json('projects', 'create', '--org-id', api.organization.id);
    const ofProject = await cli.json('api-keys', 'create', '--name', 'one project', '--project-id', project.id);
    expect(ofProject).toMatchObject({ name: 'one project', project_id: project.id });
    expect((await programOf(version, ofProject.key).json('projects', 'get', project.id)).id).toBe(project.id);
  });
});

describe.concurrent('orgs list', () => {
  it("prints organizations as Neon's boxed table", async () => {
    const { stdout } = await programOf('2.47.0').run('orgs', 'list');
    const { id, name } = api.organization;
    const [idLine, nameLine] = ['─'.repeat(id.length + 2), '─'.repeat(name.length + 2)];
    expect(stdout.trimEnd().split('\n')).toEqual([
      'Organizations',
      `┌${idLine}┬${nameLine}┐`,
      `│ ${'Id'.padEnd(id.length)} │ ${'Name'.padEnd(name.length)} │`,
      `├${idLine}┼${nameLine}┤`,
      `│ ${id} │ ${name} │`,
      `└${idLine}┴${nameLine}┘`,
    ]);
  });

  it('lists the organizations in the newest version, too', async () => {
    expect(await programOf('5.0.1').json('orgs', 'list')).toMatchObject([
      { id: api.organization.id, name: 'Example Org' },
    ]);
  });
});

describe.concurrent('a hundred projects and more', () => {
  it.each([
    ['5.0.1', 100],
    ['2.47.0', 101],
    ['2.47.0', 200],
  ] as const)('are listed to the end by neonctl %s: %i', async (version, count) => {
    const person = await api.newPerson(`many-${count}@example.com`);
    const ids = await insertProjects(api.node.postern.catalogue, person.accountId, count);
    expect(idsIn(await programOf(version, person.key).json('projects', 'list'))).toEqual(ids);
  });
});

/** The list alone, or beside the list of shared projects. */
function idsIn(listed: unknown): string[] {
  const projects: unknown = Array.isArray(listed) ? listed : Reflect.get(Object(listed), 'projects');
  if (!Array.isArray(projects)) throw new Error(`no list of projects: ${JSON.stringify(listed)}`);
  return projects.map((project) => project.id);
}

function namesIn(listed: ReadonlyArray<{ readonly name: string }>): string[] {
  return listed.map(({ name }) => name);
}
