// What one open page of live connections costs the node that serves it, with 20,000 connections on
// three nodes: CPU time, the longest time its event loop was held, and what Redis and the browser
// are sent. `npm run bench:operations [-- --seconds 8 --connections 20000]`; POSTERN_TREE names
// another source tree to measure first, by the same harness. Connections are made up and have no
// sockets; registry, feed, HTTP and Redis are real.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import type { NodeAnswer, NodeCommand } from './operations-node.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    connections: { type: 'string', default: '20000' },
  },
});
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const NODES = 3;
/** After which what is done once, such as reading everything for the first time, is over. */
const SETTLE_SECONDS = 4;

const THIS_TREE = fileURLToPath(new URL('..', import.meta.url));
const OTHER_TREE = process.env.POSTERN_TREE ?? '';
const TREES = [
  ...(OTHER_TREE === '' ? [] : [{ tree: 'before', path: resolve(OTHER_TREE) }]),
  { tree: 'this one', path: THIS_TREE },
];

/** How many of the connections move bytes all the time; in all cases 30 a second are replaced. */
const FLEETS = [
  { name: 'idle', busyShare: 0 },
  { name: '10 % busy', busyShare: 0.1 },
  { name: 'all busy', busyShare: 1 },
] as const;

interface Cost {
  readonly cpuMs: number;
  readonly longestDelayMs: number;
  readonly redisCommands: number;
  readonly redisKiB: number;
  readonly browserKiB: number;
}

const lines = [
  '| fleet | tree | page | CPU of the node, ms/s | longest hold, ms | Redis commands/s | from Redis, KiB/s | to the browser, KiB/s |',
  '|---|---|---|---|---|---|---|---|',
];
for (const { name, busyShare } of FLEETS) {
  for (const { tree, path } of TREES) {
    const { closed, open } = await measure(path, busyShare);
    lines.push(row([name, tree, 'closed'], closed), row([name, tree, 'open'], open));
    console.error(lines.slice(-2).join('\n'));
  }
}
console.log(lines.join('\n'));

async function measure(tree: string, busyShare: number): Promise<{ closed: Cost; open: Cost }> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
  const port = await freePort();
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]);
  const redis = new Redis({ port, host: '127.0.0.1' });
  const nodes = Array.from({ length: NODES }, () =>
    fork(new URL('operations-node.ts', import.meta.url), [tree, `redis://127.0.0.1:${port}`], {
      execArgv: ['--import', 'tsx'],
    }),
  );
  try {
    const [first] = await Promise.all(nodes.map((node) => answerOf(node, 'started')));
    const count = Math.floor(connections / NODES);
    const busy = Math.floor(count * busyShare);
    await Promise.all(nodes.map((node) => ask(node, { kind: 'fill', count, busy, replacedPerSecond: 10 }, 'filled')));
    const [serving] = nodes;
    if (serving === undefined || first === undefined) throw new Error('no node was started');
    const closed = await costWhile(serving, redis, { bytes: 0 });
    const page = openPage(first.port);
    const open = await costWhile(serving, redis, page.received);
    page.close();
    return { closed, open };
  } finally {
    for (const node of nodes) node.kill();
    redis.disconnect();
    server.kill();
    await once(server, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

async function costWhile(serving: ChildProcess, redis: Redis, received: { readonly bytes: number }): Promise<Cost> {
  await pause(SETTLE_SECONDS * 1_000);
  const before = { redis: await redisTotals(redis), bytes: received.bytes };
  await ask(serving, { kind: 'begin' }, 'begun');
  await pause(seconds * 1_000);
  const { cpuMs, longestDelayMs } = await ask(serving, { kind: 'end' }, 'ended');
  const after = await redisTotals(redis);
  return {
    cpuMs: cpuMs / seconds,
    longestDelayMs,
    redisCommands: (after.commands - before.redis.commands) / seconds,
    redisKiB: (after.sentBytes - before.redis.sentBytes) / 1_024 / seconds,
    browserKiB: (received.bytes - before.bytes) / 1_024 / seconds,
  };
}

/** A browser that reads the stream and does nothing with it. */
function openPage(port: number): { readonly received: { bytes: number }; close(): void } {
  const received = { bytes: 0 };
  const request = get({ port, host: '127.0.0.1' }, (response) => {
    response.on('data', (chunk: Buffer) => {
      received.bytes += chunk.length;
    });
  });
  request.on('error', () => {});
  return { received, close: () => request.destroy() };
}

async function redisTotals(redis: Redis): Promise<{ commands: number; sentBytes: number }> {
  const stats = await redis.info('stats');
  const number = (name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(stats)?.[1]);
  return { commands: number('total_commands_processed'), sentBytes: number('total_net_output_bytes') };
}

function ask<K extends NodeAnswer['kind']>(node: ChildProcess, command: NodeCommand, kind: K) {
  node.send(command);
  return answerOf(node, kind);
}

async function answerOf<K extends NodeAnswer['kind']>(
  node: ChildProcess,
  kind: K,
): Promise<Extract<NodeAnswer, { kind: K }>> {
  const isWanted = (answer: NodeAnswer): answer is Extract<NodeAnswer, { kind: K }> => answer.kind === kind;
  for (;;) {
    const [answer]: NodeAnswer[] = await once(node, 'message');
    if (answer !== undefined && isWanted(answer)) return answer;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

function row(names: readonly string[], cost: Cost): string {
  const numbers = [cost.cpuMs, cost.longestDelayMs, cost.redisCommands, cost.redisKiB, cost.browserKiB];
  return `| ${[...names, ...numbers.map((value) => value.toFixed(value < 10 ? 1 : 0))].join(' | ')} |`;
}
