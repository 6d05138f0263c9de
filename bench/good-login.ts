// Times a whole login by link with psql and a browser, step by step.

import { defaultChoice, type WebClient } from '../test/support/browser/web-client.ts';
import { startPsql } from '../test/support/nodes/psql.ts';

/** In milliseconds. */
export interface LoginTimes {
  /** From psql's start to its link. */
  readonly link: number;
  /** The page behind the link. */
  readonly page: number;
  /** From the approval to psql's end, with a row. */
  readonly ready: number;
  readonly total: number;
}

const LINK = /http\S+psql_session\/\S+/;
/** Generous: how long a login takes under a flood of arrivals is what is measured. */
const LINK_LIMIT_MS = 60_000;

export async function logInByLink(
  browser: WebClient,
  { port, environment = {} }: { port: number; environment?: Readonly<Record<string, string>> },
): Promise<LoginTimes> {
  const began = performance.now();
  const psql = startPsql({
    args: ['-X', '-h', '127.0.0.1', '-p', String(port), '-Atc', 'select 1'],
    env: { PGUSER: 'someone', PGSSLMODE: 'require', ...environment },
    input: '',
  });
  const [link] = await psql.waitForStderr(LINK, LINK_LIMIT_MS);
  const shown = performance.now();
  const page = await browser.get(new URL(link).pathname);
  const seen = performance.now();
  const choice = { ...defaultChoice(page.html), remember: 'once', decision: 'approve' };
  const [approved, { code }] = await Promise.all([browser.submit(page, choice, new URL(page.url).pathname), psql.exit]);
  const ended = performance.now();
  if (code !== 0) throw new Error(`the login failed: ${approved.status} ${psql.stderr()}`);
  return { link: shown - began, page: seen - shown, ready: ended - seen, total: ended - began };
}

/** `12 logins, median 130 ms (link 80, page 30, approval to ready 20), slowest 240 ms`. */
export function describeLogins(logins: readonly LoginTimes[]): string {
  const sorted = (part: keyof LoginTimes) => logins.map((times) => times[part]).sort((a, b) => a - b);
  const median = (part: keyof LoginTimes) => Math.round(sorted(part)[Math.floor(logins.length / 2)] ?? Number.NaN);
  const slowest = Math.round(sorted('total').at(-1) ?? Number.NaN);
  const parts = `link ${median('link')}, page ${median('page')}, approval to ready ${median('ready')}`;
  return `${logins.length} logins, median ${median('total')} ms (${parts}), slowest ${slowest} ms`;
}
