import { getEventListeners, once } from 'node:events';
import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ProtocolViolation } from '../../src/protocol/protocol-violation.ts';
import { readClientMessage, readStartupPacket } from '../../src/wire/read-startup-packet.ts';
import { builtMessage, builtStartupPacket, hex } from '../protocol/packet-fixtures.ts';
import { socketPair } from './loopback.ts';

const SSL_REQUEST = hex('00000008 04d2162f');
const STARTUP = builtStartupPacket(196_608, ['user', 'alice', 'database', 'shop'], '\0');
const CANCEL_REQUEST = hex('00000010 04d2162e 00000007 deadbeef');
const PACKETS = { SSL_REQUEST, STARTUP, CANCEL_REQUEST };
const SURPLUS = Buffer.from('the next reader’s bytes');

const never = new AbortController().signal;

describe('a first packet', () => {
  it.each(Object.entries(PACKETS))('%s is read one byte at a time', async (_name, packet) => {
    const [near, far] = duplexPair();
    const read = readStartupPacket(near, never);
    for (const byte of packet) {
      far.write(Buffer.from([byte]));
      await nextTurn();
    }
    expect((await read).kind).toBe('packet');
    expect(near.readableLength).toBe(0);
  });

  it.each(Object.entries(PACKETS))(
    '%s is read whole when its bytes came in pieces before anybody read',
    async (_name, packet) => {
      const [near, far] = duplexPair();
      for (const byte of packet) {
        far.write(Buffer.from([byte]));
        await nextTurn();
      }
      expect((await readStartupPacket(near, never)).kind).toBe('packet');
      expect(near.readableLength).toBe(0);
    },
  );

  it.each(Object.entries(PACKETS))(
    '%s leaves every byte behind it, wherever the bytes were split',
    async (_name, packet) => {
      const all = Buffer.concat([packet, SURPLUS]);
      for (let split = 1; split < all.length; split++) {
        const [near, far] = duplexPair();
        const read = readStartupPacket(near, never);
        far.write(all.subarray(0, split));
        await nextTurn();
        far.end(all.subarray(split));
        expect((await read).kind).toBe('packet');
        expect((await restOf(near)).equals(SURPLUS), `split at ${split}`).toBe(true);
      }
    },
  );

  it('two in one segment are read singly', async () => {
    const [near, far] = duplexPair();
    far.write(Buffer.concat([SSL_REQUEST, STARTUP]));
    expect(await readStartupPacket(near, never)).toEqual({ kind: 'packet', packet: { kind: 'ssl_request' } });
    expect(near.readableLength).toBe(STARTUP.length);
    expect(await readStartupPacket(near, never)).toMatchObject({ packet: { startup: { user: 'alice' } } });
  });

  it('a TLS record is recognised by its first byte and stays whole in the socket', async () => {
    const [near, far] = duplexPair();
    const hello = hex('16030100c8010000c4');
    far.end(hello);
    expect(await readStartupPacket(near, never)).toEqual({ kind: 'tls_client_hello' });
    expect(await restOf(near)).toEqual(hello);
  });

  it.each([
    ['two gigabytes', '7fffffff'],
    ['a negative length', 'ffffffff'],
    ['zero', '00000000'],
    ['one byte more than PostgreSQL takes', '00002715'],
  ])('%s is refused by its first four bytes', async (_name, length) => {
    const [near, far] = duplexPair();
    far.write(hex(length));
    await expect(readStartupPacket(near, never)).rejects.toThrow(ProtocolViolation);
  });

  it.each([0, 1, 7])('a client that closes after %i bytes is reported as closed', async (count) => {
    const [near, far] = duplexPair();
    far.end(STARTUP.subarray(0, count));
    expect(await readStartupPacket(near, never)).toEqual({ kind: 'closed' });
  });

  it('a socket with an early FIN of its peer is reported as closed', async () => {
    await using pair = await socketPair();
    pair.far.end();
    await once(pair.near.resume(), 'end');
    expect(await readStartupPacket(pair.near, never)).toEqual({ kind: 'closed' });
  });

  it('a reset is thrown as the end of the peer', async () => {
    await using pair = await socketPair();
    const read = readStartupPacket(pair.near, never);
    pair.far.resetAndDestroy();
    await expect(read).rejects.toMatchObject({ name: 'PeerGone', cause: { code: 'ECONNRESET' } });
  });

  it('waiting ends with the signal’s reason and leaves no listener', async () => {
    const [near] = duplexPair();
    const deadline = new AbortController();
    const listenersBefore = near.eventNames().map((event) => near.listenerCount(event));
    const read = readStartupPacket(near, deadline.signal);
    deadline.abort(new Error('too slow'));
    await expect(read).rejects.toThrow('too slow');
    expect(near.eventNames().map((event) => near.listenerCount(event))).toEqual(listenersBefore);
    expect(getEventListeners(deadline.signal, 'abort')).toEqual([]);
  });

  // Node: a 'readable' listener that is added again while read(8) finds too little fires without
  // end.
  it('one pending byte costs no time', async () => {
    await using pair = await socketPair();
    let readCount = 0;
    const { near } = pair;
    const read = near.read.bind(near);
    near.read = (size?: number) => {
      readCount++;
      return read(size);
    };
    const deadline = new AbortController();
    const packet = readStartupPacket(near, deadline.signal);
    pair.far.write(Buffer.from([0]));
    for (let turn = 0; turn < 1_000; turn++) await nextTurn();
    expect(readCount).toBeLessThan(20);
    deadline.abort(new Error('done'));
    await expect(packet).rejects.toThrow('done');
  });
});

describe('a client’s message', () => {
  it('is read with what follows it left in the socket', async () => {
    const [near, far] = duplexPair();
    far.write(Buffer.concat([builtMessage('p', (writer) => writer.addCString('secret')), SURPLUS]));
    const message = await readClientMessage(near, { maxBodyBytes: 512, signal: never });
    expect(message).toEqual({ type: 'p', body: Buffer.from('secret\0') });
    expect(near.read()).toEqual(SURPLUS);
  });

  it('one byte more than allowed is refused unread', async () => {
    const [near, far] = duplexPair();
    far.write(hex('70 00000205'));
    await expect(readClientMessage(near, { maxBodyBytes: 512, signal: never })).rejects.toThrow(ProtocolViolation);
  });

  it('a client that closes instead is reported with null', async () => {
    const [near, far] = duplexPair();
    far.end(hex('70 0000'));
    expect(await readClientMessage(near, { maxBodyBytes: 512, signal: never })).toBeNull();
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function restOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
