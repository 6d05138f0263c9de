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

type Trouble = 'unreadable_address' | 'unread_header' | 'proxy_not_listed';

const MESSAGES: Readonly<Record<Trouble, string>> = {
  unreadable_address: 'a listed proxy reports an address that cannot be read; its own counts instead',
  unread_header: 'a listed proxy names the browser in a header that is not read; let it send X-Forwarded-For',
  proxy_not_listed:
    'a peer that is not in POSTERN_TRUSTED_PROXIES reports the addresses of others; list it if it is your proxy',
};

export function readProxyHeaders(trustedProxies: NetworkList, log: Pick<Log, 'warn'>): RequestHandler {
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
    const hops = reportedHops(request);
    if (hops.some((hop) => isIP(hop) === 0)) sayOnce('unreadable_address', request);
    if (hops.length > 0) request.headers[FORWARDED_FOR] = hops.join(', ');
    else if (UNREAD_HEADERS.some((name) => request.headers[name] !== undefined)) sayOnce('unread_header', request);
    next();
  };
}

/**
 * The browser first. RFC 7239's header counts only without the older one: a proxy that writes the
 * one passes on what clients write into the other.
 */
function reportedHops({ headers }: Request): string[] {
  const older = [headers[FORWARDED_FOR] ?? []].flat().join(',');
  const elements = older.trim() === '' ? forwardedElements(headers.forwarded ?? '') : older.split(',');
  return elements.map(addressOfHop).filter((hop) => hop !== '');
}

/** RFC 7239, 4: `for="[2001:db8::1]:4711";proto=https, for=192.0.2.43`. */
function forwardedElements(header: string): string[] {
  const elements = splitOutsideQuotes(header, ',');
  return elements.map((element) => {
    const pairs = splitOutsideQuotes(element, ';').map((pair) => /^\s*for\s*=(.*)$/is.exec(pair)?.[1]);
    return pairs.find((value) => value !== undefined) ?? 'unknown';
  });
}

function splitOutsideQuotes(text: string, separator: ',' | ';'): string[] {
  const part = separator === ',' ? /(?:"(?:\\.|[^"\\])*"|[^,"])+/g : /(?:"(?:\\.|[^"\\])*"|[^;"])+/g;
  return text.match(part) ?? [];
}
