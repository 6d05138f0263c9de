// The PROXY protocol's header, versions 1 and 2. Source: haproxy, proxy-protocol.txt.

import { isIP } from 'node:net';
import { normalizeAddress } from '../network-address.ts';

export const MAX_PROXY_V1_BYTES = 107;
/** Version 2: 16 bytes and what a uint16 can count, addresses and TLVs. */
export const MAX_PROXY_V2_BYTES = 65_551;

const V1_START = Buffer.from('PROXY ', 'latin1');
const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const V2_FIXED_BYTES = 16;
const V2_VERSION_LOCAL = 0x20;
const V2_VERSION_PROXY = 0x21;
const V2_TCP4 = 0x11;
const V2_TCP6 = 0x21;
/** The proxy does not know the source, or had it by a Unix socket: its own address counts. */
const V2_WITHOUT_ADDRESS = [0x00, 0x31];
// Two addresses and two ports.
const V2_TCP4_BYTES = 12;
const V2_TCP6_BYTES = 36;
const PORT = /^(0|[1-9]\d{0,4})$/;

/** `local` is the proxy's own connection, a health check: it counts with the socket's address. */
export type ProxySource =
  | { readonly kind: 'proxied'; readonly address: string; readonly port: number }
  | { readonly kind: 'local' };

export type ProxyHeader =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'header'; readonly length: number; readonly source: ProxySource };

/** `header` names its length: the rest is the client's. `incomplete` only within the limits. */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsLike(bytes, V2_SIGNATURE)) return parseVersion2(bytes);
  if (startsLike(bytes, V1_START)) return parseVersion1(bytes);
  return invalid('no PROXY header');
}

// True while the bytes so far could still become the signature, or are behind it.
function startsLike(bytes: Buffer, signature: Buffer): boolean {
  const comparedBytes = Math.min(bytes.length, signature.length);
  return bytes.subarray(0, comparedBytes).equals(signature.subarray(0, comparedBytes));
}

function parseVersion1(bytes: Buffer): ProxyHeader {
  const lineBytes = bytes.subarray(0, MAX_PROXY_V1_BYTES).indexOf('\r\n');
  if (lineBytes === -1) return bytes.length < MAX_PROXY_V1_BYTES ? { kind: 'incomplete' } : invalid('line too long');
  const length = lineBytes + 2;
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = '', ...rest] = bytes
    .toString('latin1', 0, lineBytes)
    .split(' ');
  // What follows UNKNOWN must be ignored.
  if (family === 'UNKNOWN') return { kind: 'header', length, source: { kind: 'local' } };
  if (family !== 'TCP4' && family !== 'TCP6') return invalid('unknown family');
  // nginx names one family and writes the other where it knows the source from a header of its own.
  if (!isAddress(source) || !isAddress(destination)) return invalid('not an address');
  if (!isPort(sourcePort) || !isPort(destinationPort) || rest.length > 0) return invalid('malformed ports');
  return proxied(length, normalizeAddress(source), Number(sourcePort));
}

function parseVersion2(bytes: Buffer): ProxyHeader {
  if (bytes.length < V2_FIXED_BYTES) return { kind: 'incomplete' };
  const versionAndCommand = bytes.readUInt8(12);
  const family = bytes.readUInt8(13);
  const addressBytes = bytes.readUInt16BE(14);
  const length = V2_FIXED_BYTES + addressBytes;
  if (versionAndCommand !== V2_VERSION_LOCAL && versionAndCommand !== V2_VERSION_PROXY) {
    return invalid('unknown version or command');
  }
  const isLocal = versionAndCommand === V2_VERSION_LOCAL || V2_WITHOUT_ADDRESS.includes(family);
  if (!isLocal) {
    if (family !== V2_TCP4 && family !== V2_TCP6) return invalid('unknown family');
    if (addressBytes < (family === V2_TCP4 ? V2_TCP4_BYTES : V2_TCP6_BYTES)) return invalid('addresses are cut short');
  }
  // TLVs are inside the counted length and of no interest, so waiting for the whole skips them.
  if (bytes.length < length) return { kind: 'incomplete' };
  if (isLocal) return { kind: 'header', length, source: { kind: 'local' } };
  const addresses = bytes.subarray(V2_FIXED_BYTES, length);
  return family === V2_TCP4
    ? proxied(length, [...addresses.subarray(0, 4)].join('.'), addresses.readUInt16BE(8))
    : proxied(length, ipv6Text(addresses.subarray(0, 16)), addresses.readUInt16BE(32));
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_none, index) => bytes.readUInt16BE(index * 2).toString(16));
  // The URL parser writes the short form of RFC 5952.
  const short = new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
  return normalizeAddress(short);
}

// Node takes `fe80::1%eth0` for an address; a zone says nothing on another machine.
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}

function isPort(text: string): boolean {
  return PORT.test(text) && Number(text) <= 65_535;
}

function invalid(reason: string): ProxyHeader {
  return { kind: 'invalid', reason };
}

function proxied(length: number, address: string, port: number): ProxyHeader {
  return { kind: 'header', length, source: { kind: 'proxied', address, port } };
}
