// Neon's own command line with the access that a person gave it in a browser: its configuration
// folder, its browser step, and its stored credentials.

import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Page, WebClient } from '../../support/browser/web-client.ts';

const PROGRAM = join(dirname(createRequire(import.meta.url).resolve('neonctl/package.json')), 'bin/cli.js');
const LIMIT_MS = 60_000;

const credentialsSchema = z.looseObject({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_at: z.number(),
  scope: z.string(),
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SigningIn {
  /** That it prints, and would open in a browser. */
  readonly url: string;
  readonly done: Promise<Run>;
}

export class NeonctlWithConsent {
  readonly #url: string;
  readonly #folder: string;
  readonly #clientId: string;

  constructor(of: { readonly url: string; readonly folder: string; readonly clientId?: string }) {
    this.#url = of.url;
    this.#folder = of.folder;
    this.#clientId = of.clientId ?? 'neonctl';
  }

  #arguments(args: readonly string[]): string[] {
    const api = `${this.#url}/api/v2`;
    const hosts = ['--oauth-host', this.#url, '--api-host', api, '--client-id', this.#clientId];
    return [PROGRAM, ...args, ...hosts, '--no-analytics', '--no-color', '--config-dir', this.#folder];
  }

  /** Without a PATH it finds no browser to open. */
  get #options() {
    return { env: { HOME: this.#folder, PATH: '' }, cwd: this.#folder, timeout: LIMIT_MS };
  }

  async beginAuth(...more: string[]): Promise<SigningIn> {
    const child = spawn(process.execPath, this.#arguments(['auth', '--force-auth', ...more]), this.#options);
    const said = { stdout: '', stderr: '' };
    const done = new Promise<Run>((resolve) => child.on('close', (code) => resolve({ code: code ?? 1, ...said })));
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        said.stdout += chunk;
      });
      child.stderr.on('data', (chunk) => {
        said.stderr += chunk;
        const found = /Auth Url: (\S+)/.exec(said.stderr)?.[1];
        if (found !== undefined) resolve(found);
      });
      void done.then(() => reject(new Error(`neonctl ended: ${said.stderr}`)));
    });
    return { url, done };
  }

  run(...args: string[]): Promise<Run> {
    // Without a prompt, or a browser, where it has no access.
    const options = { ...this.#options, env: { ...this.#options.env, CI: 'true' } };
    return new Promise((resolve) => {
      execFile(process.execPath, this.#arguments(args), options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
      });
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into what it prints freely
  async json(...args: string[]): Promise<any> {
    const { code, stdout, stderr } = await this.run(...args, '--output', 'json');
    if (code !== 0) throw new Error(`neonctl ${args.join(' ')} failed: ${stderr}${stdout}`);
    return JSON.parse(stdout);
  }

  get #credentialsPath(): string {
    return join(this.#folder, 'credentials.json');
  }

  async credentials() {
    return credentialsSchema.parse(JSON.parse(await readFile(this.#credentialsPath, 'utf8')));
  }

  async changeCredentials(change: Partial<z.output<typeof credentialsSchema>>): Promise<void> {
    await writeFile(this.#credentialsPath, JSON.stringify({ ...(await this.credentials()), ...change }));
  }
}

/** What the person does at the page of consent; the page at which the browser ends. */
export async function answerConsent(browser: WebClient, url: string, decision: 'allow' | 'deny'): Promise<Page> {
  const { pathname, search } = new URL(url);
  const asked = await browser.get(pathname + search);
  const answered = await browser.submit(asked, { decision }, new URL(asked.url).pathname);
  const next = /url=(\S+)/.exec(answered.headers.get('refresh') ?? '')?.[1];
  if (next === undefined) throw new Error(`the page does not lead back: ${answered.status} ${answered.html}`);
  return await browser.get(next);
}
