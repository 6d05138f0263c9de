// A browser without JavaScript: signs in, opens links, sends forms with their preset values.

import { PASSWORD } from '../nodes/postern-for-tests.ts';

export interface Page {
  readonly status: number;
  readonly url: string;
  readonly html: string;
  readonly headers: Headers;
}

export type FormFields = Readonly<Record<string, string>>;

const MAX_REDIRECTS = 10;

export class WebClient {
  readonly #baseUrl: string;
  readonly #cookies = new Map<string, string>();

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return await this.#request(new URL(path, this.#baseUrl), { method: 'GET', headers });
  }

  /** Sends a form with its hidden fields (CSRF token among them), overridden by the given ones. */
  async submit(page: Page, fields: FormFields, action?: string): Promise<Page> {
    const path =
      action ??
      /<form[^>]*action="([^"]*)"[^>]*method="post"|<form[^>]*method="post"[^>]*action="([^"]*)"/
        .exec(page.html)
        ?.slice(1)
        .find(Boolean);
    const url = new URL(unescapeHtml(path ?? page.url), page.url);
    return await this.post(url.pathname + url.search, { ...hiddenFields(page.html), ...fields });
  }

  async post(path: string, fields: FormFields): Promise<Page> {
    return await this.#request(new URL(path, this.#baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.#baseUrl },
      body: new URLSearchParams(fields).toString(),
    });
  }

  async signIn(email: string, password = PASSWORD): Promise<Page> {
    const form = await this.get('/sign-in');
    return await this.submit(form, { email, password }, '/sign-in');
  }

  /** Opens the link of a NOTICE and approves the preselected target or the given choice. */
  async approve(link: string, choice: FormFields = {}): Promise<Page> {
    const page = await this.get(new URL(link).pathname);
    return await this.submit(
      page,
      { ...defaultChoice(page.html), ...choice, decision: 'approve' },
      new URL(page.url).pathname,
    );
  }

  async deny(link: string): Promise<Page> {
    const page = await this.get(new URL(link).pathname);
    return await this.submit(page, { decision: 'deny' }, new URL(page.url).pathname);
  }

  async #request(url: URL, init: RequestInit, redirects = 0): Promise<Page> {
    const headers = new Headers(init.headers);
    if (this.#cookies.size > 0) {
      headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    this.#keepCookies(response.headers);
    const location = response.headers.get('location');
    if (location !== null && response.status >= 300 && response.status < 400 && redirects < MAX_REDIRECTS) {
      await response.arrayBuffer();
      return await this.#request(new URL(location, url), { method: 'GET' }, redirects + 1);
    }
    return { status: response.status, url: url.href, html: await response.text(), headers: response.headers };
  }

  #keepCookies(headers: Headers): void {
    for (const cookie of headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(';');
      const [name = '', ...value] = pair.split('=');
      const isExpired = attributes.some((attribute) => {
        const [key = '', date = ''] = attribute.trim().split('=');
        return key.toLowerCase() === 'expires' && Date.parse(date) < Date.now();
      });
      if (isExpired) this.#cookies.delete(name.trim());
      else this.#cookies.set(name.trim(), value.join('='));
    }
  }
}

/** Names and values of the page's hidden inputs. */
export function hiddenFields(html: string): Record<string, string> {
  return fieldsOf(html, (tag) => attribute(tag, 'type') === 'hidden');
}

/** Names and values of the checked inputs on the page. */
export function defaultChoice(html: string): Record<string, string> {
  return fieldsOf(html, (tag) => /\schecked(\s|=|\/|>)/.test(tag));
}

function fieldsOf(html: string, wanted: (tag: string) => boolean): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [tag] of html.matchAll(/<input[^>]*>/g)) {
    const name = attribute(tag, 'name');
    if (name !== null && wanted(tag)) fields[name] = attribute(tag, 'value') ?? '';
  }
  return fields;
}

function attribute(tag: string, name: string): string | null {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? null : unescapeHtml(value);
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
