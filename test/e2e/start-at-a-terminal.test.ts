// A first start as a person sees it at a terminal, up to Ctrl-C.

import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebClient } from '../support/browser/web-client.ts';
import { finish, linkOf } from '../support/nodes/desk.ts';
import { PASSWORD } from '../support/nodes/postern-for-tests.ts';
import { BUILT_MAIN } from '../support/nodes/postern-process.ts';
import { startPsql } from '../support/nodes/psql.ts';
import { bareEnvironment, type StartedAtTerminal, startAtTerminal } from '../support/nodes/start-at-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const CTRL_C = '\u0003';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let terminal: StartedAtTerminal;

beforeAll(async () => {
  folder = await temporaryFolder();
  // As root, Postgres runs under another account, which must be able to enter this folder.
  await chmod(folder.path, 0o711);
  terminal = await startAtTerminal(folder.path);
});

afterAll(async () => {
  await terminal.close();
  await folder[Symbol.asyncDispose]();
});

async function setUpLink(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [BUILT_MAIN, 'setup-link', '--json'], {
    cwd: folder.path,
    env: bareEnvironment(),
  });
  return JSON.parse(stdout)['set-up'];
}

describe('a first start at a terminal', () => {
  it('ends with two steps, below lines that scripts read', () => {
    const text = terminal.text();
    expect(text).toMatch(/^psql: psql -h localhost -p \d+\nconsole: http:\S+\nset-up: http:\S+\nready\n\n╭/m);
    expect(text).toContain(`│ 1  Open this link to create your account:`);
    expect(text).toContain(terminal.printed('set-up'));
  });

  it('shows nothing that a newcomer cannot act on: no warning, no JSON, no requests', async () => {
    const web = new WebClient(terminal.printed('console'));
    await web.get('/sign-in');
    await web.get('/nowhere');
    expect(terminal.text()).not.toMatch(/warning|\{"|request answered/i);
  });

  it('leads from the sign-in page to the set-up link, which a command prints again', async () => {
    const web = new WebClient(terminal.printed('console'));
    const page = (await web.get('/sign-in')).html;
    expect(page).toContain('Postern is not set up yet');
    expect(page).toContain('setup-link');
    expect(page).not.toContain('name="password"');
    const link = await setUpLink();
    expect(new URL(link).origin).toBe(new URL(terminal.printed('console')).origin);
    const { pathname } = new URL(link);
    const form = await web.get(pathname);
    await web.submit(form, { email: 'first@example.com', password: PASSWORD }, pathname);
    await expect(setUpLink()).rejects.toThrow('this installation has its first operator already');
    expect((await new WebClient(terminal.printed('console')).get('/sign-in')).html).toContain('name="password"');
  });

  it('says at Ctrl-C whom it waits for, and ends at the next one', async () => {
    const web = new WebClient(terminal.printed('console'));
    const form = await web.get('/sign-in');
    await web.submit(form, { email: 'first@example.com', password: PASSWORD }, '/sign-in');
    const args = [...terminal.printed('psql').split(' ').slice(1), '-U', 'alexlopez', '-At'];
    const psql = startPsql({ args, env: { PGSSLMODE: 'require' } });
    await web.approve(await linkOf(psql));
    psql.write("begin;\nselect 'in ' || 'transaction';\n");
    await psql.waitForStdout(/^in transaction$/m);
    terminal.type(CTRL_C);
    const said =
      /Waiting for 1 connection \(first@example\.com\), at most 5 minutes\. Press Ctrl-C again to stop now\./;
    await waitUntil(() => said.test(terminal.text()), 'the stop is explained');
    // Two within a moment count as one, as when npm passes it on as well.
    const ending = setInterval(() => terminal.type(CTRL_C), 500);
    await terminal.exit;
    clearInterval(ending);
    psql.write('commit;\n\\q\n');
    expect((await finish(psql)).code).not.toBe(0);
  });
});
