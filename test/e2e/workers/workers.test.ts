// Several workers as one service: psql and the browser reach any of them, signals reach all.

import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WebClient } from '../../support/browser/web-client.ts';
import { type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { nodeEnvironment } from '../../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../../support/nodes/postern-process.ts';
import type { PsqlRun } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';

const WORKERS = 2;
const START_LIMIT_MS = 90_000;

// Each worker loads the whole program, which takes seconds.
vi.setConfig({ testTimeout: 3 * START_LIMIT_MS, hookTimeout: 3 * START_LIMIT_MS });

let desk: Desk;
/** Of the tests that leave it with as many workers as it should have. */
let serving: Service;
const started: PosternProcess[] = [];

beforeAll(async () => {
  desk = await openDesk();
  serving = await startWorkers();
});

afterAll(async () => {
  await Promise.all(started.map((postern) => postern.close()));
  await desk.close();
});

interface Service {
  readonly postern: PosternProcess;
  readonly browser: WebClient;
}

async function startWorkers(): Promise<Service> {
  const { databaseUrl, redisUrl } = desk.installation;
  const postern = await startPosternProcess({
    environment: {
      ...nodeEnvironment(databaseUrl, redisUrl),
      POSTERN_WORKERS: String(WORKERS),
      POSTERN_DRAIN: '60s',
      POSTERN_DRAIN_REST: '1s',
      POSTERN_LOG_LEVEL: 'error',
    },
    limitMs: START_LIMIT_MS,
  });
  started.push(postern);
  return { postern, browser: await desk.openBrowser(postern) };
}

async function loggedIn(postern: PosternProcess, browser: WebClient): Promise<PsqlRun> {
  const psql = desk.psql(['-At'], { at: postern });
  await browser.approve(await linkOf(psql));
  psql.write('select 6 * 7;\n');
  await psql.waitForStdout(/^42$/m);
  return psql;
}

/** The browser may reach any worker. */
async function expectLogin(postern: PosternProcess, browser: WebClient): Promise<void> {
  const psql = desk.psql(['-Atc', 'select 6 * 9'], { at: postern });
  await browser.approve(await linkOf(psql));
  expect(await finish(psql)).toMatchObject({ code: 0, stdout: '54\n' });
}

/** Process ids of the workers, oldest first. */
function workersOf({ pid }: PosternProcess): number[] {
  const args = ['-o', 'pid=,args=', '--ppid', String(pid), '--sort', 'start_time'];
  const { stdout } = spawnSync('ps', args, { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => (line.includes('main.js') ? [Number.parseInt(line, 10)] : []));
}

describe('two workers', () => {
  it('let psql in by link, whichever workers serve socket and page', async () => {
    const { postern, browser } = serving;
    expect(workersOf(postern)).toHaveLength(WORKERS);
    for (let round = 0; round < 2 * WORKERS; round += 1) await expectLogin(postern, browser);
  });
});

describe('SIGHUP', () => {
  it('replaces every worker while serving, and lets a transaction finish', async () => {
    const { postern, browser } = serving;
    const before = workersOf(postern);
    const busy = await loggedIn(postern, browser);
    busy.write("begin; select 'in transaction';\n");
    await busy.waitForStdout(/^in transaction$/m);
    postern.kill('SIGHUP');
    await waitUntil(
      () => workersOf(postern).filter((pid) => !before.includes(pid)).length === WORKERS,
      'new workers',
      START_LIMIT_MS,
    );
    await expectLogin(postern, browser);
    busy.write("select 'still ' || 'here';\n");
    await busy.waitForStdout(/^still here$/m);
    busy.write('commit;\n\\q\n');
    expect(await finish(busy)).toMatchObject({ code: 0 });
    await waitUntil(() => workersOf(postern).length === WORKERS, 'the old workers end', START_LIMIT_MS);
    expect(workersOf(postern).filter((pid) => before.includes(pid))).toEqual([]);
  });

  it('twice in a row leaves as many workers as before', async () => {
    const { postern, browser } = serving;
    const before = workersOf(postern);
    postern.kill('SIGHUP');
    await waitUntil(() => workersOf(postern).length > WORKERS, 'a new worker', START_LIMIT_MS);
    postern.kill('SIGHUP');
    // Each restart replaces two: six processes in all, two of which remain.
    const seen = new Set(before);
    await waitUntil(
      () => {
        const now = workersOf(postern);
        for (const pid of now) seen.add(pid);
        return seen.size === 3 * WORKERS && now.length === WORKERS;
      },
      'both restarts end',
      START_LIMIT_MS,
    );
    await expectLogin(postern, browser);
  });
});

describe('eight SIGHUPs', () => {
  it('run at most the wanted workers and those that they replace', async () => {
    const { postern, browser } = serving;
    const before = workersOf(postern);
    const busy = await loggedIn(postern, browser);
    busy.write("begin; select 'in transaction';\n");
    await busy.waitForStdout(/^in transaction$/m);
    for (let round = 0; round < 8; round += 1) postern.kill('SIGHUP');
    const seen = new Set(before);
    const mostAtOnce = { count: 0 };
    const look = () => {
      const now = workersOf(postern);
      mostAtOnce.count = Math.max(mostAtOnce.count, now.length);
      for (const pid of now) seen.add(pid);
      return now;
    };
    await waitUntil(() => look().filter((pid) => !before.includes(pid)).length === WORKERS, 'new ones', START_LIMIT_MS);
    // A second round waits until the transaction of the first has come to its end.
    expect(seen.size).toBe(2 * WORKERS);
    busy.write('commit;\n\\q\n');
    await finish(busy);
    await waitUntil(() => look().length === WORKERS && seen.size >= 2 * WORKERS, 'the old ones end', START_LIMIT_MS);
    await expectLogin(postern, browser);
    expect(mostAtOnce.count).toBeLessThanOrEqual(2 * WORKERS);
    expect(seen.size).toBeLessThanOrEqual(3 * WORKERS);
  });
});

describe('two workers of which one hangs and dies', () => {
  it('replace it, and the other takes every connect meanwhile', async () => {
    const { postern } = await startWorkers();
    const [victim = 0, survivor = 0] = workersOf(postern);
    // A stopped worker looks like a killed one whose end was not noticed yet.
    process.kill(victim, 'SIGSTOP');
    for (let round = 0; round < 2 * WORKERS; round += 1) await expectLogin(postern, desk.browser);
    process.kill(victim, 'SIGKILL');
    for (let round = 0; round < 2 * WORKERS; round += 1) await expectLogin(postern, desk.browser);
    await waitUntil(() => postern.stderr().includes('a worker died and is started again'), 'the loss is noticed');
    await waitUntil(() => workersOf(postern).length === WORKERS, 'a new worker', START_LIMIT_MS);
    expect(workersOf(postern)).toContain(survivor);
    expect(workersOf(postern)).not.toContain(victim);
  });
});

describe('the end of all workers', () => {
  it.each([
    ['SIGTERM to the primary', (postern: PosternProcess) => postern.kill('SIGTERM')],
    ['Ctrl-C, which the terminal sends to each process', signalEach],
  ] as const)('%s drains: a transaction comes to its end, and the exit is clean', async (_name, signal) => {
    const { postern, browser } = await startWorkers();
    const busy = await loggedIn(postern, browser);
    busy.write("begin; select 'in transaction';\n");
    await busy.waitForStdout(/^in transaction$/m);
    signal(postern);
    await waitUntil(() => workersOf(postern).length === 1, 'the idle worker ends', START_LIMIT_MS);
    busy.write("select 'still ' || 'here';\n");
    await busy.waitForStdout(/^still here$/m);
    busy.write('commit;\n');
    await busy.waitForStdout(/^COMMIT$/m);
    expect(await postern.exit).toEqual({ code: 0, signal: null });
  });

  it('kill -9 of the primary ends the workers', async () => {
    const { postern } = await startWorkers();
    const workers = workersOf(postern);
    postern.kill('SIGKILL');
    await waitUntil(() => !workers.some(isAlive), 'the workers end', START_LIMIT_MS);
  });
});

function signalEach(postern: PosternProcess): void {
  for (const pid of [...workersOf(postern), postern.pid]) process.kill(pid, 'SIGINT');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
