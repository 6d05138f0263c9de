// `postern connect` on a machine of its own, as far as files go, for a person who has a project and
// nothing else; and what `postern disconnect` leaves.

import { createHash, createPrivateKey } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createProgram, explain } from '../../../src/cli/program.ts';
import { buildByJava } from '../../field/build-zoo.ts';
import { BEHIND_PROXIES, type InBetween, startForward, startHaproxy, startNginx } from '../../field/in-between.ts';
import { clientOf } from '../../field/zoo-desk.ts';
import { type Desk, finish, LINK, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { type PsqlVersion, startPsql } from '../../support/nodes/psql.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk({ environment: BEHIND_PROXIES });
});

afterAll(async () => {
  await desk?.close();
});

interface Command {
  stderr(): string;
  readonly ended: Promise<{ readonly stdout: string; readonly problem: string | null }>;
}

function start(home: string, args: readonly string[]): Command {
  const said = { stdout: '', stderr: '' };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stdout.on('data', (text) => {
    said.stdout += String(text);
  });
  stderr.on('data', (text) => {
    said.stderr += String(text);
  });
  const io = { environment: { HOME: home, PATH: process.env.PATH }, stdin: new PassThrough(), stdout, stderr };
  const program = createProgram({ serve: () => Promise.reject(new Error('this is no server')), io });
  const ended = program.parseAsync(args, { from: 'user' }).then(
    () => ({ stdout: said.stdout, problem: null }),
    (error: unknown) => ({ stdout: said.stdout, problem: explain(error) }),
  );
  return { stderr: () => said.stderr, ended };
}

function connect(home: string, ...more: readonly string[]): Command {
  const at = ['--host', '127.0.0.1', '--port', String(desk.node.pgPort), '--user', 'alex'];
  return start(home, ['connect', 'shop', ...at, ...more]);
}

async function approve(command: Command): Promise<string> {
  const link = await waitUntil(() => LINK.exec(command.stderr())?.[0], 'a link');
  const { html } = await desk.browser.get(new URL(link).pathname);
  await desk.browser.approve(link, { remember: '1h' });
  return html;
}

function psql(home: string, version: PsqlVersion, service = 'postern') {
  const env = { HOME: home, PGSERVICEFILE: join(home, '.pg_service.conf') };
  return startPsql({ version, args: ['-X', '-At', `service=${service}`], env, input: 'select current_database();\n' });
}

/** Every file below it, with its bytes. */
async function contentsOf(home: string): Promise<Record<string, string>> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const digests = files.map(async (path): Promise<[string, string]> => {
    return [
      path,
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ];
  });
  return Object.fromEntries(await Promise.all(digests));
}

it('connects a terminal by one approval, and disconnecting leaves nothing', async () => {
  await using home = await temporaryFolder();
  const command = connect(home.path);
  expect(await approve(command)).toContain('New key SHA256:');
  expect(await command.ended).toEqual({ stdout: 'psql service=postern\n', problem: null });
  for (const version of ['15', '17', '18'] as const) {
    const { code, stdout, stderr } = await finish(psql(home.path, version));
    expect({ version, code, stdout, link: LINK.exec(stderr) }, stderr).toEqual({
      version,
      code: 0,
      stdout: `${desk.project.databases[0]?.name}\n`,
      link: null,
    });
  }
  for (const name of ['postgresql.key', 'postgresql.crt']) {
    expect((await stat(join(home.path, '.postgresql', name))).mode & 0o777).toBe(0o600);
  }
  expect((await stat(join(home.path, '.pg_service.conf'))).mode & 0o777).toBe(0o600);
  const fingerprint = /^Key (SHA256:\S{43})$/m.exec(command.stderr())?.[1] ?? 'none was told';
  expect((await desk.browser.get('/app/me/sessions')).html).toContain(fingerprint);

  expect(await start(home.path, ['disconnect']).ended).toEqual({ stdout: '', problem: null });
  expect(await readdir(home.path)).toEqual([]);
  const after = (await desk.browser.get('/app/me/sessions')).html;
  expect(after).toContain('No remembered approvals');
  expect(after).not.toContain(fingerprint);
});

describe('a key of postern connect', () => {
  const PLACES = {
    directly: async (node) => ({ pgPort: node.pgPort, close: async () => {} }),
    'behind haproxy': (node) => startHaproxy(node),
    'behind nginx': startNginx,
    'through a forward': startForward,
  } as const satisfies Record<string, (node: Desk['node']) => Promise<InBetween>>;
  let home: Awaited<ReturnType<typeof temporaryFolder>>;
  let key: Readonly<Record<string, string>>;
  let keyOfJava: string;

  beforeAll(async () => {
    [home] = await Promise.all([temporaryFolder(), buildByJava()]);
    const command = connect(home.path);
    await approve(command);
    await command.ended;
    const stem = join(home.path, '.postgresql', 'postgresql');
    key = { PGSSLCERT: `${stem}.crt`, PGSSLKEY: `${stem}.key` };
    // docs/connect.md: pgjdbc reads no PEM.
    const der = createPrivateKey(await readFile(`${stem}.key`)).export({ type: 'pkcs8', format: 'der' });
    keyOfJava = `${stem}.pk8`;
    await writeFile(keyOfJava, der);
  });

  afterAll(() => home[Symbol.asyncDispose]());

  function ask(client: string, pgPort: number, files: Readonly<Record<string, string>>) {
    const { row: _row, link: _link, ...program } = clientOf(client);
    const where = { PGHOST: '127.0.0.1', PGPORT: String(pgPort), PGDATABASE: 'shop', PGUSER: 'alex' };
    return startPsql({ ...program, env: { ...where, PGSSLMODE: 'require', ...files }, input: '' });
  }

  // TLS ends at the node, so that the key passes whatever forwards TCP.
  it.each(Object.entries(PLACES))('lets drivers in %s, and nobody without it', async (_place, start) => {
    const between = await start(desk.node);
    onTestFinished(between.close);
    for (const client of ['psql 18', 'node-postgres', 'pgjdbc']) {
      const run = ask(client, between.pgPort, client === 'pgjdbc' ? { ...key, PGSSLKEY: keyOfJava } : key);
      const { code, stdout, stderr } = await finish(run);
      expect({ code, stdout, link: LINK.exec(stderr) }, stderr).toEqual({ code: 0, stdout: '42\n', link: null });
    }
    const { code, stderr } = await finish(ask('node-postgres', between.pgPort, {}));
    expect([code, LINK.test(stderr)]).toEqual([1, true]);
  });
});

it('leaves files of others as they are, and ends what rests on its key', async () => {
  await using home = await temporaryFolder();
  const others = '# my servers\n[shop]\nhost=db.example.com\n';
  await writeFile(join(home.path, '.pg_service.conf'), others);
  const folder = join(home.path, '.postgresql');
  const first = connect(home.path);
  await approve(first);
  await first.ended;
  // As if it had been somebody else's.
  await writeFile(join(folder, 'postgresql.crt'), 'of another server');
  await writeFile(join(folder, 'postgresql.key'), 'of another server');
  const second = connect(home.path, '--service', 'second');
  await approve(second);
  expect(await second.ended).toMatchObject({ stdout: 'psql service=second\n' });
  expect((await finish(psql(home.path, '18', 'second'))).stdout).toBe(`${desk.project.databases[0]?.name}\n`);
  // The key is used from elsewhere, too: a copy of it gets nothing once it is forgotten.
  const copy = psql(home.path, '18', 'second');
  expect((await finish(copy)).code).toBe(0);
  const env = {
    PGSSLCERT: join(home.path, 'copy.crt'),
    PGSSLKEY: join(home.path, 'copy.key'),
    PGHOST: '127.0.0.1',
    PGPORT: String(desk.node.pgPort),
    PGUSER: 'alex',
    PGSSLMODE: 'require',
  };
  await writeFile(env.PGSSLCERT, await readFile(join(folder, 'postern.crt')));
  await writeFile(env.PGSSLKEY, await readFile(join(folder, 'postern.key')), { mode: 0o600 });
  expect(await start(home.path, ['disconnect', '--service', 'second']).ended).toMatchObject({ problem: null });
  const late = startPsql({ args: ['-X', '-At'], env, input: 'select 1;\n' });
  await linkOf(late);
  late.kill('SIGKILL');
  expect(await start(home.path, ['disconnect', '--local']).ended).toMatchObject({ problem: null });
  const left = await contentsOf(home.path);
  expect(
    Object.keys(left)
      .map((path) => path.slice(home.path.length + 1))
      .sort(),
  ).toEqual(
    ['.pg_service.conf', '.postgresql/postgresql.crt', '.postgresql/postgresql.key', 'copy.crt', 'copy.key'].sort(),
  );
  expect(await readFile(join(home.path, '.pg_service.conf'), 'utf8')).toBe(others);
});

it.each([
  ['without a gateway', ['connect'], /which gateway\? Give its name by --host/],
  ['with nobody there', ['connect', '--host', '127.0.0.1', '--port', '1'], /127.0.0.1:1 cannot be reached/],
  ['with a wrong port', ['connect', '--host', 'localhost', '--port', 'x'], /--port is a number/],
  ['with nothing to disconnect', ['disconnect'], /has no section \[postern\] of postern connect/],
] as const)('%s it says what to do', async (_what, args, words) => {
  await using home = await temporaryFolder();
  expect((await start(home.path, args).ended).problem).toMatch(words);
});

it('leaves a section alone that somebody else wrote', async () => {
  await using home = await temporaryFolder();
  const text = '[postern]\nhost=theirs\n';
  await writeFile(join(home.path, '.pg_service.conf'), text);
  expect((await connect(home.path).ended).problem).toContain('name another by --service');
  expect(await contentsOf(home.path)).toHaveProperty([join(home.path, '.pg_service.conf')]);
  expect(await readFile(join(home.path, '.pg_service.conf'), 'utf8')).toBe(text);
});
