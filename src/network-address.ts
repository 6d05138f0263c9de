// IP addresses and networks: one normal form, comparison of terminals, membership in CIDR lists.

import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Networks that many people share have every limit per address multiplied by this. */
export const SHARED_NETWORK_FACTOR = 10;

export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Without zone, IPv6 as in RFC 5952, IPv4-mapped as IPv4; other text in lower case. */
export function normalizeAddress(address: string): string {
  const bare = address.replace(/%.*$/s, '').toLowerCase();
  if (!isIPv6(bare)) return bare;
  const parsed = ipaddr.IPv6.parse(bare);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toRFC5952String();
}

/** Names and addresses that lead a browser to its own machine; IPv6 with or without brackets. */
export function isLoopbackName(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return (
    name === 'localhost' || name.endsWith('.localhost') || (isIP(name) !== 0 && isLoopback(normalizeAddress(name)))
  );
}

/** IPv6: same /64 (docs/security.md, "Address comparison and reverse code"). */
export function compareTerminals(first: string, second: string): 'same' | 'different' | 'incomparable' {
  const a = normalizeAddress(first);
  const b = normalizeAddress(second);
  if (isLoopback(a) && isLoopback(b)) return 'same';
  if (isIP(a) === 0 || isIP(b) === 0) return 'incomparable';
  if (isIP(a) !== isIP(b)) return 'incomparable';
  return terminalKey(a) === terminalKey(b) ? 'same' : 'different';
}

/** The IPv4 address, or the IPv6 /64 as `2001:db8:1:2::/64`; loopback is `127.0.0.1`. */
export function terminalKey(address: string): string {
  const normal = normalizeAddress(address);
  if (isLoopback(normal)) return '127.0.0.1';
  return isIPv6(normal) ? prefixOfIpv6(normal, 64) : normal;
}

/** The wider network of an address, for limits: /24 of IPv4, /56 of IPv6. */
export function wideNetworkKey(address: string): string {
  const normal = normalizeAddress(address);
  return isIPv6(normal) ? prefixOfIpv6(normal, 56) : networkOfIpv4(normal);
}

/** What one operator may hold with ease, for limits: /16 of IPv4, /48 of IPv6. */
export function broadNetworkKey(address: string): string {
  const normal = normalizeAddress(address);
  if (isIPv6(normal))
    return `${ipaddr.IPv6.parse(normal)
      .parts.slice(0, 3)
      .map((part) => part.toString(16))
      .join(':')}::/48`;
  return isIPv4(normal) ? `${normal.split('.').slice(0, 2).join('.')}.0.0/16` : normal;
}

/** A network from `10.0.0.0/8`, `2001:db8::/32` or a single address; null when it is none. */
export function parseNetwork(text: string): Network | null {
  const [rawAddress = '', rawPrefix, ...rest] = text.trim().split('/');
  const version = isIP(rawAddress);
  // A zone names an interface of one machine, and so no network.
  if (version === 0 || rest.length > 0 || rawAddress.includes('%')) return null;
  const widest = version === 4 ? 32 : 128;
  if (rawPrefix !== undefined && !/^\d{1,3}$/.test(rawPrefix)) return null;
  const prefix = rawPrefix === undefined ? widest : Number(rawPrefix);
  if (prefix > widest) return null;
  const address = normalizeAddress(rawAddress);
  if (isIPv4(address)) return mappedNetwork(address, prefix - (widest - 32));
  return { address, prefix, family: 'ipv6' };
}

/** Null for a network that is wider than all of IPv4 and yet written as an IPv4-mapped one. */
function mappedNetwork(address: string, prefix: number): Network | null {
  return prefix < 0 ? null : { address, prefix, family: 'ipv4' };
}

/** A class, since an array of strings would match an interface with `includes`. */
export class NetworkList {
  readonly #list: BlockList | null;

  constructor(networks: readonly Network[]) {
    this.#list = networks.length === 0 ? null : new BlockList();
    for (const { address, prefix, family } of networks) this.#list?.addSubnet(address, prefix, family);
  }

  includes(address: string): boolean {
    if (this.#list === null) return false;
    const normal = normalizeAddress(address);
    const version = isIP(normal);
    return version !== 0 && this.#list.check(normal, version === 4 ? 'ipv4' : 'ipv6');
  }
}

export function parseNetworks(texts: readonly string[]): NetworkList {
  return new NetworkList(texts.map(parseNetwork).filter((network) => network !== null));
}

export function isLoopback(address: string): boolean {
  const normal = normalizeAddress(address);
  return normal === '::1' || (isIPv4(normal) && normal.startsWith('127.'));
}

function networkOfIpv4(normal: string): string {
  return isIPv4(normal) ? `${normal.split('.').slice(0, 3).join('.')}.0/24` : normal;
}

/** `bits` from 49 to 64. */
function prefixOfIpv6(address: string, bits: number): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv6.parse(address).parts;
  const groups = [a, b, c, d & (0xffff << (64 - bits))];
  return `${groups.map((group) => group.toString(16)).join(':')}::/${bits}`;
}
