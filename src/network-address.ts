// IP addresses and networks: one normal form, comparison of terminals, membership in CIDR lists.
// Domains: their one spelling.

import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
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
  const bare = (address.includes('%') ? address.replace(/%.*$/s, '') : address).toLowerCase();
  if (!isNormalIpv6(bare)) return bare;
  const parsed = ipaddr.IPv6.parse(bare);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toRFC5952String();
}

/** Node tries a long pattern on anything; each connection asks some twenty times. */
function isNormalIpv6(address: string): boolean {
  return address.includes(':') && isIPv6(address);
}

/** Names and addresses that lead a browser to its own machine; IPv6 with or without brackets. */
export function isLoopbackName(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return (
    name === 'localhost' || name.endsWith('.localhost') || (isIP(name) !== 0 && isLoopback(normalizeAddress(name)))
  );
}

// RFC 6052, 2.1: behind a translator all of IPv4 comes from this one /64.
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
// RFC 4291, 2.5.6: every machine on a link shares the /64.
const LINK_LOCAL = ipaddr.IPv6.parseCIDR('fe80::/10');

/** Where a peer is: the IPv4 address behind NAT64, else the normal form. Loopback is never that. */
function siteAddress(address: string): string {
  const normal = normalizeAddress(address);
  if (!isNormalIpv6(normal)) return normal;
  const parsed = ipaddr.IPv6.parse(normal);
  if (!parsed.match(NAT64)) return normal;
  const translated = ipaddr.fromByteArray(parsed.toByteArray().slice(-4)).toString();
  return isLoopback(translated) ? normal : translated;
}

/** IPv6: same /64 (docs/security.md, "Address comparison and reverse code"). */
export function compareTerminals(first: string, second: string): 'same' | 'different' | 'incomparable' {
  const a = siteAddress(first);
  const b = siteAddress(second);
  if (isLoopback(a) && isLoopback(b)) return 'same';
  if (isIP(a) === 0 || isIP(b) === 0) return 'incomparable';
  if (isIP(a) !== isIP(b)) return 'incomparable';
  return terminalKey(a) === terminalKey(b) ? 'same' : 'different';
}

/**
 * The IPv4 address, also behind NAT64; the IPv6 /64 as `2001:db8:1:2::/64`, on a link the whole
 * address; loopback is `127.0.0.1`.
 */
export function terminalKey(address: string): string {
  const normal = siteAddress(address);
  if (isLoopback(normal)) return '127.0.0.1';
  if (!isNormalIpv6(normal) || ipaddr.IPv6.parse(normal).match(LINK_LOCAL)) return normal;
  return prefixOfIpv6(normal, 64);
}

/** The wider network of an address, for limits: /24 of IPv4, /56 of IPv6. */
export function wideNetworkKey(address: string): string {
  const normal = siteAddress(address);
  return isNormalIpv6(normal) ? prefixOfIpv6(normal, 56) : networkOfIpv4(normal);
}

/** What one operator may hold with ease, for limits: /16 of IPv4, /48 of IPv6. */
export function broadNetworkKey(address: string): string {
  const normal = siteAddress(address);
  if (isNormalIpv6(normal))
    return `${ipaddr.IPv6.parse(normal)
      .parts.slice(0, 3)
      .map((part) => part.toString(16))
      .join(':')}::/48`;
  return isIPv4(normal) ? `${normal.split('.').slice(0, 2).join('.')}.0.0/16` : normal;
}

/** What one provider hands out, for limits: /16 of IPv4, /32 of IPv6, which has 65,536 /48. */
export function providerNetworkKey(address: string): string {
  const normal = siteAddress(address);
  if (!isNormalIpv6(normal)) return broadNetworkKey(normal);
  const [a = 0, b = 0] = ipaddr.IPv6.parse(normal).parts;
  return `${a.toString(16)}:${b.toString(16)}::/32`;
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

const MOST_ANSWERS = 1_000;

/** A class, since an array of strings would match an interface with `includes`. */
export class NetworkList {
  readonly #list: BlockList | null;
  /** Balancers are asked for with each of their connections, and Node takes long. */
  readonly #answers = new Map<string, boolean>();

  constructor(networks: readonly Network[]) {
    this.#list = networks.length === 0 ? null : new BlockList();
    for (const { address, prefix, family } of networks) this.#list?.addSubnet(address, prefix, family);
  }

  includes(address: string): boolean {
    if (this.#list === null) return false;
    const known = this.#answers.get(address);
    if (known !== undefined) return known;
    const isIncluded = this.#check(this.#list, address);
    if (this.#answers.size >= MOST_ANSWERS) this.#answers.clear();
    this.#answers.set(address, isIncluded);
    return isIncluded;
  }

  #check(list: BlockList, address: string): boolean {
    const normal = normalizeAddress(address);
    const version = isIP(normal);
    return version !== 0 && list.check(normal, version === 4 ? 'ipv4' : 'ipv6');
  }
}

export function parseNetworks(texts: readonly string[]): NetworkList {
  return new NetworkList(texts.map(parseNetwork).filter((network) => network !== null));
}

/** By a list of CIDRs, of which an empty one admits any address. */
export function isAddressAllowed(networks: readonly string[], address: string): boolean {
  return networks.length === 0 || parseNetworks(networks).includes(address);
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

const PLAIN_DOMAIN = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
// NOTE: the URL Standard's parser cuts a host at "/", "?" and "#" and decodes "%".
const NOT_OF_DOMAINS = /[^\p{L}\p{M}\p{N}._\p{Pd}\u00b7\u3002\uff0e\uff61]/u;

/** The one spelling of a domain: ASCII, lower case, no dot at its end. Null for what is none. */
export function asciiDomain(text: string): string | null {
  const typed = text
    .trim()
    .toLowerCase()
    .replace(/[.\u3002\uff0e\uff61]$/u, '');
  if (NOT_OF_DOMAINS.test(typed)) return null;
  const domain = domainToASCII(typed);
  return PLAIN_DOMAIN.test(domain) ? domain : null;
}
