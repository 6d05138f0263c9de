// Copies a gigabyte each way through one connection while the memory of the node's process is
// watched.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebClient } from '../support/browser/web-client.ts';
import { connectionArguments, type Desk, finish, linkOf, openDesk } from '../support/nodes/desk.ts';
import { nodeEnvironment } from '../support/nodes/postern-for-tests.ts';
import { type PosternProcess, startPosternProcess } from '../support/nodes/postern-process.ts';
import { startPsql } from '../support/nodes/psql.ts';

const MIB = 2 ** 20;
// 1,048,576 lines of 1,023 letters and a newline: 1 GiB.
const LINES = MIB;
const LETTERS = 1_023;
/** A few times what the relay may buffer, plus garbage that is not yet collected. */
const MOST_GROWTH_BYTES = 96 * MIB;
const WATCH_EVERY_MS = 100;

let desk: Desk;
let postern: PosternProcess;
let browser: WebClient;

beforeAll(async () => {
  desk = await openDesk();
  const { databaseUrl, redisUrl } = desk.installation;
  postern = await startPosternProcess({ environment: nodeEnvironment(databaseUrl, redisUrl) });
  browser = await desk.openBrowser(postern);
  // The first connection of a process loads code lazily.
  await copy('select 1');
});

afterAll(async () => {
  await postern.close();
  await desk.close();
});

/** Runs an approved psql through sh, which counts the output instead of keeping it. */
async function copy(sql: string, pipes: { readonly before?: string; readonly behind?: string } = {}) {
  const { before = 'true', behind = 'wc -c' } = pipes;
  const args = [...connectionArguments(postern), '-qAt', '-c', sql];
  const run = startPsql({ program: 'sh', args: ['-ec', `${before} | psql "$@" | ${behind}`, 'sh', ...args] });
  await browser.approve(await linkOf(run));
  return await finish(run);
}

/** The most by which the memory of the process rose during the work. */
async function growthDuring(work: () => Promise<unknown>): Promise<number> {
  const before = await postern.residentBytes();
  let most = before;
  const watch = setInterval(() => {
    void postern.residentBytes().then((bytes) => {
      most = Math.max(most, bytes);
    });
  }, WATCH_EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return most - before;
}

describe('COPY of a gigabyte', () => {
  it('out of the database is complete, with flat memory', async () => {
    const growth = await growthDuring(async () => {
      const sql = `copy (select repeat('x', ${LETTERS}) from generate_series(1, ${LINES})) to stdout`;
      expect((await copy(sql)).stdout).toBe(`${LINES * (LETTERS + 1)}\n`);
    });
    expect(growth).toBeLessThan(MOST_GROWTH_BYTES);
  });

  it('into the database is complete, with flat memory', async () => {
    // The server parses each line and keeps none, since the disk is not the subject.
    const sql = `create temp table lines (line text); copy lines from stdin where length(line) <> ${LETTERS}`;
    const before = `yes "$(head -c ${LETTERS} /dev/zero | tr '\\0' x)" | head -n ${LINES}`;
    const growth = await growthDuring(async () => {
      expect(await copy(sql, { before })).toMatchObject({ code: 0 });
    });
    expect(growth).toBeLessThan(MOST_GROWTH_BYTES);
  });
});
