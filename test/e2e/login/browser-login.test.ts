// The whole login of a person: psql at a terminal, the link in a real browser, sign-in, approval, a
// prompt.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { launchBrowser, openContext } from '../../support/browser/browser.ts';
import { connectionArguments, type Desk, EMAIL, LINK, openDesk } from '../../support/nodes/desk.ts';
import { PASSWORD } from '../../support/nodes/postern-for-tests.ts';
import { linesOf, startAtTerminal } from '../../support/nodes/terminal-for-tests.ts';

// psql's banner names the server's version where it differs.
const IS_ABOUT_VERSIONS = /^WARNING: psql major version|^ +Some psql features/;
// psql prints this as a sentence up to version 17, then as a table.
const CONNINFO_WITH_TLS =
  /You are connected to database[\s\S]*SSL connection \(protocol: TLSv1\.3|SSL Protocol +\| TLSv1\.3/;

let desk: Desk;
let browser: Browser;

beforeAll(async () => {
  [desk, browser] = await Promise.all([openDesk(), launchBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await desk.close();
});

describe.each(['15', '17', '18'] as const)('psql %s at a terminal, and a browser', (version) => {
  it("lead, line by line as in Neon's example, to a prompt over TLS", async () => {
    const psql = startAtTerminal({ version, args: connectionArguments(desk.node) });
    onTestFinished(() => psql.kill('SIGKILL'));
    const link = (await psql.waitForStdout(LINK))[0];
    await using visit = await openContext(browser);
    const { page } = visit;
    await page.goto(link);
    await page.getByLabel('Email').fill(EMAIL);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const userCode = await page.locator('output').textContent();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('heading', { name: 'You’re connected to' }).waitFor();
    await psql.waitForStdout(/alexlopez=> /);
    const [database, role] = [desk.project.databases[0]?.name, desk.project.roles[0]?.name];
    expect(linesOf(psql).filter((line) => !IS_ABOUT_VERSIONS.test(line))).toEqual([
      'NOTICE:  Welcome to Postern!',
      'Authenticate by visiting:',
      `    ${desk.node.baseUrl}/psql_session/${link.slice(-22)}`,
      '',
      `NOTICE:  The link expires in 2 minutes. The page must show this code: ${userCode}`,
      'NOTICE:  Opened in a browser.',
      'NOTICE:  Approved.',
      'NOTICE:  Connecting to database.',
      `NOTICE:  Connected as ${EMAIL} to project "shop", database "${database}", role "${role}".`,
      expect.stringMatching(new RegExp(`^psql \\(${version}\\.`)),
      expect.stringMatching(/^SSL connection \(protocol: TLSv1\.3, cipher: TLS_AES_256_GCM_SHA384, compression: off/),
      'Type "help" for help.',
      '',
      'alexlopez=> ',
    ]);
    psql.write('\\conninfo\n');
    await psql.waitForStdout(CONNINFO_WITH_TLS);
    psql.write('select 6 * 7 as answer;\n');
    await psql.waitForStdout(/ 42/);
    psql.write('\\q\n');
    expect(await psql.exit).toEqual({ code: 0, signal: null });
    await page.getByRole('heading', { name: 'You’re connected to' }).waitFor();
    expect(visit.complaints).toEqual([]);
  });
});

describe('the first lines', () => {
  it("are Neon's, with the configured name and address", async () => {
    const node = await desk.startNode({ POSTERN_BRAND: 'Neon', POSTERN_PUBLIC_URL: 'https://console.neon.tech' });
    const psql = desk.psql([], { at: node });
    const [link] = await psql.waitForStderr(LINK);
    await psql.waitForStderr(/code: [B-Z]{4}-[B-Z]{4}\n/);
    psql.kill('SIGKILL');
    expect(link).toMatch(/^https:\/\/console\.neon\.tech\/psql_session\/[A-Za-z0-9_-]{22}$/);
    expect(psql.stderr().split('\n').slice(0, 4)).toEqual([
      'NOTICE:  Welcome to Neon!',
      'Authenticate by visiting:',
      `    ${link}`,
      '',
    ]);
  });
});
