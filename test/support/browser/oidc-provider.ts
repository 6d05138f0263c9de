// Starts the OpenID provider of oidc-provider.mjs, and walks through it as a browser would.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface OidcAccount {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

export interface OidcProviderForTests extends AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Follows the provider from our redirect to it back to the address of our callback. */
  signIn(authorizationUrl: string, account: string): Promise<string>;
}

/** A process of its own on a free port of loopback; disposing ends it. */
export async function startOidcProvider(options: {
  readonly redirectUri: string;
  readonly accounts: Readonly<Record<string, OidcAccount>>;
}): Promise<OidcProviderForTests> {
  const program = fileURLToPath(new URL('oidc-provider.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the OpenID provider did not start'))),
  ]);
  return {
    issuer: String(line),
    clientId: 'postern',
    clientSecret: 'a client secret for tests',
    signIn: (authorizationUrl, account) =>
      walkThroughProvider({ start: authorizationUrl, until: options.redirectUri, account }),
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

const MAX_HOPS = 10;

/** Follows a provider from a redirect to it back to the address of a callback. */
export async function walkThroughProvider({
  start,
  until,
  account,
}: {
  start: string;
  until: string;
  account: string;
}): Promise<string> {
  const cookies = new Map([['account', account]]);
  let at = start;
  for (let hops = 0; hops < MAX_HOPS; hops += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(at, { redirect: 'manual', headers: { Cookie: cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const [name = '', ...value] = pair.split('=');
      cookies.set(name, value.join('='));
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${response.status}: ${await response.text()}`);
    at = new URL(location, at).href;
    if (at.startsWith(until)) return at;
  }
  throw new Error('the provider did not come to an end');
}
