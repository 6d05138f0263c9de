// Debian's headless Chromium, driven by playwright-core: launched once for each test file, one
// fresh context for each visit.

import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const BINARIES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/lib/chromium/chromium-headless-shell',
  '/usr/bin/chromium',
] as const;

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

/** Throws when Debian's chromium-headless-shell is not installed. Close it after use. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = BINARIES.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`no Chromium found at ${BINARIES.join(', ')}`);
  return await chromium.launch({ executablePath, args: [...ARGUMENTS] });
}

export interface WatchedContext extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /**
   * Complaints of the pages: violations of the content security policy, script errors, failed
   * requests.
   */
  readonly complaints: readonly string[];
}

/** Longer than playwright's default, which a busy machine reaches. */
const PAGE_LIMIT_MS = 60_000;

/** Chromium's message about an event stream whose page was left. */
const LEFT_THE_PAGE = 'net::ERR_ABORTED';

/** A context with one page whose complaints are kept; disposing closes it. */
export async function openContext(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PAGE_LIMIT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    if (why !== LEFT_THE_PAGE) complaints.push(`${request.url()} ${why}`);
  });
  return { context, page, complaints, [Symbol.asyncDispose]: () => context.close() };
}
