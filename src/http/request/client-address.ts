// The address of the browser: the socket's, or what listed proxies in front of us report.

import { isIP } from 'node:net';
import { type NetworkList, normalizeAddress } from '../../network-address.ts';

/**
 * Walks X-Forwarded-For from the right, as far as each hop is a trusted proxy; a header from
 * anybody else counts for nothing (docs/security.md, T29). Normalised.
 */
export function clientAddress(
  { remoteAddress, forwardedFor }: { remoteAddress: string; forwardedFor: string | undefined },
  trustedProxies: NetworkList,
): string {
  const hops = (forwardedFor ?? '')
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '');
  let address = normalizeAddress(remoteAddress);
  while (trustedProxies.includes(address)) {
    const next = hops.pop();
    // What is no address names nobody: the proxy that passed it on is as far as can be seen.
    if (next === undefined || isIP(normalizeAddress(next)) === 0) break;
    address = normalizeAddress(next);
  }
  return address;
}
