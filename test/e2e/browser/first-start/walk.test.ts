// From an empty machine to a second person's prompt, by what terminals and pages say and nothing
// else: links are read from the screen, fields found by their labels, buttons by their words.

import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openContext, type WatchedContext } from '../../../support/browser/browser.ts';
import { PASSWORD } from '../../../support/nodes/postern-for-tests.ts';
import {
  openTerminal,
  type StartedAtTerminal,
  startAtTerminal,
  type Terminal,
} from '../../../support/nodes/start-at-terminal.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** Other tests start at the same time. */
const ANY_PORTS = { POSTERN_PG_PORT: '0', POSTERN_HTTP_PORT: '0' };
const PROMPT = /^\S+=[>#] $/m;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let postern: StartedAtTerminal;
let browser: Browser;
const opened: Array<Terminal | WatchedContext> = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  // As root, Postgres runs under another account, which must be able to enter this folder.
  await chmod(folder.path, 0o711);
  [postern, browser] = await Promise.all([startAtTerminal(folder.path, ANY_PORTS), launchBrowser()]);
});

afterAll(async () => {
  for (const each of opened) await ('close' in each ? each.close() : each[Symbol.asyncDispose]());
  await browser.close();
  await postern.close();
  await folder[Symbol.asyncDispose]();
});

/** Somebody with a browser and a terminal, whose clicks and filled fields are counted. */
class Walker {
  readonly #page: Page;
  clicks = 0;
  typed = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  static async sitDown(): Promise<Walker> {
    const visit = await openContext(browser);
    opened.push(visit);
    return new Walker(visit.page);
  }

  /** A click on a link in a terminal or a mail. */
  async open(link: string): Promise<void> {
    this.clicks += 1;
    await this.#page.goto(link);
  }

  async click(name: string): Promise<void> {
    this.clicks += 1;
    const named = { name, exact: true };
    const control = this.#page.getByRole('button', named).or(this.#page.getByRole('link', named)).first();
    await this.#andLoad(() => control.click());
  }

  async type(label: string, text: string): Promise<void> {
    this.typed += 1;
    await this.#page.getByLabel(label, { exact: true }).fill(text);
  }

  async pressEnter(): Promise<void> {
    await this.#andLoad(() => this.#page.keyboard.press('Enter'));
  }

  /** What is on the screen, once it shows that. */
  async sees(pattern: RegExp): Promise<string> {
    await this.#page.getByText(pattern).first().waitFor();
    // biome-ignore lint/performance/useDomNodeTextContent: only what is seen counts here
    return await this.#page.locator('body').innerText();
  }

  /** Runs the line that is on the screen, opens the link that psql prints, and approves. */
  async connect(screen: string): Promise<Terminal> {
    const [line = ''] = /psql -h .*/.exec(screen) ?? [];
    const env = { PATH: process.env.PATH ?? '', HOME: tmpdir(), TERM: 'dumb', PAGER: 'cat', LANG: 'C.UTF-8' };
    const terminal = openTerminal(line, { cwd: folder.path, env });
    opened.push(terminal);
    const [link] = await terminal.shows(/https?:\/\/\S+/);
    await this.open(link);
    await this.#page.locator('button[value="approve"]:not([aria-disabled])').waitFor();
    await this.click('Approve');
    await terminal.shows(PROMPT);
    return terminal;
  }

  async #andLoad(act: () => Promise<void>): Promise<void> {
    const loaded = this.#page.waitForEvent('load');
    await act();
    await loaded;
  }
}

async function asks(terminal: Terminal): Promise<void> {
  terminal.type('select 6 * 7 as answer;\n');
  await terminal.shows(/^ +42$/m);
}

describe('from an empty machine', () => {
  let invitation = '';

  it('the first person is at a prompt after three clicks and one field', async () => {
    const owner = await Walker.sitDown();
    const [, link = ''] = await postern.shows(/1 {2}Open this link to create your account:\s+│\s+│\s+(\S+)/);
    await owner.open(link);
    await owner.sees(/Set up Postern/);
    await owner.type('Email', 'olga@example.com');
    await owner.pressEnter();
    await asks(await owner.connect(await owner.sees(/Connect your first terminal/)));
    expect([owner.clicks, owner.typed]).toEqual([3, 1]);

    await owner.click('Postern');
    await owner.sees(/How will you sign in next time/);
    await owner.click('Set a password');
    await owner.type('New password', PASSWORD);
    await owner.click('Set password');
    await owner.sees(/Your password is set/);
    await owner.click('Postern');
    await owner.sees(/First steps/);
    await owner.click('Create an organization and invite people');
    await owner.type('Name', 'Example Org');
    await owner.pressEnter();
    await owner.sees(/Create your first project/);
    await owner.click('New project');
    await owner.type('Name', 'shop');
    await owner.pressEnter();
    await owner.sees(/Run this in a terminal/);
    await owner.click('Projects');
    await owner.click('People');
    await owner.click('Invite members');
    await owner.type('Email addresses', 'kim@example.com');
    await owner.click('Invite');
    invitation = /https?:\/\/\S+\/invitations\/\S+/.exec(await owner.sees(/No mail was sent/))?.[0] ?? '';
  });

  it('an invited person is at a prompt after three clicks', async () => {
    const kim = await Walker.sitDown();
    await kim.open(invitation);
    await kim.sees(/Join Example Org/);
    await kim.type('Name', 'Kim');
    await kim.type('Password', PASSWORD);
    await kim.pressEnter();
    await asks(await kim.connect(await kim.sees(/Welcome to Example Org/)));
    expect(kim.clicks).toBeLessThanOrEqual(3);
  });
});
