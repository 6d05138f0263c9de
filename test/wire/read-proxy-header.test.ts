import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ProtocolViolation } from '../../src/protocol/protocol-violation.ts';
import { readProxyHeader } from '../../src/wire/read-startup-packet.ts';
import { hex } from '../protocol/packet-fixtures.ts';

const never = new AbortController().signal;
const CLIENT_BYTES = Buffer.from('PROXY-like bytes of the client\r\n');
const SIGNATURE = hex('0d0a0d0a000d0a515549540a');

const VERSION_1 = Buffer.from('PROXY TCP4 203.0.113.7 192.0.2.1 51324 5432\r\n');
const VERSION_2 = Buffer.concat([
  SIGNATURE,
  hex('21 11 000c cb007107 c0000201 c87c 1538'), // PROXY, TCP4, 12 bytes: 203.0.113.7 → 192.0.2.1, 51324 → 5432
]);
const VERSION_2_WITH_LARGE_TLV = Buffer.concat([
  SIGNATURE,
  hex('21 11 800f cb007107 c0000201 c87c 1538'),
  hex('ea 8000'), // type 0xEA, 32 KiB
  Buffer.alloc(32_768, 0x0d),
]);
const FROM_CLIENT = { kind: 'proxied', address: '203.0.113.7', port: 51_324 };

describe('a PROXY header', () => {
  it.each([
    ['version 1', VERSION_1],
    ['version 2', VERSION_2],
    ['version 2 with a TLV of 32 KiB', VERSION_2_WITH_LARGE_TLV],
  ])('%s names the client and leaves its bytes untouched', async (_name, header) => {
    const [near, far] = duplexPair();
    far.write(Buffer.concat([header, CLIENT_BYTES]));
    expect(await readProxyHeader(near, never)).toEqual(FROM_CLIENT);
    expect(near.read()).toEqual(CLIENT_BYTES);
  });

  it.each([
    ['version 1', VERSION_1],
    ['version 2', VERSION_2],
  ])('%s is read one byte at a time', async (_name, header) => {
    const [near, far] = duplexPair();
    const read = readProxyHeader(near, never);
    for (const byte of Buffer.concat([header, CLIENT_BYTES])) {
      far.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await read).toEqual(FROM_CLIENT);
    far.end();
    // One chunk a byte, or one for all: Node's versions differ.
    expect(Buffer.concat(await near.toArray())).toEqual(CLIENT_BYTES);
  });

  it('a health check of the balancer counts as its own', async () => {
    const [near, far] = duplexPair();
    far.write(Buffer.concat([SIGNATURE, hex('20 00 0000')]));
    expect(await readProxyHeader(near, never)).toEqual({ kind: 'local' });
  });

  it.each([
    ['a startup packet', hex('00000008 04d2162f')],
    ['a line that does not end', Buffer.alloc(200, 'PROXY ')],
  ])('%s instead is refused', async (_name, bytes) => {
    const [near, far] = duplexPair();
    far.write(bytes);
    await expect(readProxyHeader(near, never)).rejects.toThrow(ProtocolViolation);
  });

  it('a peer that closes within it is refused', async () => {
    const [near, far] = duplexPair();
    far.end(VERSION_1.subarray(0, 20));
    await expect(readProxyHeader(near, never)).rejects.toThrow('closed before a PROXY header came');
  });
});
