import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PROXY_V1_BYTES, MAX_PROXY_V2_BYTES, parseProxyHeader } from '../../src/protocol/proxy-header.ts';
import { hex, SEED } from './packet-fixtures.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const ADDRESSES_TCP4 = 'c0000201 c6336401 d431 1538'; // 192.0.2.1 → 198.51.100.1, ports 54321 → 5432
const ADDRESSES_TCP6 = '20010db8000000000000000000000001 20010db8000000000000000000000002 d431 1538';
const CLIENT_BYTES = hex('00000008 04d2162f');

const proxied = (address: string, port: number) => ({ kind: 'proxied', address, port });

/**
 * The header must be known at its last byte, not before, and take nothing of what stands behind.
 */
function expectHeader(header: Buffer, source: unknown): void {
  for (let bytes = 0; bytes < header.length; bytes++) {
    expect(parseProxyHeader(header.subarray(0, bytes)), `${bytes} bytes`).toEqual({ kind: 'incomplete' });
  }
  const expected = { kind: 'header', length: header.length, source };
  expect(parseProxyHeader(header)).toEqual(expected);
  expect(parseProxyHeader(Buffer.concat([header, CLIENT_BYTES]))).toEqual(expected);
}

describe('PROXY protocol version 1', () => {
  it.each([
    ['TCP4 192.0.2.1 198.51.100.1 54321 5432', proxied('192.0.2.1', 54_321)],
    ['TCP4 192.0.2.1 198.51.100.1 0 65535', proxied('192.0.2.1', 0)],
    ['TCP6 2001:db8::1 2001:db8::2 54321 5432', proxied('2001:db8::1', 54_321)],
    ['TCP6 ::ffff:192.0.2.1 ::1 54321 5432', proxied('192.0.2.1', 54_321)],
    ['TCP6 ::ffff:c000:201 ::1 54321 5432', proxied('192.0.2.1', 54_321)],
    // nginx, where it knows the source from a header of its own.
    ['TCP6 2001:db8::1 198.51.100.1 54321 5432', proxied('2001:db8::1', 54_321)],
    ['TCP4 192.0.2.1 2001:db8::2 54321 5432', proxied('192.0.2.1', 54_321)],
    ['TCP4 2001:db8::1 192.0.2.2 1 2', proxied('2001:db8::1', 1)],
    ['TCP6 192.0.2.1 ::ffff:192.0.2.2 1 2', proxied('192.0.2.1', 1)],
    ['UNKNOWN', { kind: 'local' }],
    ['UNKNOWN ffff::1 whatever the proxy says', { kind: 'local' }],
  ])('"PROXY %s" is understood, also byte by byte and with surplus', (line, source) => {
    expectHeader(Buffer.from(`PROXY ${line}\r\n`), source);
  });

  it('the longest line allowed is understood', () => {
    const line = `PROXY UNKNOWN ${'x'.repeat(MAX_PROXY_V1_BYTES - 16)}\r\n`;
    expectHeader(Buffer.from(line), { kind: 'local' });
  });

  it.each([
    ['another family', 'PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n'],
    ['no family', 'PROXY \r\n'],
    ['a family in lower case', 'PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n'],
    ['an address with a zone', 'PROXY TCP6 fe80::1%eth0 2001:db8::1 1 2\r\n'],
    ['an octal address', 'PROXY TCP4 010.0.0.1 192.0.2.2 1 2\r\n'],
    ['a host name', 'PROXY TCP4 localhost 192.0.2.2 1 2\r\n'],
    ['a wrong destination', 'PROXY TCP4 192.0.2.1 nowhere 1 2\r\n'],
    ['a port too high', 'PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n'],
    ['a port with a leading zero', 'PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n'],
    ['a negative port', 'PROXY TCP4 192.0.2.1 192.0.2.2 1 -2\r\n'],
    ['an empty port', 'PROXY TCP4 192.0.2.1 192.0.2.2 1 \r\n'],
    ['a missing port', 'PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n'],
    ['two spaces', 'PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n'],
    ['something behind the ports', 'PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n'],
    ['a bare line feed', `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n${'x'.repeat(107)}`],
    ['a line that is one byte too long', `PROXY UNKNOWN ${'x'.repeat(MAX_PROXY_V1_BYTES - 15)}\r\n`],
    ['no end within the limit', `PROXY ${'x'.repeat(101)}`],
  ])('%s is invalid', (_what, text) => {
    expect(parseProxyHeader(Buffer.from(text)).kind).toBe('invalid');
  });
});

describe('PROXY protocol version 2', () => {
  it.each([
    ['TCP4', `${SIGNATURE} 21 11 000c ${ADDRESSES_TCP4}`, proxied('192.0.2.1', 54_321)],
    ['TCP6', `${SIGNATURE} 21 21 0024 ${ADDRESSES_TCP6}`, proxied('2001:db8::1', 54_321)],
    [
      'TCP6 with an IPv4-mapped address',
      `${SIGNATURE} 21 21 0024 00000000000000000000ffffc0000201 00000000000000000000ffffc6336401 0001 0002`,
      proxied('192.0.2.1', 1),
    ],
    [
      'TCP4 with an empty TLV and another',
      `${SIGNATURE} 21 11 0014 ${ADDRESSES_TCP4} 04 0000 ea 0002 abcd`,
      proxied('192.0.2.1', 54_321),
    ],
    ['LOCAL without addresses', `${SIGNATURE} 20 00 0000`, { kind: 'local' }],
    ['LOCAL with addresses', `${SIGNATURE} 20 11 000c ${ADDRESSES_TCP4}`, { kind: 'local' }],
    ['an unspecified family', `${SIGNATURE} 21 00 0000`, { kind: 'local' }],
    ['an unspecified family with a TLV', `${SIGNATURE} 21 00 0003 040000`, { kind: 'local' }],
    ['a Unix socket', `${SIGNATURE} 21 31 00d8 ${'00'.repeat(216)}`, { kind: 'local' }],
    ['LOCAL of an unknown family', `${SIGNATURE} 20 ff 0003 010203`, { kind: 'local' }],
  ])('%s is understood, also byte by byte and with surplus', (_what, text, source) => {
    expectHeader(hex(text), source);
  });

  it.each([32_768, 65_535])('%i bytes of addresses and TLVs are skipped', (countedBytes) => {
    const header = Buffer.concat([hex(`${SIGNATURE} 21 11`), Buffer.alloc(2 + countedBytes)]);
    header.writeUInt16BE(countedBytes, 14);
    expect(parseProxyHeader(header.subarray(0, -1))).toEqual({ kind: 'incomplete' });
    expect(parseProxyHeader(Buffer.concat([header, CLIENT_BYTES]))).toMatchObject({ length: header.length });
    expect(header.length).toBeLessThanOrEqual(MAX_PROXY_V2_BYTES);
  });

  it.each([
    ['version 1 in the binary form', `${SIGNATURE} 11 11 000c ${ADDRESSES_TCP4}`],
    ['version 3', `${SIGNATURE} 31 11 000c ${ADDRESSES_TCP4}`],
    ['an unknown command', `${SIGNATURE} 22 11 000c ${ADDRESSES_TCP4}`],
    ['UDP', `${SIGNATURE} 21 12 000c ${ADDRESSES_TCP4}`],
    ['UDP over IPv6', `${SIGNATURE} 21 22 0024 ${ADDRESSES_TCP6}`],
    ['a Unix datagram', `${SIGNATURE} 21 32 00d8 ${'00'.repeat(216)}`],
    ['TCP4 with addresses cut short', `${SIGNATURE} 21 11 000b ${'00'.repeat(11)}`],
    ['TCP6 with the addresses of TCP4', `${SIGNATURE} 21 21 000c ${ADDRESSES_TCP4}`],
    ['a wrong signature', `0d0a0d0a000d0a515549540b 21 11 000c ${ADDRESSES_TCP4}`],
  ])('%s is invalid', (_what, text) => {
    expect(parseProxyHeader(hex(text)).kind).toBe('invalid');
  });

  it('a length that cannot be right is refused before its bytes come', () => {
    expect(parseProxyHeader(hex(`${SIGNATURE} 21 11 0004`)).kind).toBe('invalid');
  });
});

describe('no header at all', () => {
  it.each([
    ['an SSLRequest', CLIENT_BYTES],
    ['a ClientHello', hex('16 0301 0200')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n')],
    ['a NUL', hex('00')],
    ['a version 1 header in lower case', Buffer.from('proxy ')],
  ])('%s is refused at its first wrong byte', (_what, bytes) => {
    expect(parseProxyHeader(bytes).kind).toBe('invalid');
  });

  it('random bytes behind either signature end in one of the three answers', () => {
    const start = fc.constantFrom(hex(SIGNATURE), Buffer.from('PROXY TCP4 '), Buffer.from('PROXY TCP6 '), hex(''));
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 120 }), (signature, bytes) => {
        const input = Buffer.concat([signature, bytes]);
        const header = parseProxyHeader(input);
        expect(['incomplete', 'invalid', 'header']).toContain(header.kind);
        if (header.kind === 'header') expect(header.length).toBeLessThanOrEqual(input.length);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });
});
