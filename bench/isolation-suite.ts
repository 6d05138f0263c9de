// Runs PostgreSQL's own isolation suite directly, through Postern by an access token, and by a
// grant, and names what differs. `npm run isolation [-- <folder of the suite> [<test> …]]`; without
// a folder the source of the installed package is fetched with apt-get, into a temporary folder.

import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testerOutput, withoutNoticesOfGrants } from '../test/support/nodes/isolation-tester.ts';
import { startPsql } from '../test/support/nodes/psql.ts';
import { fetchIsolationSuite } from './fetch-isolation-suite.ts';
import { type IsolationStage, startIsolationStage } from './isolation-stage.ts';

type Environment = Readonly<Record<string, string>>;

/** Prints application_name, which is stamped under a grant. */
const SHOWS_ITS_NAME: ReadonlySet<string> = new Set(['insert-conflict-specconflict']);
const WENT_AWAY = `server closed the connection unexpectedly
\tThis probably means the server terminated abnormally
\tbefore or while processing the request.
`;
const [givenFolder, ...chosen] = process.argv.slice(2);

const folder = await mkdtemp(join(tmpdir(), 'postern-isolation-'));
await chmod(folder, 0o755);
try {
  const suite = givenFolder ?? (await fetchIsolationSuite(folder));
  const names = chosen.length > 0 ? chosen : await scheduled(suite);
  await using stage = await startIsolationStage(folder);
  let different = 0;
  for (const [index, name] of names.entries()) {
    const outcomes = await outcomesOf(name, suite, stage);
    const asExpected = Object.values(outcomes).every((outcome) => outcome === 'as expected');
    if (!asExpected) different += 1;
    const list = Object.entries(outcomes).map(([way, outcome]) => `${way}: ${outcome}`);
    process.stdout.write(`${index + 1}/${names.length} ${name}: ${asExpected ? 'as expected' : list.join(', ')}\n`);
  }
  process.stdout.write(`${names.length} tests, ${different} not as expected on every way\n`);
  process.exitCode = different === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function outcomesOf(name: string, suite: string, stage: IsolationStage): Promise<Record<string, string>> {
  const application = { PGAPPNAME: `isolation/${name}` };
  const expected = await expectedOutputs(name, suite);
  const outcome = async (way: Environment) => {
    await stage.clean();
    const output = comparable(await testerOutput(join(suite, 'specs', `${name}.spec`), { ...way, ...application }));
    if (expected.includes(output)) return 'as expected';
    process.stdout.write(`${differences(expected[0] ?? '', output)}\n`);
    return 'different';
  };
  const direct = await outcome(stage.direct);
  const byToken = await outcome(stage.token);
  if (SHOWS_ITS_NAME.has(name)) return { direct, token: byToken };
  await openGrant({ ...stage.guest, ...application }, stage);
  return { direct, token: byToken, grant: await outcome(stage.guest) };
}

/** Over TLS libpq has other words for a server that went away. */
function comparable(output: string): string {
  return withoutNoticesOfGrants(output).replace(/^SSL connection has been closed unexpectedly\n/gm, WENT_AWAY);
}

/** One link is approved for an hour: all connections of the test bear this name. */
async function openGrant(environment: Environment, { browser }: IsolationStage): Promise<void> {
  const psql = startPsql({ args: ['-X', '-c', 'select 1'], env: environment, input: '' });
  await psql.waitForStderr(/psql_session\/\S+\s|Connected as/, 30_000);
  // The names of some tests differ in digits only, and count as one program.
  const [link] = /http\S+psql_session\/\S+/.exec(psql.stderr()) ?? [];
  if (link !== undefined) await browser.approve(link, { remember: '1h' });
  // It may have been told to come again before the approval; the grant is there all the same.
  await psql.exit;
}

/** The first is the usual one; others are for other settings of the server. */
async function expectedOutputs(name: string, suite: string): Promise<string[]> {
  const files = (await readdir(join(suite, 'expected'))).filter(
    (file) => file === `${name}.out` || (file.startsWith(`${name}_`) && /^_\d\.out$/.test(file.slice(name.length))),
  );
  return await Promise.all(files.sort().map((file) => readFile(join(suite, 'expected', file), 'utf8')));
}

async function scheduled(suite: string): Promise<string[]> {
  const schedule = await readFile(join(suite, 'isolation_schedule'), 'utf8');
  return [...schedule.matchAll(/^test:\s*(\S.*)$/gm)].flatMap(([, names = '']) => names.trim().split(/\s+/));
}

function differences(expected: string, output: string): string {
  const script = `diff <(printf %s "$0") <(printf %s "$1") | head -20`;
  try {
    return execFileSync('bash', ['-c', script, expected, output], { encoding: 'utf8' });
  } catch (error) {
    return String(error);
  }
}
