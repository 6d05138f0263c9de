// How Postern reaches web and mail servers of others: through the proxies of the environment, and
// trusting the configured authorities besides the usual ones.

import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent, fetch as undiciFetch } from 'undici';
import { isLoopback, isLoopbackName, parseNetwork, parseNetworks } from '../network-address.ts';
import type { Secret } from '../secret.ts';

export interface OutgoingSettings {
  readonly httpProxy: Secret | null;
  readonly httpsProxy: Secret | null;
  /** As curl reads NO_PROXY: names with what is below them, `name:port`, networks, or `*`. */
  readonly noProxy: readonly string[];
  /** Files in PEM, and the variables that name them. */
  readonly authorities: ReadonlyArray<{ readonly variable: string; readonly path: string }>;
}

export class OutgoingAgent {
  readonly #settings: OutgoingSettings;
  /** PEM; undefined: Node's own authorities. */
  readonly authorities: string[] | undefined;
  readonly #direct: Dispatcher;
  readonly #proxies = new Map<string, Dispatcher>();

  /** Throws an Error that names the variable of a file that cannot be used. */
  constructor(settings: OutgoingSettings) {
    this.#settings = settings;
    const own = settings.authorities.map(readAuthorities);
    this.authorities = own.length === 0 ? undefined : [...rootCertificates, ...own];
    this.#direct = new Agent({ connect: this.#trust() });
  }

  /** The web's `fetch`, on the way that the address needs. */
  readonly fetch: typeof globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const how = { ...init, dispatcher: this.#dispatcherFor(url) };
    // Both are undici's; only the versions that describe them differ.
    return undiciFetch(url, how as Parameters<typeof undiciFetch>[1]) as unknown as Promise<Response>;
  };

  /** The URL of the proxy for an address; null: directly, as this machine always is. */
  proxyFor(url: URL): string | null {
    const { httpProxy, httpsProxy, noProxy } = this.#settings;
    const proxy = url.protocol === 'http:' ? httpProxy : httpsProxy;
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    if (proxy === null || isLoopbackName(host) || isLoopback(host)) return null;
    return noProxy.some((entry) => isExcepted(entry.toLowerCase(), { host, port: url.port })) ? null : proxy.reveal();
  }

  #dispatcherFor(url: URL): Dispatcher {
    const uri = this.proxyFor(url);
    if (uri === null) return this.#direct;
    const known = this.#proxies.get(uri);
    if (known !== undefined) return known;
    const made = new ProxyAgent({ uri, requestTls: this.#trust(), proxyTls: this.#trust() });
    this.#proxies.set(uri, made);
    return made;
  }

  #trust(): { readonly ca?: string[] } {
    return this.authorities === undefined ? {} : { ca: this.authorities };
  }
}

function readAuthorities({ variable, path }: OutgoingSettings['authorities'][number]): string {
  try {
    const pem = readFileSync(path, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch (cause) {
    throw new Error(`${variable}: "${path}" cannot be read`, { cause });
  }
  throw new Error(`${variable}: "${path}" holds no certificate in PEM`);
}

function isExcepted(entry: string, { host, port }: { readonly host: string; readonly port: string }): boolean {
  if (entry === '*') return true;
  if (parseNetwork(entry) !== null) return parseNetworks([entry]).includes(host);
  const [, name = '', onPort] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (onPort !== undefined && onPort !== port) return false;
  return host === name || host.endsWith(`.${name}`);
}
