// SIGTERM while a person is asked, while a connection is idle, and while a transaction is open.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebClient } from '../support/browser/web-client.ts';
import { type Desk, finish, linkOf, openDesk } from '../support/nodes/desk.ts';
import { nodeEnvironment } from '../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../support/nodes/postern-process.ts';
import type { PsqlRun } from '../support/nodes/psql.ts';
import { waitUntil } from '../support/wait-until.ts';

const CLEAN = { code: 0, signal: null };
const DRAIN_MESSAGE = /FATAL: {2}terminating connection due to administrator command\n/;

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});

afterAll(() => desk.close());

/** A node in a process of its own, and a browser at its pages. */
async function startPostern(drain: string): Promise<{ postern: PosternProcess; browser: WebClient }> {
  const { databaseUrl, redisUrl } = desk.installation;
  const environment = { ...nodeEnvironment(databaseUrl, redisUrl), POSTERN_DRAIN: drain, POSTERN_DRAIN_REST: '2s' };
  const postern = await startPosternProcess({ environment });
  return { postern, browser: await desk.openBrowser(postern) };
}

async function readiness({ baseUrl }: PosternProcess): Promise<number> {
  return (await fetch(`${baseUrl}/readyz`)).status;
}

/** psql that has run one query and waits for the next. */
async function connected(postern: PosternProcess, browser: WebClient, first: string): Promise<PsqlRun> {
  const psql = desk.psql(['-At'], { at: postern });
  await browser.approve(await linkOf(psql));
  psql.write(`${first};\nselect 'first ' || 'answer';\n`);
  await psql.waitForStdout(/^first answer$/m);
  return psql;
}

async function beginDraining(postern: PosternProcess): Promise<void> {
  expect(await readiness(postern)).toBe(200);
  postern.kill('SIGTERM');
  await waitUntil(async () => (await readiness(postern)) === 503, 'the node says that it is not ready');
}

describe('SIGTERM with a minute to drain', () => {
  let postern: PosternProcess;
  let browser: WebClient;
  let waiting: PsqlRun;
  let idle: PsqlRun;
  let inTransaction: PsqlRun;
  let watching: PsqlRun;

  beforeAll(async () => {
    ({ postern, browser } = await startPostern('60s'));
    waiting = desk.psql(['-Atc', 'select 6 * 7'], { at: postern });
    await linkOf(waiting);
    idle = await connected(postern, browser, 'select 1');
    inTransaction = await connected(postern, browser, 'begin');
    watching = await watchingTheClock();
    await beginDraining(postern);
  });

  afterAll(() => postern.close());

  /** Queries again and again with pauses shorter than the rest, for longer than one rest. */
  async function watchingTheClock(): Promise<PsqlRun> {
    const psql = desk.psql(['-At'], { at: postern, version: '17' });
    await browser.approve(await linkOf(psql));
    psql.write("select 'tick' \\watch i=0.25 c=20\n\\q\n");
    await psql.waitForStdout(/^tick$/m);
    return psql;
  }

  it('sends waiting logins a NOTICE, and an approval in time still connects', async () => {
    await waiting.waitForStderr(/NOTICE: {2}.*restarting; .* must be approved within 1 minute\./);
    await browser.approve(await linkOf(waiting));
    expect(await finish(waiting)).toMatchObject({ code: 0, stdout: '42\n' });
  });

  it('refuses new connections', async () => {
    const late = desk.psql(['-c', 'select 1'], { at: postern });
    expect(await finish(late)).toMatchObject({ code: 2, stderr: expect.stringContaining('Connection refused') });
  });

  it('leaves a program alone between its statements', async () => {
    const { code, stdout } = await finish(watching);
    expect({ code, ticks: stdout.match(/^tick$/gm)?.length }).toEqual({ code: 0, ticks: 20 });
  });

  it('ends an idle connection with 57P01', async () => {
    await expectDrainMessage(idle);
  });

  it('lets a transaction finish, and exits cleanly when nobody is left', async () => {
    inTransaction.write("select 'still ' || 'here';\n");
    await inTransaction.waitForStdout(/^still here$/m);
    inTransaction.write('commit;\n');
    await inTransaction.waitForStdout(/^COMMIT$/m);
    expect(await postern.exit).toEqual(CLEAN);
    await expectDrainMessage(inTransaction);
  });
});

describe('SIGTERM with one second to drain', () => {
  let postern: PosternProcess;
  let waiting: PsqlRun;
  let inTransaction: PsqlRun;

  beforeAll(async () => {
    const started = await startPostern('1s');
    postern = started.postern;
    waiting = desk.psql(['-c', 'select 1'], { at: postern });
    await linkOf(waiting);
    inTransaction = await connected(postern, started.browser, 'begin');
    await beginDraining(postern);
  });

  afterAll(() => postern.close());

  it('ends waiting logins with 57P01 and a hint', async () => {
    await expectDrainMessage(waiting);
  });

  it('ends a transaction that takes longer, and exits cleanly', async () => {
    expect(await postern.exit).toEqual(CLEAN);
    await expectDrainMessage(inTransaction);
  });
});

/** psql notices with its next command. */
async function expectDrainMessage(psql: PsqlRun): Promise<void> {
  psql.write('select 1;\n');
  expect((await finish(psql)).code).toBe(2);
  expect(psql.stderr()).toMatch(DRAIN_MESSAGE);
  expect(psql.stderr()).toMatch(/HINT: {2}.*is restarting, connect again\.\n/);
}
