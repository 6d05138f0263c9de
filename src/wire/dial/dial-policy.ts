// Which resolved addresses may be dialled for a compute: no reaching into other networks (SSRF).

import { isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { isLoopback, type NetworkList, normalizeAddress, parseNetworks } from '../../network-address.ts';

/** `host` is a name or an address; `0.0.0.0` and `::` stand for every address of this machine. */
export interface DialEndpoint {
  readonly host: string;
  readonly port: number;
}

export interface DialPolicy {
  /** Networks that the operator opened, of those that are closed by default. */
  readonly allowedNetworks: NetworkList;
  /** The only ports that may be dialled, except those of `listed`. */
  readonly allowedPorts: readonly number[];
  /** The one compute's own, see `policyOfCompute`. */
  readonly listed: readonly DialEndpoint[];
  /** Postern's own listeners and stores. Stronger than `listed`. */
  readonly forbidden: readonly DialEndpoint[];
  /** In the order in which to try them. Rejects when the name is not known. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
}

export interface DialCandidate extends DialEndpoint {
  readonly address: string;
}

/** Networks of IPv6 whose addresses carry an IPv4 address, and the byte at which it begins. */
const IPV4_CARRIERS = [
  { network: ipaddr.IPv6.parseCIDR('::/96'), offset: 12 }, // RFC 4291 2.5.5.1: IPv4-compatible
  { network: ipaddr.IPv6.parseCIDR('::ffff:0:0:0/96'), offset: 12 }, // RFC 2765 2.1: IPv4-translated
  { network: ipaddr.IPv6.parseCIDR('64:ff9b::/96'), offset: 12 }, // RFC 6052 2.1: NAT64
  { network: ipaddr.IPv6.parseCIDR('2002::/16'), offset: 2 }, // RFC 3056 2: 6to4
];

// docs/security.md, "Where Postern may dial": unspecified, link-local and cloud metadata,
// multicast, reserved and broadcast.
const NEVER_DIALLED = parseNetworks([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
]);

// docs/security.md, "Where Postern may dial": loopback and private networks; also benchmarking,
// local NAT64, Teredo and old site-local ones.
const CLOSED_BY_DEFAULT = parseNetworks([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '198.18.0.0/15',
  '::1/128',
  'fc00::/7',
  'fec0::/10',
  '64:ff9b:1::/48',
  '2001::/32',
]);

/** Attached addresses are listed for one compute (docs/security.md, "Where Postern may dial"). */
export function policyOfCompute(
  policy: DialPolicy,
  { isListed, host, port }: DialEndpoint & { readonly isListed: boolean },
): DialPolicy {
  return { ...policy, listed: isListed ? [{ host, port }] : [] };
}

/** A text for the log; null when it may be dialled. IPv6 that carries IPv4 is judged as both. */
export function refusalToDial(candidate: DialCandidate, policy: DialPolicy): string | null {
  if (isIP(candidate.address) === 0) return 'resolver answered with no address';
  const forms = addressForms(candidate.address);
  if (forms.some((form) => NEVER_DIALLED.includes(form))) return 'address is never dialled';
  if (policy.forbidden.some((own) => own.port === candidate.port && meansAddress(own.host, forms))) {
    return 'address belongs to Postern itself';
  }
  if (isListed(candidate, policy)) return null;
  if (!policy.allowedPorts.includes(candidate.port)) return 'port is not listed';
  const isClosed = (form: string): boolean =>
    CLOSED_BY_DEFAULT.includes(form) && !policy.allowedNetworks.includes(form);
  return forms.some(isClosed) ? 'address lies in a private network that is not listed' : null;
}

function addressForms(address: string): readonly string[] {
  const normal = normalizeAddress(address);
  if (!isIPv6(normal)) return [normal];
  const parsed = ipaddr.IPv6.parse(normal);
  const carrier = IPV4_CARRIERS.find(({ network }) => parsed.match(network));
  // `::` and `::1` are not IPv4 addresses.
  if (carrier === undefined || normal === '::' || normal === '::1') return [normal];
  const bytes = parsed.toByteArray().slice(carrier.offset, carrier.offset + 4);
  return [normal, ipaddr.fromByteArray(bytes).toString()];
}

function meansAddress(host: string, forms: readonly string[]): boolean {
  const own = normalizeAddress(host);
  if (own === '0.0.0.0' || own === '::') return forms.some(isOnThisMachine);
  return forms.includes(own);
}

function isOnThisMachine(address: string): boolean {
  if (isLoopback(address)) return true;
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return interfaces.some((own) => normalizeAddress(own.address) === address);
}

function isListed(candidate: DialCandidate, policy: DialPolicy): boolean {
  const names = [candidate.host.toLowerCase(), normalizeAddress(candidate.address)];
  return policy.listed.some((entry) => entry.port === candidate.port && names.includes(normalizeAddress(entry.host)));
}
