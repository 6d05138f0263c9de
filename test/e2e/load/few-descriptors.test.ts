// A node with few file descriptors: it warns at the start, ends with a reason what it cannot hold,
// connects whom a person looks at, and recovers when the crowd has left.

import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WebClient } from '../../support/browser/web-client.ts';
import { connectionArguments, type Desk, finish, linkOf, openDesk } from '../../support/nodes/desk.ts';
import { nodeEnvironment } from '../../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../../support/nodes/postern-process.ts';
import { startPsql } from '../../support/nodes/psql.ts';
import { waitUntil } from '../../support/wait-until.ts';
import { openWaitingCrowd } from './crowd.ts';

/** Enough to load the program, and for about 300 connections. */
const OPEN_FILES = 700;
const MANY = 1_000;
const LIMIT_MS = 120_000;

let desk: Desk;
let postern: PosternProcess;
let browser: WebClient;

beforeAll(async () => {
  desk = await openDesk();
  const { databaseUrl, redisUrl } = desk.installation;
  postern = await startPosternProcess({
    openFiles: OPEN_FILES,
    environment: {
      ...nodeEnvironment(databaseUrl, redisUrl),
      POSTERN_LOG_LEVEL: 'warn',
      POSTERN_WAITING_TOTAL: String(MANY),
      POSTERN_WAITING_PER_ADDRESS: String(MANY),
    },
  });
  browser = await desk.openBrowser(postern);
}, LIMIT_MS);

afterAll(async () => {
  await postern.close();
  await desk.close();
});

const psql = () => startPsql({ args: [...connectionArguments(postern), '-Atc', 'select 6 * 7'], input: '' });

it(
  'warns, ends the oldest, serves an opened login, survives a flood, recovers',
  async () => {
    expect(postern.stderr()).toMatch(/"open_files":700,.*raise it \(ulimit -n/);
    const unseen = psql();
    await linkOf(unseen);
    const early = psql();
    const link = await linkOf(early);
    await browser.get(new URL(link).pathname);
    await early.waitForStderr(/Opened in a browser/);
    const crowd = await openWaitingCrowd({ port: postern.pgPort, size: OPEN_FILES });
    expect((await finish(unseen)).stderr).toMatch(
      /too many unfinished logins at this gateway[\s\S]*Finish or close the waiting ones/,
    );
    expect(crowd.connectedCount()).toBeLessThan(OPEN_FILES);
    await browser.approve(link);
    expect(await finish(early)).toMatchObject({ code: 0, stdout: '42\n' });

    const flood = Array.from({ length: 2 * OPEN_FILES }, (_, index) =>
      index % 2 === 0 ? openSocket(postern.pgPort) : openSocket(Number(new URL(postern.baseUrl).port)),
    );
    await waitUntil(
      () => flood.filter((socket) => socket.closed).length > OPEN_FILES,
      'most of the flood is shed',
      LIMIT_MS,
    );
    for (const socket of flood) socket.destroy();
    await crowd.leave();
    await waitUntil(async () => (await finishedWithin()) === '42\n', 'a good login gets through again', LIMIT_MS);
  },
  LIMIT_MS,
);

/** Output of a login by link, or its failure. */
async function finishedWithin(): Promise<string> {
  const run = psql();
  const outcome = await Promise.race([linkOf(run), run.exit.then(() => null)]);
  if (outcome === null) return run.stderr();
  await browser.approve(outcome);
  return (await finish(run)).stdout;
}

function openSocket(port: number): Socket {
  return connect({ port, host: '127.0.0.1' })
    .on('error', () => {})
    .resume();
}
