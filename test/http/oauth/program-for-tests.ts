// A program that asks a person for access, step by step as RFC 6749 and RFC 7636 have it, so that
// tests can leave steps out or do them wrong.

import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { API_SCOPES } from '../../../src/catalogue/rights/scopes.ts';
import { type Answer, type BrowserJar, csrfTokenIn } from '../../support/browser/browser-jar.ts';

export const CALLBACK = 'http://127.0.0.1:49152/callback';
export const ALL_SCOPES = ['openid', 'offline', 'offline_access', ...API_SCOPES].join(' ');

const tokensSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  id_token: z.string(),
  expires_in: z.number(),
  token_type: z.literal('Bearer'),
  scope: z.string(),
});
export type Tokens = z.output<typeof tokensSchema>;

type Fields = Readonly<Record<string, string | undefined>>;

export interface Asking {
  readonly path: string;
  readonly clientId: string;
  readonly verifier: string;
  readonly state: string;
}

/** What the program opens in the browser; undefined leaves a parameter out. */
export function ask(change: Fields = {}): Asking {
  const [verifier, state] = [randomBytes(32).toString('base64url'), randomBytes(16).toString('base64url')];
  const asked = {
    client_id: 'neonctl',
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: ALL_SCOPES,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...change,
  };
  return { path: `/oauth/authorize?${withoutMissing(asked)}`, clientId: asked.client_id, verifier, state };
}

function withoutMissing(fields: Fields): URLSearchParams {
  const given = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new URLSearchParams(given);
}

/** The path of the page that asks the person. */
export async function openConsent(browser: BrowserJar, asking: Asking): Promise<string> {
  const asked = await browser.get(asking.path);
  if (asked.location === null) throw new Error(`nobody is asked: ${asked.status} ${asked.text}`);
  return asked.location;
}

export async function decide(browser: BrowserJar, path: string, decision: 'allow' | 'deny'): Promise<Answer> {
  return await browser.post(path, { csrf_token: csrfTokenIn((await browser.get(path)).text), decision });
}

/** The query with which the browser comes back to the program. */
export async function comeBack(browser: BrowserJar, path: string): Promise<URLSearchParams> {
  const leaving = await browser.get(path);
  const next = /url=(\S+)/.exec(leaving.headers.get('refresh') ?? '')?.[1];
  if (next === undefined) throw new Error(`the page does not lead back: ${leaving.status} ${leaving.text}`);
  const back = await browser.get(new URL(next).pathname);
  if (back.location === null) throw new Error(`the browser does not come back: ${back.status} ${back.text}`);
  return new URL(back.location).searchParams;
}

export async function askAndAnswer(
  browser: BrowserJar,
  asking: Asking,
  decision: 'allow' | 'deny' = 'allow',
): Promise<URLSearchParams> {
  const path = await openConsent(browser, asking);
  await decide(browser, path, decision);
  return await comeBack(browser, path);
}

export class ProgramForTests {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** With any fields, at any endpoint. */
  async post(path: string, fields: Fields, headers: Readonly<Record<string, string>> = {}) {
    const response = await fetch(`${this.#url}${path}`, { method: 'POST', body: withoutMissing(fields), headers });
    const text = await response.text();
    const body: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
    return { status: response.status, headers: response.headers, body };
  }

  exchange({ clientId, verifier }: Asking, code: string, change: Fields = {}) {
    return this.post('/oauth/token', {
      ...{ grant_type: 'authorization_code', client_id: clientId, redirect_uri: CALLBACK, code },
      ...{ code_verifier: verifier, ...change },
    });
  }

  refresh(refresh_token: string, change: Fields = {}) {
    return this.post('/oauth/token', { grant_type: 'refresh_token', client_id: 'neonctl', refresh_token, ...change });
  }

  revoke(token: string, change: Fields = {}) {
    return this.post('/oauth/revoke', { client_id: 'neonctl', token, ...change });
  }

  /** All of it, with the person's consent. */
  async signIn(browser: BrowserJar, scope = ALL_SCOPES): Promise<Tokens> {
    const asking = ask({ scope });
    const code = (await askAndAnswer(browser, asking)).get('code') ?? '';
    const { status, body } = await this.exchange(asking, code);
    if (status !== 200) throw new Error(`the code was refused: ${JSON.stringify(body)}`);
    return tokensSchema.parse(body);
  }
}
