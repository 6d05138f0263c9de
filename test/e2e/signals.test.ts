// What each signal does to a node, and that its embedded servers never outlive it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isAlive, postmasterPid } from '../support/databases/postmaster.ts';
import { type Desk, linkOf, openDesk } from '../support/nodes/desk.ts';
import { nodeEnvironment } from '../support/nodes/postern-for-tests.ts';
import { BUILT_MAIN, type PosternProcess, startPosternProcess } from '../support/nodes/postern-process.ts';
import type { PsqlRun } from '../support/nodes/psql.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const CLEAN = { code: 0, signal: null };

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});

afterAll(() => desk.close());

async function startNode(environment: Readonly<Record<string, string>> = {}): Promise<PosternProcess> {
  const { databaseUrl, redisUrl } = desk.installation;
  const postern = await startPosternProcess({
    environment: { ...nodeEnvironment(databaseUrl, redisUrl), POSTERN_LOG_LEVEL: 'info', ...environment },
  });
  onTestFinished(() => postern.close());
  return postern;
}

async function inTransaction(postern: PosternProcess): Promise<PsqlRun> {
  const browser = await desk.openBrowser(postern);
  const psql = desk.psql(['-At'], { at: postern });
  await browser.approve(await linkOf(psql));
  psql.write("begin;\nselect 'in ' || 'transaction';\n");
  await psql.waitForStdout(/^in transaction$/m);
  return psql;
}

describe('a single node', () => {
  it('reads its certificates again at SIGHUP and breaks no transaction', async () => {
    const postern = await startNode();
    const psql = await inTransaction(postern);
    for (let round = 0; round < 3; round += 1) postern.kill('SIGHUP');
    await waitUntil(() => postern.stderr().includes('"node.reloaded"'), 'the node has reloaded');
    psql.write('commit;\n\\q\n');
    await psql.waitForStdout(/^COMMIT$/m);
    expect((await fetch(`${postern.baseUrl}/readyz`)).status).toBe(200);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGUSR2'] as const)('drains at %s', async (signal) => {
    const postern = await startNode({ POSTERN_DRAIN: '60s', POSTERN_DRAIN_REST: '1s' });
    const psql = await inTransaction(postern);
    postern.kill(signal);
    await waitUntil(() => postern.stderr().includes('"node.draining"'), 'the node drains');
    psql.write('commit;\n');
    await psql.waitForStdout(/^COMMIT$/m);
    expect(await postern.exit).toEqual(CLEAN);
  });
});

describe('a reader of the output that is gone', () => {
  it('ends no node and no transaction, and does not keep it from ending', async () => {
    const { databaseUrl, redisUrl } = desk.installation;
    const child = spawn(process.execPath, [BUILT_MAIN, 'serve'], {
      env: { PATH: process.env.PATH ?? '', ...nodeEnvironment(databaseUrl, redisUrl), POSTERN_LOG_LEVEL: 'debug' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said = { text: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.text += text;
    });
    await waitUntil(() => said.text.includes('\nready\n'), 'the node is ready', 90_000);
    child.stdout.destroy();
    child.stderr.destroy();
    const baseUrl = /^console: (\S+)$/m.exec(said.text)?.[1] ?? '';
    for (let round = 0; round < 5; round += 1) expect((await fetch(`${baseUrl}/sign-in`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('a node with embedded servers', () => {
  it('stops them when a second signal makes its drain quicker', async () => {
    await using folder = await readableFolder();
    const postern = await startPosternProcess({ cwd: folder.path, environment: { POSTERN_DRAIN: '1h' } });
    onTestFinished(() => postern.kill('SIGKILL'));
    const pid = await postmasterPid(join(folder.path, '.postern/postgres-18'));
    const { port } = new URL(postern.baseUrl);
    const waiting = desk.psql([], { at: { pgPort: postern.pgPort } });
    await linkOf(waiting);
    postern.kill('SIGTERM');
    await waitUntil(() => postern.stderr().includes('"node.draining"'), `the node on ${port} drains`);
    // Until it is taken for another signal and not for the same one.
    const exited = postern.exit;
    await waitUntil(async () => {
      postern.kill('SIGTERM');
      return await Promise.race([exited, new Promise<null>((resolve) => setTimeout(() => resolve(null), 400))]);
    }, 'the node ends');
    await waitUntil(async () => !(await isAlive(pid)), 'Postgres is gone');
  });

  it('drains and stops them when its terminal is lost', async () => {
    await using folder = await readableFolder();
    const terminal = spawn('python3', ['-c', IN_A_TERMINAL, process.execPath, BUILT_MAIN, 'serve'], {
      cwd: folder.path,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '/',
        POSTERN_PG_PORT: '0',
        POSTERN_HTTP_PORT: '0',
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void terminal.kill('SIGKILL'));
    const said = { text: '' };
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.text += text;
    });
    await waitUntil(() => /^ready\r?$/m.test(said.text), 'the node is ready', 90_000);
    const pid = Number(/^pid (\d+)$/m.exec(said.text)?.[1]);
    const postmaster = await postmasterPid(join(folder.path, '.postern/postgres-18'));
    terminal.stdin.end();
    // Not its code: Node aborts at its very end, where it cannot reset a terminal that is gone.
    await once(terminal, 'exit');
    await waitUntil(async () => !(await isAlive(postmaster)), 'Postgres is gone');
    expect(await isAlive(pid)).toBe(false);
  });
});

/** As root, Postgres runs under another account, which must be able to enter the folder. */
async function readableFolder() {
  const folder = await temporaryFolder();
  await chmod(folder.path, 0o711);
  return folder;
}

/** Runs a program in a terminal that closes when standard input does; its exit code is ours. */
const IN_A_TERMINAL = `
import os, pty, select, sys
pid, master = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
print('pid', pid, flush=True)
while True:
    ready, _, _ = select.select([master, 0], [], [])
    if master in ready:
        os.write(1, os.read(master, 65536))
    if 0 in ready and os.read(0, 1) == b'':
        break
os.close(master)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
`;
