// Reads what listed proxies say of the browser's address, in all its spellings, into one
// X-Forwarded-For of plain addresses, which Express walks. Says once what it cannot read.

import { isIP } from 'node:net';
import type { Request, RequestHandler } from 'express';
import type { Log } from '../../log.ts';
import { type NetworkList, normalizeAddress } from '../../network-address.ts';
import { addressOfHop } from './client-address.ts';

const FORWARDED_FOR = 'x-forwarded-for';
/** Headers that name the browser, too, and that are not read: any client can send them. */
const UNREAD_HEADERS = ['x-real-ip', 'cf-connecting-ip', 'true-client-ip', 'x-client-ip'] as const;

const MOST_HOPS = 100;

type Trouble = 'unreadable_address' | 'unread_header' | 'two_headers' | 'proxy_not_listed';

const MESSAGES: Readonly<Record<Trouble, string>> = {
  unreadable_address: 'a listed proxy reports an address that cannot be read; its own counts instead',
  unread_header: 'a listed proxy names the browser in a header that is not read; let it send X-Forwarded-For',
  two_headers:
    'X-Forwarded-For and Forwarded name two browsers, so neither counts; set POSTERN_PROXY_HEADER to the one of your proxy',
  proxy_not_listed:
    'a peer that is not in POSTERN_TRUSTED_PROXIES reports the addresses of others; list it if it is your proxy',
};

interface ProxyTrust {
  readonly trustedProxies: NetworkList;
  /** A proxy that writes one header passes on what clients write into the other. */
  readonly counts: 'either' | 'x-forwarded-for' | 'forwarded';
}

export function readProxyHeaders({ trustedProxies, counts }: ProxyTrust, log: Pick<Log, 'warn'>): RequestHandler {
  const said = new Set<Trouble>();
  const sayOnce = (trouble: Trouble, request: Request): void => {
    if (said.has(trouble)) return;
    said.add(trouble);
    const fields = { event: `http.${trouble}`, peer: request.socket.remoteAddress ?? '' };
    log.warn(fields, MESSAGES[trouble]);
  };
  return (request, _response, next) => {
    const reported = request.headers[FORWARDED_FOR] ?? request.headers.forwarded;
    if (!trustedProxies.includes(normalizeAddress(request.socket.remoteAddress ?? ''))) {
      if (reported !== undefined) sayOnce('proxy_not_listed', request);
      return next();
    }
    const hops = reportedHops(request, counts);
    if (hops === 'two_headers') sayOnce('two_headers', request);
    else if (hops.some((hop) => isIP(hop) === 0)) sayOnce('unreadable_address', request);
    else if (hops.length === 0 && UNREAD_HEADERS.some((name) => request.headers[name] !== undefined))
      sayOnce('unread_header', request);
    delete request.headers[FORWARDED_FOR];
    if (hops !== 'two_headers' && hops.length > 0) request.headers[FORWARDED_FOR] = hops.join(', ');
    next();
  };
}

/** The browser first. */
function reportedHops({ headers, rawHeaders }: Request, counts: ProxyTrust['counts']): string[] | 'two_headers' {
  const older = counts === 'forwarded' ? [] : hopsOf([headers[FORWARDED_FOR] ?? []].flat().join(',').split(','));
  const newer = counts === 'x-forwarded-for' ? [] : hopsOf(forwardedLines(rawHeaders).flatMap(forwardedElements));
  if (older.length === 0 || newer.length === 0) return older.length === 0 ? newer : older;
  return older.at(-1) === newer.at(-1) ? older : 'two_headers';
}

/** The nearest are the last; what is before them is the browser's own text. */
function hopsOf(elements: readonly string[]): string[] {
  return elements
    .slice(-MOST_HOPS)
    .map(addressOfHop)
    .filter((hop) => hop !== '');
}

/** NOTE: one by one: a client that never closes a quotation mark would swallow the proxy's line. */
function forwardedLines(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && name.toLowerCase() === 'forwarded' ? [rawHeaders[index + 1] ?? ''] : [],
  );
}

/**
 * RFC 7239, 4: `for="[2001:db8::1]:4711";proto=https, for=192.0.2.43`. A line that cannot be read
 * names nobody.
 */
function forwardedElements(line: string): string[] {
  const elements = splitOutsideQuotes(line, ',');
  if (elements === 'unreadable') return ['unknown'];
  return elements.map((element) => {
    const parts = splitOutsideQuotes(element, ';');
    const pairs = parts === 'unreadable' ? [] : parts.map((part) => /^\s*for\s*=(.*)$/is.exec(part)?.[1]);
    return pairs.find((value) => value !== undefined) ?? 'unknown';
  });
}

/** RFC 9110, 5.6.4: inside quotes a backslash takes the next character as it is. */
function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] | 'unreadable' {
  const parts: string[] = [];
  let from = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (isQuoted && sign === '\\') at++;
    else if (sign === '"') isQuoted = !isQuoted;
    else if (sign === separator && !isQuoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return isQuoted ? 'unreadable' : [...parts, text.slice(from)].filter((part) => part !== '');
}
