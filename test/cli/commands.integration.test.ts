import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  createCatalogueDatabase,
  postgresUrl,
  runAsSuperuser,
  type TestDatabase,
} from '../support/databases/postgres-for-tests.ts';
import { queryRows } from '../support/databases/query-rows.ts';
import { nodeEnvironment } from '../support/nodes/postern-for-tests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { runCommand } from './run-command.ts';

const made = z.object({ id: z.string(), compute_id: z.string().default('') });
const PASSWORD = 'correct horse battery staple';
const ADMIN = 'root@example.com';

describe('the command line', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createCatalogueDatabase();
    await runs(['user', 'add', ADMIN, '--name', 'Root', '--password-stdin', '--operator'], `${PASSWORD}\n`);
  });
  afterAll(() => database.close());

  const run = (args: readonly string[], stdin?: string) =>
    runCommand(nodeEnvironment(database.url, 'redis://127.0.0.1:1'), args, stdin);
  const runs = async (args: readonly string[], stdin?: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await run(args, stdin);
    const remark = /^(The change is made\. Running nodes end within seconds what rested on it\.\n)?$/;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringMatching(remark) });
    return stdout;
  };
  const makes = async (args: readonly string[], stdin?: string) =>
    made.parse(JSON.parse(await runs([...args, '--json'], stdin)));

  it('adds a person with a password from standard input and never prints it', async () => {
    const args = ['user', 'add', 'kim@example.com', '--name', 'Kim', '--password-stdin'];
    const stdout = await runs(args, `${PASSWORD}\n`);
    expect(stdout).toContain('email: kim@example.com\nname: Kim\noperator: false\n');
    expect(stdout).not.toContain(PASSWORD);
    expect(await run(args, PASSWORD)).toMatchObject({ exitCode: 1, stdout: '' });
    const nothing = { exitCode: 1, stderr: 'the secret is empty\n' };
    expect(await run(args, '\n')).toMatchObject(nothing);
  });

  it('creates an organization with its first admin and adds members', async () => {
    const org = await makes(['org', 'create', 'Example Org', '--admin', ADMIN]);
    expect(org.id).toMatch(/^org-/);
    await makes(['user', 'add', 'lee@example.com', '--name', 'Lee']);
    const member = await runs(['org', 'add-member', org.id, 'lee@example.com', '--role', 'admin', '--json']);
    expect(JSON.parse(member)).toMatchObject({ org_id: org.id, role: 'admin' });
    const unknown = await run(['org', 'add-member', org.id, 'nobody@example.com']);
    const hint = 'Add them with `postern user add`, or invite them to an organization.';
    const stderr = `person "nobody@example.com" not found\n${hint}\n`;
    expect(unknown).toEqual({ exitCode: 1, stdout: '', stderr });
  });

  // A squatter with the address became admin: nobody asked whether it was verified.
  it('takes no address that its person has not proved, and says what to do', async () => {
    const { id } = await makes(['user', 'add', 'squatted@example.com', '--name', 'Squatter']);
    await queryRows(database.url, `UPDATE users SET email_verified = false WHERE id = '${id}'`);
    const refused = { exitCode: 1, stdout: '', stderr: expect.stringContaining(`postern user verify ${id}`) };
    const org = await makes(['org', 'create', 'Careful Org', '--admin', ADMIN]);
    const doors = [
      ['org', 'create', 'Squatted Org', '--admin', 'squatted@example.com'],
      ['org', 'add-member', org.id, 'Squatted@example.com'],
      ['project', 'create', 'squatted', '--account', 'squatted@example.com'],
      ['key', 'create', 'squatted@example.com', '--name', 'laptop'],
      ['token', 'create', '--name', 'ci', '--compute', 'ep-none', '--owner', 'squatted@example.com'],
      ['user', 'verify', 'squatted@example.com'],
    ];
    for (const door of doors) expect(await run(door), door.join(' ')).toMatchObject(refused);
    expect(await runs(['user', 'show', 'squatted@example.com'])).toContain('email_verified: false');
    expect(JSON.parse(await runs(['org', 'add-member', org.id, id, '--json']))).toMatchObject({ user_id: id });
  });

  it('lists, disables, enables, promotes and removes people, and keeps one operator', async () => {
    const { id } = await makes(['user', 'add', 'mia@example.com', '--name', 'Mia']);
    const listed = JSON.parse(await runs(['user', 'list', 'MIA', '--json']));
    expect(listed).toMatchObject([{ id, email: 'mia@example.com', state: 'active', operator: false }]);
    expect(await runs(['user', 'disable', 'mia@example.com'])).toContain('state: disabled');
    expect(await runs(['user', 'enable', id])).toContain('state: active');
    expect(await runs(['user', 'make-operator', id])).toContain('operator: true');
    expect(await runs(['user', 'unmake-operator', id])).toContain('operator: false');
    for (const act of ['disable', 'unmake-operator', 'remove']) {
      const stderr = expect.stringContaining('the only operator cannot');
      expect(await run(['user', act, ADMIN]), act).toEqual({ exitCode: 1, stdout: '', stderr });
    }
    expect(JSON.parse(await runs(['user', 'remove', id, '--json']))).toMatchObject({ id, known_passwords: [] });
    expect(JSON.parse(await runs(['user', 'list', 'mia', '--json']))).toEqual([]);
  });

  it('prints a link with which an operator who forgot the password is back', async () => {
    const made = JSON.parse(await runs(['user', 'reset-link', ADMIN, '--json']));
    expect(made).toMatchObject({ email: ADMIN, 'reset-link': expect.stringMatching(/^http.*\/reset\/[\w-]{43}$/) });
  });

  it('frees an address for its owner, and answers for the address of a person', async () => {
    const { id } = await makes(['user', 'add', 'taken@example.com', '--name', 'Squatter']);
    await queryRows(database.url, `UPDATE users SET email_verified = false WHERE id = '${id}'`);
    const moved = await runs(['user', 'set-email', 'taken@example.com', 'own@example.com']);
    expect(moved).toContain('email: own@example.com\nemail_verified: true\n');
    await queryRows(database.url, `UPDATE users SET email_verified = false WHERE id = '${id}'`);
    expect(await runs(['user', 'verify', id])).toContain('email_verified: true');
    await makes(['user', 'add', 'taken@example.com', '--name', 'Owner']);
    const taken = await run(['user', 'set-email', id, 'TAKEN@example.com']);
    expect(taken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('already exists') });
  });

  it('creates a hosted project, an access token and an API key, each secret once', async () => {
    const project = await makes(['project', 'create', 'shop', '--account', ADMIN]);
    const token = JSON.parse(
      await runs(['token', 'create', '--name', 'ci', '--compute', project.compute_id, '--owner', ADMIN, '--json']),
    );
    expect(token).toMatchObject({ user: expect.stringMatching(/^tok-/), password: expect.stringMatching(/.{20}/) });
    const key = JSON.parse(await runs(['key', 'create', ADMIN, '--name', 'laptop', '--json']));
    expect(key.key).toMatch(/.{20}/);
    const kept = JSON.stringify([
      await queryRows(database.url, 'SELECT * FROM api_keys'),
      await queryRows(database.url, 'SELECT * FROM access_tokens'),
    ]);
    for (const secret of [token.password, key.key]) expect(kept).not.toContain(secret);
  });

  it('trusts a workload, and keeps and prints no secret of it', async () => {
    const project = await makes(['project', 'create', 'deploys', '--account', ADMIN]);
    const trust = ['token', 'trust', '--name', 'ci', '--compute', project.compute_id, '--issuer', 'https://ci.example'];
    const conditions = ['--audience', 'postern', '--claim', 'repository=acme/shop', 'ref=refs/heads/main'];
    const made = JSON.parse(await runs([...trust, ...conditions, '--longest-connection', '15m', '--json']));
    expect(made).toEqual({ name: 'ci', user: expect.stringMatching(/^tok-/), expires_at: expect.any(String) });
    expect(await queryRows(database.url, `SELECT * FROM access_tokens WHERE id = '${made.user}'`)).toMatchObject([
      {
        scram_verifier: null,
        workload: {
          issuer: 'https://ci.example',
          audience: 'postern',
          conditions: { repository: 'acme/shop', ref: 'refs/heads/main' },
          longestConnectionMs: 900_000,
        },
      },
    ]);
    const anybody = await run([...trust, '--audience', 'postern', '--claim', 'repository=*']);
    expect(anybody).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('at least 3 characters') });
  });

  it('refuses a version that no host has, and a life that is no duration', async () => {
    const args = ['project', 'create', 'shop', '--account', ADMIN, '--pg-version', '12'];
    expect(await run(args)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('pg_version 12') });
    const token = ['token', 'create', '--name', 'ci', '--compute', 'ep-none', '--life', 'soon'];
    expect(await run(token)).toMatchObject({ exitCode: 1, stderr: '--life is a duration like 30d\n' });
  });

  it('renews the password of an attached role, once its server takes it', async () => {
    // A password changed there locked the project out for good.
    const role = `renewed_${Date.now().toString(36)}`;
    await runAsSuperuser(`CREATE ROLE ${role} LOGIN PASSWORD 'before'`);
    onTestFinished(() => runAsSuperuser(`DROP ROLE ${role}`));
    const url = `postgres://${role}:before@127.0.0.1:${new URL(postgresUrl()).port}/postgres`;
    const project = await makes(['project', 'attach', 'renewed', '--account', ADMIN, '--url-stdin'], url);
    await runAsSuperuser(`ALTER ROLE ${role} PASSWORD 'after'`);
    const renew = ['compute', 'password', project.compute_id, '--role', role, '--password-stdin'];
    const sealed = () => queryRows(database.url, `SELECT sealed_password FROM database_roles WHERE name = '${role}'`);
    const before = await sealed();
    expect(await run(renew, 'guessed')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('SQLSTATE 28P01'),
    });
    expect(await sealed()).toEqual(before);
    expect(await runs(renew, 'after')).toBe(`compute_id: ${project.compute_id}\nrole: ${role}\n`);
    expect(await sealed()).not.toEqual(before);
    expect((await run(renew.slice(0, -1))).stderr).toBe('give the password by --password-stdin or --password-file\n');
    const hosted = await makes(['project', 'create', 'hosted', '--account', ADMIN]);
    const ofHosted = await run(
      renew.map((arg) => (arg === project.compute_id ? hosted.compute_id : arg)),
      'after',
    );
    expect(ofHosted.stderr).toContain('reset them in the console');
  });

  it('attaches a Postgres by a URL from standard input, printing no password', async () => {
    const role = `cli_${Date.now().toString(36)}`;
    await runAsSuperuser(`CREATE ROLE ${role} LOGIN PASSWORD 'sesame'`);
    onTestFinished(() => runAsSuperuser(`DROP ROLE ${role}`));
    const url = `postgres://${role}:sesame@127.0.0.1:${new URL(postgresUrl()).port}/postgres`;
    const project = await makes(['project', 'attach', 'legacy', '--account', ADMIN, '--url-stdin'], url);
    const compute = await runs(['compute', 'add', project.id, '--url-stdin', '--type', 'read_only'], url);
    expect(compute).toContain('type: read_only\nstate: active\n');
    // Nothing could allow replication, though the error's hint said that an admin can.
    const policy = ['compute', 'policy', project.compute_id];
    expect(await runs([...policy, '--replication', 'yes', '--longest-grant', '1h'])).toContain('replication: true\n');
    expect(JSON.parse(await runs([...policy, '--link', 'no', '--json']))).toEqual({
      compute_id: project.compute_id,
      replication: true,
      longestGrantMs: 3_600_000,
      linkLogin: false,
    });
    await queryRows(database.url, 'UPDATE computes SET passwordless_access = false');
    await runs([...policy, '--link', 'yes']);
    const opened = `SELECT passwordless_access AS is_open FROM computes WHERE id = '${project.compute_id}'`;
    expect(await queryRows(database.url, opened)).toEqual([{ is_open: true }]);
    const bounds = ['--idle-timeout', '10m', '--max-connections', '20', '--fresh-sign-in', '5m'];
    const bounded = JSON.parse(await runs([...policy, ...bounds, '--json']));
    const fresh = { freshSignInMs: 300_000 };
    expect(bounded).toMatchObject({ replication: true, idleTimeoutMs: 600_000, maxConnections: 20, ...fresh });
    const off = ['--idle-timeout', '0s', '--max-connections', '0', '--fresh-sign-in', '0s'];
    const unbound = JSON.parse(await runs([...policy, ...off, '--json']));
    expect([unbound.idleTimeoutMs, 'maxConnections' in unbound, 'freshSignInMs' in unbound]).toEqual([
      null,
      false,
      false,
    ]);
    const noNumber = await run([...policy, '--max-connections', 'many']);
    expect(noNumber).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('not a number like 20') });
    expect(await run(['compute', 'policy', '--help'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await run([...policy, '--max-connections', '10001'])).stderr).toContain('maxConnections: ');
    expect((await run([...policy, '--allow', 'here'])).stderr).toContain('is not a network such as 10.0.0.0/8');
    const wrong = await run(['project', 'attach', 'x', '--account', ADMIN, '--url-stdin'], url.replace('sesame', 'no'));
    expect(wrong).toMatchObject({ exitCode: 1, stdout: '' });
    expect(wrong.stderr).toMatch(/^the server refused the login .*\nCheck the address, the credentials/);
    const none = await run(['project', 'attach', 'x', '--account', ADMIN]);
    expect(none.stderr).toBe('give the URL by --url-stdin or --url-file\n');
  });

  it('verifies the audit trail and exports it a line an event, without secrets', async () => {
    expect(await runs(['audit', 'verify'])).toContain('verdict: whole\n');
    const events = (await runs(['audit', 'export'])).trim().split('\n');
    expect(events.map((line) => JSON.parse(line).event)).toContain('account.created');
    expect(events.join()).not.toMatch(/sesame|correct horse/);
    expect(await runs(['audit', 'export'])).toContain('"event":"ops.audit_exported"');
  });

  it('finds by the heads of an earlier time that a chain was cut off or written anew', async () => {
    await using folder = await temporaryFolder();
    const noted = join(folder.path, 'heads.json');
    await writeFile(noted, await runs(['audit', 'verify', '--json']));
    expect(await runs(['audit', 'verify', '--heads', noted])).toContain('verdict: whole\n');
    const { heads } = z.object({ heads: z.array(z.looseObject({})) }).parse(JSON.parse(await readFile(noted, 'utf8')));
    await writeFile(noted, JSON.stringify({ heads: heads.map((head) => ({ ...head, position: 1_000 })) }));
    const { stdout } = await run(['audit', 'verify', '--heads', noted, '--json']);
    expect([JSON.parse(stdout).verdict, stdout.includes('"head_missing"')]).toEqual(['changed', true]);
    process.exitCode = 0;
    const wrong = await run(['audit', 'verify', '--heads', '/dev/null']);
    expect(wrong.stderr).toContain('/dev/null is not what "audit verify --json" prints');
  });

  it('prunes the audit trail up to a day, after which it says so and still verifies', async () => {
    const nothing = await runs(['audit', 'prune', '--before', '2020-01-31', '--json']);
    expect(JSON.parse(nothing)).toEqual({ pruned: 0, before: '2020-01-31T00:00:00.000Z' });
    const { pruned } = JSON.parse(await runs(['audit', 'prune', '--before', '2999-01-01', '--json']));
    expect(pruned).toBeGreaterThan(0);
    const verdict = JSON.parse(await runs(['audit', 'verify', '--json']));
    expect(verdict).toMatchObject({ verdict: 'whole', events: 1, flaws: [] });
    expect(verdict.pruned).toMatchObject([{ nodeId: 'command-line', before: '2999-01-01T00:00:00.000Z' }]);
    const noDay = await run(['audit', 'prune', '--before', 'yesterday']);
    expect(noDay).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('It is a day') });
  });

  it('says why the catalogue cannot be reached, without the password', async () => {
    const away = nodeEnvironment('postgres://postern:hunter22@127.0.0.1:1/postern', 'redis://127.0.0.1:1');
    expect(
      await runCommand(away, ['user', 'add', 'a@example.com', '--name', 'A', '--password-stdin'], PASSWORD),
    ).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'the catalogue cannot be reached: connect ECONNREFUSED 127.0.0.1:1\nCheck DATABASE_URL, or retry in a moment.\n',
    });
  });

  it('shows the configuration with its secrets masked, and then what is wrong with it', async () => {
    const lines = JSON.parse(await runs(['config', '--json']));
    const shown = { name: 'DATABASE_URL', value: '********', source: 'environment' };
    expect(lines).toContainEqual(expect.objectContaining(shown));
    expect(await runs(['config'])).toContain('POSTERN_BRAND');
    const bad = await runCommand({ POSTERN_WORKERS: 'many' }, ['config', '--json']);
    expect(bad).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('POSTERN_WORKERS: not a number') });
    expect(JSON.parse(bad.stdout)).toHaveLength(lines.length);
  });
});
