// What a connection costs one node: memory per login that waits over TLS, memory per live idle connection, and how a good
// login fares in the middle. `npm run bench:connections [-- --waiting 10000 --live 5000]`; needs `ulimit -n` above both.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openIdleCrowd, openWaitingCrowd } from '../test/load/crowd.ts';
import { startPsql } from '../test/support/psql.ts';
import { waitUntil } from '../test/support/wait-until.ts';
import { WebClient } from '../test/support/web-client.ts';
import { type CrowdedNode, startCrowdedNode } from './crowded-node.ts';

const { values } = parseArgs({
  options: { waiting: { type: 'string', default: '10000' }, live: { type: 'string', default: '5000' } },
});
const sizes = { waiting: Number(values.waiting), live: Number(values.live) };
const SETTLE_MS = 120_000;

const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
await chmod(folder, 0o755);
try {
  await using node = await startCrowdedNode({ folder, ...sizes });
  const browser = new WebClient(node.baseUrl);
  await browser.signIn(node.person.email, node.person.password);
  // What is loaded on first use counts for no connection.
  await (await openIdleCrowd({ ...node.token, port: node.pgPort, size: 50 })).leave();
  await goodLogin(node, browser);
  await settled(node, { waiting: 0, live: 0 });
  await weighWaiting(node, browser);
  await weighLive(node, browser);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function weighWaiting(node: CrowdedNode, browser: WebClient): Promise<void> {
  const empty = await node.residentBytes();
  const began = performance.now();
  const crowd = await openWaitingCrowd({ port: node.pgPort, size: sizes.waiting });
  say(`${crowd.size} waiting logins`, `${perSecond(crowd.size, began)} opened per second`);
  await settled(node, { waiting: crowd.size, live: 0 });
  say('memory of each', kilobytes((await node.residentBytes()) - empty, crowd.size));
  for (let round = 1; round <= 3; round += 1) say(`good login ${round} among them`, await goodLogin(node, browser));
  say('still waiting', String(crowd.connectedCount()));
  await crowd.leave();
  await settled(node, { waiting: 0, live: 0 });
  say('memory kept after they left', megabytes((await node.residentBytes()) - empty));
}

async function weighLive(node: CrowdedNode, browser: WebClient): Promise<void> {
  const empty = await node.residentBytes();
  const began = performance.now();
  const crowd = await openIdleCrowd({ ...node.token, port: node.pgPort, size: sizes.live });
  say(`${crowd.size} live idle connections`, `${perSecond(crowd.size, began)} logged in per second by access token`);
  await settled(node, { waiting: 0, live: crowd.size });
  say('memory of each', kilobytes((await node.residentBytes()) - empty, crowd.size));
  for (let round = 1; round <= 3; round += 1) say(`good login ${round} among them`, await goodLogin(node, browser));
  await crowd.leave();
  await settled(node, { waiting: 0, live: 0 });
}

/** A whole login by link, told by its parts. */
async function goodLogin({ pgPort }: CrowdedNode, browser: WebClient): Promise<string> {
  const began = performance.now();
  const psql = startPsql({
    args: ['-h', '127.0.0.1', '-p', String(pgPort), '-U', 'someone', '-Atc', 'select 1'],
    env: { PGSSLMODE: 'require' },
    input: '',
  });
  const [link] = await psql.waitForStderr(/http\S+psql_session\/\S+/);
  const shown = performance.now();
  const page = await browser.approve(link);
  const approved = performance.now();
  const { code } = await psql.exit;
  if (code !== 0) throw new Error(`the login failed: ${page.status} ${psql.stderr()}`);
  const ended = performance.now();
  const parts = [
    `link after ${rounded(shown - began)} ms`,
    `page and approval ${rounded(approved - shown)} ms`,
    `first row and exit ${rounded(ended - approved)} ms later`,
  ];
  return parts.join(', ');
}

async function settled(node: CrowdedNode, wanted: { waiting: number; live: number }): Promise<void> {
  const message = `${wanted.waiting} waiting and ${wanted.live} live connections`;
  await waitUntil(
    async () => {
      const counts = await node.connectionCounts();
      return counts.waiting === wanted.waiting && counts.live === wanted.live;
    },
    message,
    SETTLE_MS,
  );
}

function say(what: string, result: string): void {
  process.stdout.write(`${what}: ${result}\n`);
}

function perSecond(count: number, began: number): string {
  return (count / ((performance.now() - began) / 1_000)).toFixed(0);
}

function kilobytes(bytes: number, count: number): string {
  return `${(bytes / 1_024 / count).toFixed(1)} KB`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_024 / 1_024).toFixed(1)} MB`;
}

function rounded(ms: number): string {
  return ms.toFixed(0);
}
