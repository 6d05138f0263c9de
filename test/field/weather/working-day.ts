// What a person does in a working day, whatever the network is like: login, live query, cancel,
// and a transaction that idles and commits.

import { expect } from 'vitest';
import type { FormFields, WebClient } from '../../support/browser/web-client.ts';
import { linkOf } from '../../support/nodes/desk.ts';
import { type PsqlRun, startPsql } from '../../support/nodes/psql.ts';
import type { Place } from './network.ts';

/** Where psql runs, and where it connects. */
export interface Way {
  readonly from: Pick<Place, 'on'>;
  readonly to: string;
  readonly port: number;
  readonly user?: string;
}

/** Packets are lost, and TCP sends them again later and later. */
const PATIENCE_MS = 90_000;

export function startPsqlOn(
  way: Way,
  changes: { env?: Readonly<Record<string, string>>; input?: string } = {},
): PsqlRun {
  const { from, to, port, user = 'alexlopez' } = way;
  const [program = '', ...before] = from.on;
  const args = [...before, 'psql', '-X', '-At', '-h', to, '-p', String(port), '-U', user];
  return startPsql({ program, args, ...changes, env: { PGSSLMODE: 'require', ...changes.env } });
}

/** Types the code of the terminal, which is not where the browser is. */
export async function approve(browser: WebClient, psql: PsqlRun, choice: FormFields): Promise<void> {
  const link = await linkOf(psql);
  const [, code = ''] = await psql.waitForStderr(/must show this code: (\S+)/);
  const page = await browser.approve(link, { user_code: code, ...choice });
  const [problem] = /(?<=role="alert">).*?(?=<\/div>)/s.exec(page.html) ?? [];
  expect({ status: page.status, problem }).toEqual({ status: 200, problem: undefined });
}

/** psql on a host, approved and ready. */
export async function logIn(browser: WebClient, way: Way, choice: FormFields): Promise<PsqlRun> {
  const psql = startPsqlOn(way);
  await approve(browser, psql, choice);
  await expectLiveQuery(psql);
  return psql;
}

export async function expectLiveQuery(psql: PsqlRun): Promise<void> {
  psql.write("select 'live ' || 'query';\n");
  await psql.waitForStdout(/^live query$/m, PATIENCE_MS);
}

export async function beginSleeping(psql: PsqlRun, seconds: number): Promise<void> {
  psql.write(`select 'be' || 'gins';\nselect 'slept' || pg_sleep(${seconds});\n`);
  await psql.waitForStdout(/^begins$/m, PATIENCE_MS);
}

/** psql may be about to send its query: it is interrupted until Postgres says so, and ends then. */
export async function cancel(psql: PsqlRun): Promise<void> {
  const timer = setInterval(() => psql.kill('SIGINT'), 500);
  await psql.waitForStderr(/canceling statement due to user request/, PATIENCE_MS).finally(() => clearInterval(timer));
}

export async function beginTransaction(psql: PsqlRun): Promise<void> {
  psql.write("begin;\nselect 'in ' || 'transaction';\n");
  await psql.waitForStdout(/^in transaction$/m, PATIENCE_MS);
}

export async function commit(psql: PsqlRun): Promise<void> {
  psql.write('commit;\n');
  await psql.waitForStdout(/^COMMIT$/m, PATIENCE_MS);
}

/** More than fits into a window, each way. */
export async function expectManyBytes(psql: PsqlRun): Promise<void> {
  psql.write("select string_agg(md5(i::text), '') from generate_series(1, 5000) i;\n");
  await psql.waitForStdout(/^[0-9a-f]{160000}$/m, PATIENCE_MS);
  psql.write(`select 'of ' || length('${'x'.repeat(160_000)}');\n`);
  await psql.waitForStdout(/^of 160000$/m, PATIENCE_MS);
}

export async function expectWorkingDay(browser: WebClient, way: Way, choice: FormFields): Promise<void> {
  const psql = await logIn(browser, way, choice);
  try {
    await beginTransaction(psql);
    await expectManyBytes(psql);
    await commit(psql);
    await beginSleeping(psql, 3_600);
    await cancel(psql);
  } finally {
    psql.kill('SIGKILL');
  }
}
