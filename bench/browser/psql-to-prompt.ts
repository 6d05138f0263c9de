// From psql's start to its prompt, for a person who is signed in in a browser: psql shows the link,
// a real browser opens it, Approve is clicked as soon as it can be. Machine time only: the half
// second in which Approve holds back a click that was meant for another page is told apart.
// `npm run bench:prompt [-- --rounds 15]`. Says the load of the machine, on which it depends.

import { chmod } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { launchBrowser, openContext } from '../../test/support/browser/browser.ts';
import { openTerminal, startAtTerminal } from '../../test/support/nodes/start-at-terminal.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const PROMPT = /^\S+=[>#] $/m;

/** In milliseconds. */
interface Login {
  readonly link: number;
  readonly page: number;
  /** Until Approve takes a click. */
  readonly held: number;
  readonly prompt: number;
}

const browser = await launchBrowser();
await using folder = await temporaryFolder();
// As root, Postgres runs under another account, which must be able to enter this folder.
await chmod(folder.path, 0o711);
const postern = await startAtTerminal(folder.path, { POSTERN_PG_PORT: '0', POSTERN_HTTP_PORT: '0' });
try {
  await using visit = await openContext(browser);
  const { page } = visit;
  const line = await setUp(page);
  // The first ones find nothing in a cache and code that nobody has run.
  for (let round = 0; round < 5; round += 1) await logIn(line, page);
  const logins: Login[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) logins.push(await logIn(line, page));
  report(logins);
} finally {
  await browser.close();
  await postern.close();
}

/** Creates the first account. Returns the line for the terminal. */
async function setUp(page: Page): Promise<string> {
  await page.goto(postern.printed('set-up'));
  await page.getByLabel('Email', { exact: true }).fill('olga@example.com');
  await page.keyboard.press('Enter');
  return (await page.locator('[data-copy-text]').first().textContent()) ?? '';
}

async function logIn(line: string, page: Page): Promise<Login> {
  const env = { PATH: process.env.PATH ?? '', HOME: tmpdir(), TERM: 'dumb', PAGER: 'cat', LANG: 'C.UTF-8' };
  const began = performance.now();
  const terminal = openTerminal(line, { cwd: folder.path, env });
  const [link] = await terminal.shows(/https?:\/\/\S+/);
  const shown = performance.now();
  await page.goto(link, { waitUntil: 'domcontentloaded' });
  const approve = page.locator('button[value="approve"]');
  await approve.waitFor();
  const seen = performance.now();
  await page.locator('button[value="approve"]:not([aria-disabled])').waitFor();
  const armed = performance.now();
  await Promise.all([terminal.shows(PROMPT), approve.click({ noWaitAfter: true })]);
  const ended = performance.now();
  await terminal.close();
  return { link: shown - began, page: seen - shown, held: armed - seen, prompt: ended - armed };
}

function report(logins: readonly Login[]): void {
  const median = (of: (login: Login) => number) => {
    const sorted = logins.map(of).sort((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
  };
  console.log(`${logins.length} logins, load ${(loadavg()[0] ?? 0).toFixed(1)}, medians`);
  console.log(`  psql's start to its link        ${median(({ link }) => link)} ms`);
  console.log(`  the link to Approve in sight    ${median(({ page }) => page)} ms`);
  console.log(`  Approve to the prompt           ${median(({ prompt }) => prompt)} ms`);
  console.log(`  together                        ${median(({ link, page, prompt }) => link + page + prompt)} ms`);
  console.log(`  Approve held back meanwhile     ${median(({ held }) => held)} ms`);
}
