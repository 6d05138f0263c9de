// How long the gateway takes from an approval to ReadyForQuery, step by step, by its own log: the
// steps of a login by link, without the wait for the person, and without psql's and the browser's
// own time. `npm run bench:approvals [-- --logins 60]`.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { WebClient } from '../../test/support/browser/web-client.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { DATABASE } from '../bench-path.ts';
import { logInByLink } from '../good-login.ts';
import { PERSON, startMeasuredStack } from '../relay/measured-nodes.ts';
import { median } from '../report/report.ts';

const { values } = parseArgs({
  options: { logins: { type: 'string', default: '60' }, 'warm-up': { type: 'string', default: '20' } },
});
const logins = Number(values.logins);
const warmUp = Number(values['warm-up']);
/** After the approval. */
const STEPS = ['authorise', 'wake', 'connect_upstream'] as const;

const Line = z.object({ event: z.literal('connection.ended'), phase_ms: z.record(z.string(), z.number()) });

const folder = await mkdtemp(join(tmpdir(), 'postern-bench-'));
await chmod(folder, 0o755);
try {
  await using stack = await startMeasuredStack(folder);
  const [tree] = stack.trees;
  if (tree === undefined) throw new Error('there is no tree to measure');
  await using node = await stack.startNode(tree, { POSTERN_LOG_LEVEL: 'info' });
  // A real Postgres, and not the scripted one that relays are measured with.
  stack.upstream.passOn();
  const browser = new WebClient(node.process.baseUrl);
  await browser.signIn(PERSON.email, PERSON.password);
  const before = endings(node.process.stderr()).length;
  const ready: number[] = [];
  for (let login = 0; login < warmUp + logins; login += 1) {
    const environment = { PGUSER: `person-${login}`, PGDATABASE: DATABASE };
    ready.push((await logInByLink(browser, { port: node.process.pgPort, environment })).ready);
  }
  const isLogged = () => endings(node.process.stderr()).length >= before + warmUp + logins;
  await waitUntil(isLogged, 'the node has logged every ending');
  const measured = endings(node.process.stderr()).slice(-logins);
  for (const step of STEPS)
    print(
      step,
      measured.map((phases) => phases[step] ?? 0),
    );
  const sumOf = (phases: Readonly<Record<string, number>>) => STEPS.reduce((sum, step) => sum + (phases[step] ?? 0), 0);
  print('in the gateway', measured.map(sumOf));
  print("from the click to psql's end, with a row", ready.slice(-logins));
} finally {
  await rm(folder, { recursive: true, force: true });
}

function endings(log: string): Array<Record<string, number>> {
  return log.split('\n').flatMap((text) => {
    if (!text.includes('"connection.ended"')) return [];
    const line = Line.safeParse(JSON.parse(text));
    return line.success ? [line.data.phase_ms] : [];
  });
}

function print(name: string, milliseconds: readonly number[]): void {
  const slowest = Math.round(Math.max(...milliseconds));
  process.stdout.write(`${name}: ${Math.round(median(milliseconds))} ms in the median, ${slowest} ms at most\n`);
}
