// Measures what connections cost one node: memory of each login that waits over TLS and of each
// idle live connection, and the time of a login while the crowds arrive, are there, and have left.
// More than one round shows whether memory grows. `npm run bench:connections [-- --waiting 10000
// --live 5000 --rounds 1 --workers 1 --redis debian]`. The default sizes need `ulimit -n` 20300;
// with less, fewer logins wait beside the live connections.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openFilesLimit } from '../src/config/open-files-limit.ts';
import { openFilesFor } from '../src/gateway/socket-budget.ts';
import { WebClient } from '../test/support/browser/web-client.ts';
import { waitUntil } from '../test/support/wait-until.ts';
import type { CrowdAnswer, CrowdCommand } from './crowd-process.ts';
import { type CrowdedNode, startCrowdedNode } from './crowded-node.ts';
import { describeLogins, type LoginTimes, logInByLink } from './good-login.ts';

const { values } = parseArgs({
  options: {
    waiting: { type: 'string', default: '10000' },
    live: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    redis: { type: 'string', default: 'debian' },
  },
});
const sizes = { waiting: Number(values.waiting), live: Number(values.live), workers: Number(values.workers) };
const SETTLE_MS = 180_000;
/** Logins opened before anything is measured, so that lazy loading is not counted. */
const WARM_UP = 50;
const LOGINS_AMONG = 10;
/** Connections reserved for the logins measured among the crowds. */
const BESIDE = 25;

const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
await chmod(folder, 0o755);
const crowds = fork(new URL('crowd-process.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
try {
  const redis = values.redis === 'embedded' ? 'embedded' : 'debian';
  await using node = await startCrowdedNode({ folder, ...sizes, redis });
  const browser = new WebClient(node.baseUrl);
  await browser.signIn(node.person.email, node.person.password);
  const empty = await warmUp(node, browser);
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    if (round > 1) say('round', String(round));
    await run(node, browser, empty);
  }
} finally {
  crowds.kill();
  await rm(folder, { recursive: true, force: true });
}

/** Resolves to the memory of the node before the crowds. */
async function warmUp(node: CrowdedNode, browser: WebClient): Promise<number> {
  const live = command({ kind: 'live', port: node.pgPort, size: WARM_UP, ...node.token });
  await Promise.all([live, logInByLink(browser, { port: node.pgPort })]);
  await leave(node, 'live', 0);
  return await node.weigh();
}

async function run(node: CrowdedNode, browser: WebClient, empty: number): Promise<void> {
  const staying = await measureWaiting(node, browser);
  await measureLive(node, browser, staying);
  await leave(node, 'live', staying);
  await leave(node, 'wait', 0);
  const isUpstreamEmpty = async () => (await node.upstreamConnections()) === 0;
  await waitUntil(isUpstreamEmpty, 'no session is left at the upstream', SETTLE_MS);
  const kept = megabytes((await node.weigh()) - empty);
  say('after all left', `0 connections, 0 upstream sessions, ${kept} more memory than before`);
}

/** Resolves to how many logins go on waiting, as many as have room beside the live connections. */
async function measureWaiting(node: CrowdedNode, browser: WebClient): Promise<number> {
  const wait = (size: number) => command({ kind: 'wait', port: node.pgPort, size });
  const before = await node.weigh();
  const staying = Math.max(1, Math.min(sizes.waiting, roomBesideLive()));
  const leaving = sizes.waiting - staying;
  const what = `${sizes.waiting} waiting logins over TLS`;
  await measureArrival(node, browser, {
    what,
    size: sizes.waiting,
    arrive: async () => {
      await wait(staying);
      if (leaving > 0) await wait(leaving);
    },
  });
  await settled(node, { waiting: sizes.waiting, live: 0 });
  say('memory of each waiting login', kilobytes((await node.weigh()) - before, sizes.waiting));
  say('logins among them', describeLogins(await severalLogins(browser, node)));
  if (leaving > 0) {
    say('limit on open files', `too small for both crowds: ${leaving} of the waiting leave before the live come`);
    await leave(node, 'last_wait', staying);
  }
  return staying;
}

async function measureLive(node: CrowdedNode, browser: WebClient, waiting: number): Promise<void> {
  const before = await node.weigh();
  await measureArrival(node, browser, {
    what: `${sizes.live} live connections by access token`,
    size: sizes.live,
    arrive: () => command({ kind: 'live', port: node.pgPort, size: sizes.live, ...node.token }),
  });
  await settled(node, { waiting, live: sizes.live });
  say('memory of each live idle connection', kilobytes((await node.weigh()) - before, sizes.live));
  say(`logins among ${waiting} waiting and ${sizes.live} live`, describeLogins(await severalLogins(browser, node)));
  const still = await command({ kind: 'count' });
  say('still connected', `${still.waiting} waiting, ${still.live} live`);
}

/**
 * How many logins may wait beside the live connections, by the limit on open files of each process.
 */
function roomBesideLive(): number {
  const limit = openFilesLimit();
  if (limit === null) return sizes.waiting;
  return (limit - openFilesFor(BESIDE + Math.ceil(sizes.live / sizes.workers))) * sizes.workers;
}

interface ArrivingCrowd {
  readonly what: string;
  readonly size: number;
  readonly arrive: () => Promise<unknown>;
}

/** Logs in by link again and again while the crowd arrives. */
async function measureArrival(node: CrowdedNode, browser: WebClient, crowd: ArrivingCrowd): Promise<void> {
  const { what, size, arrive } = crowd;
  const began = performance.now();
  const arrival = { isOver: false };
  const arriving = arrive().finally(() => {
    arrival.isOver = true;
  });
  // Awaited below, after the current login; until then a rejection must not count as unhandled.
  arriving.catch(() => {});
  const logins: LoginTimes[] = [];
  while (!arrival.isOver) logins.push(await logInByLink(browser, { port: node.pgPort }));
  await arriving;
  say(what, `${(size / ((performance.now() - began) / 1_000)).toFixed(0)} per second`);
  say('logins meanwhile', describeLogins(logins));
}

async function severalLogins(browser: WebClient, { pgPort }: CrowdedNode): Promise<LoginTimes[]> {
  const logins: LoginTimes[] = [];
  for (let round = 0; round < LOGINS_AMONG; round += 1) logins.push(await logInByLink(browser, { port: pgPort }));
  return logins;
}

async function leave(node: CrowdedNode, which: 'wait' | 'last_wait' | 'live', waiting: number): Promise<void> {
  await command({ kind: 'leave', which });
  await settled(node, { waiting, live: 0 });
}

async function settled(node: CrowdedNode, wanted: { waiting: number; live: number }): Promise<void> {
  const isSettled = async () => {
    const counts = await node.connectionCounts();
    return counts.waiting === wanted.waiting && counts.live === wanted.live;
  };
  await waitUntil(isSettled, `${wanted.waiting} waiting and ${wanted.live} live connections`, SETTLE_MS);
}

async function command(asked: CrowdCommand): Promise<CrowdAnswer> {
  return await send(crowds, asked);
}

async function send(child: ChildProcess, asked: CrowdCommand): Promise<CrowdAnswer> {
  child.send(asked);
  const [answer]: CrowdAnswer[] = await once(child, 'message');
  if (answer === undefined || answer.error !== undefined) throw new Error(`the crowd failed: ${answer?.error}`);
  return answer;
}

function say(what: string, result: string): void {
  process.stdout.write(`${what}: ${result}\n`);
}

function kilobytes(bytes: number, count: number): string {
  return `${(bytes / 1_024 / count).toFixed(1)} KB`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_024 / 1_024).toFixed(1)} MB`;
}
