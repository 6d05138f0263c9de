// The address of the browser: the socket's, or the one that listed proxies report
// (proxy-headers.ts). Express walks the header ("trust proxy"); a header from any other peer is
// ignored (docs/security.md, T29).

import { isIP } from 'node:net';
import type { Request } from 'express';
import { type NetworkList, normalizeAddress } from '../../network-address.ts';

const REPORTS: ReadonlySet<string> = new Set(['x-forwarded-for', 'forwarded']);

export function trustNetworks(trustedProxies: NetworkList): (hop: string) => boolean {
  return (hop) => trustedProxies.includes(addressOfHop(hop));
}

/** Empty when the socket is closed. An invalid report of a proxy counts as the proxy's own. */
export function clientAddress(request: Request): string {
  const hops = [...request.ips, request.socket.remoteAddress ?? ''].map(addressOfHop);
  return hops.find((hop) => isIP(hop) !== 0) ?? '';
}

/**
 * Whether the peer passes on the request of a browser that nothing names for certain: it is not
 * listed, or cannot be read. Then its own loopback address tells nothing of where the browser is.
 */
export function isForwarded(request: Request): boolean {
  const isReported = request.rawHeaders.some((name, index) => index % 2 === 0 && REPORTS.has(name.toLowerCase()));
  return isReported && !request.ips.some((hop) => isIP(addressOfHop(hop)) !== 0);
}

/** Some proxies add the port, or quotes: `203.0.113.5:51008`, `"[2001:db8::1]:51008"`. */
export function addressOfHop(hop: string): string {
  const bare = hop
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .trim();
  const [, ipv6, ipv4] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(bare) ?? [];
  return normalizeAddress(ipv6 ?? ipv4 ?? bare);
}
