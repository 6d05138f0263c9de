import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/embedded/postgres/embedded-postgres.ts';
import { createLog } from '../../../src/log.ts';
import { isAlive, postmasterPid } from '../../support/databases/postmaster.ts';
import { queryRows } from '../../support/databases/query-rows.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitUntil } from '../../support/wait-until.ts';

const log = createLog('silent');
const NOBODY = 65_534;

describe('a process that runs the embedded Postgres', () => {
  it('stops it in order on SIGTERM', async () => {
    await using folder = await temporaryFolder();
    const server = await serve(folder.path);
    const pid = await postmasterPid(join(folder.path, 'postgres-18'));
    server.process.kill('SIGTERM');
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(await isAlive(pid)).toBe(false);
    await expect(readFile(join(folder.path, 'postgres-18', 'postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  it('stops it also when it exits in the middle of everything', async () => {
    await using folder = await temporaryFolder();
    const server = await serve(folder.path);
    const pid = await postmasterPid(join(folder.path, 'postgres-18'));
    server.process.kill('SIGUSR2');
    expect(await server.exit).toEqual({ code: 3, signal: null });
    await waitUntil(async () => !(await isAlive(pid)), 'Postgres is gone');
  });

  it('keeps every other process off its folder', async () => {
    await using folder = await temporaryFolder();
    const server = await serve(folder.path);
    await expect(startEmbeddedPostgres({ dataDir: folder.path, log })).rejects.toThrow(
      `held by another Postern (process ${server.process.pid})`,
    );
    expect(await queryRows(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    server.process.kill('SIGTERM');
    await server.exit;
  });

  it('killed, leaves a Postgres that the next start replaces on the same port', async () => {
    await using folder = await temporaryFolder();
    const server = await serve(folder.path);
    await queryRows(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const orphan = await postmasterPid(join(folder.path, 'postgres-18'));
    server.process.kill('SIGKILL');
    await server.exit;
    expect(await isAlive(orphan)).toBe(true);
    const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log, settings: { fsync: 'off' } });
    try {
      expect(postgres.adminUrl.reveal()).toBe(server.url);
      expect(await queryRows(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
      expect(await isAlive(orphan)).toBe(false);
    } finally {
      await postgres.close();
    }
  });

  it('starts after both it and its Postgres were killed', async () => {
    await using folder = await temporaryFolder();
    const server = await serve(folder.path);
    await queryRows(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const orphan = await postmasterPid(join(folder.path, 'postgres-18'));
    server.process.kill('SIGKILL');
    process.kill(orphan, 'SIGKILL');
    await server.exit;
    await waitUntil(async () => !(await isAlive(orphan)), 'the postmaster dies');
    const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log, settings: { fsync: 'off' } });
    try {
      expect(await queryRows(postgres.adminUrl.reveal(), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    } finally {
      await postgres.close();
    }
  });

  it('needs no rights: an unprivileged account can run all of it', async () => {
    await using folder = await temporaryFolder();
    const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    if (account.uid !== undefined) await chown(folder.path, account.uid, account.gid);
    const server = await serve(folder.path, account);
    const owner = (await stat(folder.path)).uid;
    expect(owner).not.toBe(0);
    expect((await stat(join(folder.path, 'postgres-18'))).uid).toBe(owner);
    expect(await queryRows(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    server.process.kill('SIGTERM');
    expect(await server.exit).toEqual({ code: 0, signal: null });
  });
});

interface Server {
  readonly process: ChildProcess;
  readonly url: string;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Resolves when its Postgres answers; a test that fails half-way leaves neither process behind. */
async function serve(dataDir: string, account: { uid?: number; gid?: number } = {}): Promise<Server> {
  const program = fileURLToPath(new URL('../../support/databases/serve-embedded-postgres.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, dataDir], {
    ...account,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  onTestFinished(() => void child.kill('SIGTERM'));
  const firstLine = once(createInterface({ input: child.stdout }), 'line');
  const outcome = await Promise.race([firstLine, exit]);
  if (!Array.isArray(outcome)) throw new Error(`it ended before it was ready: ${JSON.stringify(outcome)}`);
  return { process: child, url: String(outcome[0]), exit };
}
