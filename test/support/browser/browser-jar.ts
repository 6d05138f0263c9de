// An HTTP client that keeps cookies and sends forms as a browser does; follows no redirect unasked.

import { type Received, sendRequest } from './send-request.ts';

export interface Answer extends Received {
  /** Where a redirect leads; null for every other answer. */
  readonly location: string | null;
}

interface Sent {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams | string;
}

export class BrowserJar {
  readonly #base: string;
  readonly #address: string | null;
  readonly #cookies = new Map<string, string>();

  /** `address`: the browser's address as a proxy in front reports it. */
  constructor(base: string, { address = null }: { readonly address?: string | null } = {}) {
    this.#base = base;
    this.#address = address;
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  /** Signs in with the value of a browser session's cookie. */
  setSession(value: string): void {
    this.setCookie(sessionCookieAt(this.#base), value);
  }

  /** Null while nobody is signed in. */
  get session(): string | null {
    return this.#cookies.get(sessionCookieAt(this.#base)) ?? null;
  }

  get address(): string | null {
    return this.#address;
  }

  get cookies(): ReadonlyMap<string, string> {
    return this.#cookies;
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return await this.#send(path, { headers });
  }

  /** Follows redirects on this site, as a person's click does. */
  async open(path: string): Promise<Answer & { readonly path: string }> {
    let at = path;
    let visit = await this.get(at);
    for (let hops = 0; visit.location !== null && hops < 10; hops += 1) {
      at = new URL(visit.location, this.#base).href.replace(this.#base, '');
      visit = await this.get(at);
    }
    return { ...visit, path: at };
  }

  /** Sends a form from one of our own pages; headers replace those that a browser would send. */
  async post(
    path: string,
    fields: Readonly<Record<string, string>> | URLSearchParams | string,
    headers: Readonly<Record<string, string>> = { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' },
  ): Promise<Answer> {
    const body = typeof fields === 'string' ? fields : new URLSearchParams(fields);
    return await this.#send(path, { method: 'POST', body, headers });
  }

  /** Sends fields by any method, with just these headers. */
  async send(
    method: string,
    path: string,
    ...[fields, headers]: [fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>]
  ): Promise<Answer> {
    const body = ['GET', 'HEAD'].includes(method) ? {} : { body: new URLSearchParams(fields) };
    return await this.#send(path, { method, headers, ...body });
  }

  /** The token of the first form on a page. */
  async csrfToken(path: string): Promise<string> {
    return csrfTokenIn((await this.get(path)).text);
  }

  async signIn(email: string, password: string, next = '/'): Promise<Answer> {
    const csrf_token = await this.csrfToken('/sign-in');
    return await this.post('/sign-in', { csrf_token, email, password, next });
  }

  async #send(path: string, { headers: given, method, body }: Sent): Promise<Answer> {
    const headers = new Headers(given);
    if (this.#cookies.size > 0) {
      headers.set('Cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    }
    if (this.#address !== null) headers.set('X-Forwarded-For', this.#address);
    if (!headers.has('Accept')) headers.set('Accept', 'text/html');
    const form = body === undefined ? {} : { body: String(body) };
    const response = await sendRequest(`${this.#base}${path}`, { method: method ?? 'GET', headers, ...form });
    for (const cookie of response.headers.getSetCookie()) this.#keep(cookie);
    return { ...response, location: response.headers.get('location') };
  }

  #keep(cookie: string): void {
    const [pair = ''] = cookie.split(';');
    const [name = '', ...value] = pair.split('=');
    if (/expires=Thu, 01 Jan 1970/i.test(cookie)) this.#cookies.delete(name);
    else this.#cookies.set(name, value.join('='));
  }
}

/** Where the installation is only for its own machine, the cookie's name carries the port. */
export function sessionCookieAt(url: string): string {
  const { protocol, port } = new URL(url);
  return `${protocol === 'https:' ? '__Host-' : ''}postern_session${port === '' ? '' : `_${port}`}`;
}

export function csrfTokenIn(html: string): string {
  const token = /name="csrf_token" value="([^"]+)"/.exec(html)?.[1];
  if (token === undefined) throw new Error('the page has no CSRF token');
  return token;
}
