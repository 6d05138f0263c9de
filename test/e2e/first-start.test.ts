// An unconfigured machine: the first start, the set-up link, a login, and crashes of the embedded
// Postgres.

import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebClient } from '../support/browser/web-client.ts';
import { postmasterPid } from '../support/databases/postmaster.ts';
import { finish, linkOf, signedInBrowser } from '../support/nodes/desk.ts';
import { PASSWORD } from '../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../support/nodes/postern-process.ts';
import { type PsqlRun, startPsql } from '../support/nodes/psql.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const EMAIL = 'first@example.com';
const CLUSTER = '.postern/postgres-18';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let postern: PosternProcess;
let browser: WebClient;

beforeAll(async () => {
  folder = await temporaryFolder();
  // As root, Postgres runs under another account, which must be able to enter this folder.
  await chmod(folder.path, 0o711);
  postern = await startPosternProcess({ cwd: folder.path });
  browser = new WebClient(postern.baseUrl);
});

afterAll(async () => {
  await postern.close();
  await folder[Symbol.asyncDispose]();
});

/** The psql line that was printed, with more arguments. */
function printedPsql(...more: string[]): PsqlRun {
  const [, line = ''] = /^psql: psql (.*)$/m.exec(postern.stdout()) ?? [];
  return startPsql({ args: [...line.split(' '), '-U', 'alexlopez', '-At', ...more], env: { PGSSLMODE: 'require' } });
}

async function answerOf(psql: PsqlRun) {
  await browser.approve(await linkOf(psql));
  return await finish(psql);
}

/** The postmaster that replaced that one; null while there is none. */
async function runningPostmaster(cluster: string, before: number): Promise<number | null> {
  const pid = await postmasterPid(cluster).catch(() => before);
  return pid === before ? null : pid;
}

describe('the first start', () => {
  it('prints what to type, where to click, and a set-up link', () => {
    expect(postern.stdout().split('\n')).toEqual([
      expect.stringMatching(/^psql: psql -h localhost -p \d+$/),
      expect.stringMatching(/^console: http:\/\/localhost:\d+$/),
      expect.stringMatching(/^set-up: http:\/\/localhost:\d+\/setup\/\S+$/),
      'ready',
      '',
    ]);
  });

  it('leads the first operator to a database by the printed psql line', async () => {
    const setUp = new URL(postern.setUpUrl ?? '').pathname;
    const form = await browser.get(setUp);
    const done = await browser.submit(form, { email: EMAIL, password: PASSWORD }, setUp);
    expect(done.status).toBe(200);
    expect(await answerOf(printedPsql('-c', 'select 6 * 7'))).toMatchObject({ code: 0, stdout: '42\n' });
    expect((await browser.get(setUp)).status).toBe(404);
  });
});

describe('an embedded Postgres that is killed while it serves', () => {
  it('ends its connections with a message, restarts, and accepts logins again', async () => {
    const psql = printedPsql();
    await browser.approve(await linkOf(psql));
    psql.write('create table kept as select 42 as answer;\ntable kept;\n');
    await psql.waitForStdout(/^42$/m);
    const cluster = join(folder.path, CLUSTER);
    const killed = await postmasterPid(cluster);
    process.kill(killed, 'SIGKILL');
    await waitUntil(async () => (await runningPostmaster(cluster, killed)) !== null, 'another Postgres runs');
    psql.write('select 1;\n');
    expect((await finish(psql)).code).toBe(2);
    expect(psql.stderr()).toMatch(/FATAL: {2}|server closed the connection unexpectedly/);
    await waitUntil(async () => (await browser.get('/')).status === 200, 'the catalogue is back');
    expect(await answerOf(printedPsql('-c', 'table kept'))).toMatchObject({ code: 0, stdout: '42\n' });
  });
});

describe('a start that fails', () => {
  // The embedded Postgres used to be left running.
  it('names the variable whose port is taken, and leaves no Postgres behind', async () => {
    await using other = await temporaryFolder();
    await chmod(other.path, 0o711);
    const environment = { POSTERN_PG_PORT: String(postern.pgPort) };
    await expect(startPosternProcess({ cwd: other.path, environment })).rejects.toThrow(
      /^(Postern ended: )?configuration is not usable:\n {2}POSTERN_PG_PORT: listen EADDRINUSE: \S/m,
    );
    await expect(postmasterPid(join(other.path, CLUSTER))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the next start', () => {
  it('keeps people, projects and data, and shows no set-up link', async () => {
    await postern.close();
    postern = await startPosternProcess({ cwd: folder.path });
    expect(postern.setUpUrl).toBeNull();
    browser = await signedInBrowser(postern.baseUrl, EMAIL);
    expect(await answerOf(printedPsql('-c', 'table kept'))).toMatchObject({ code: 0, stdout: '42\n' });
  });
});
