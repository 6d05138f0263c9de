import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameCounter } from '../../src/relay/frame-counter.ts';
import { builtMessage, hex, SEED } from '../protocol/packet-fixtures.ts';

const READY_IDLE = hex('5a 00000005 49');
const READY_IN_TRANSACTION = hex('5a 00000005 54');
const READY_FAILED = hex('5a 00000005 45');
const EMPTY = hex('6e 00000004');
const ROW = builtMessage('D', (writer) => writer.addInt16(1).addInt32PrefixedString('five!'));

interface Seen {
  readonly boundaries: ReadonlySet<number>;
  /** Status after so many bytes. */
  statusAt(offset: number): string;
  readyAt(offset: number): number;
}

/** The slow and obvious way: reads the whole stream message by message. */
function readNaively(stream: Buffer): Seen {
  const boundaries = new Set([0]);
  const statuses: { at: number; status: string }[] = [];
  for (let start = 0; start + 5 <= stream.length; ) {
    const end = start + 1 + stream.readInt32BE(start + 1);
    if (String.fromCharCode(stream[start] ?? 0) === 'Z' && end >= start + 6) {
      statuses.push({ at: start + 6, status: String.fromCharCode(stream[start + 5] ?? 0) });
    }
    boundaries.add(end);
    start = end;
  }
  const until = (offset: number) => statuses.filter(({ at }) => at <= offset);
  return {
    boundaries,
    statusAt: (offset) => until(offset).at(-1)?.status ?? 'unknown',
    readyAt: (offset) => until(offset).length,
  };
}

/** Pushes the stream cut at the given offsets and compares after every chunk. */
function expectToAgree(stream: Buffer, cuts: readonly number[]): void {
  const seen = readNaively(stream);
  const counter = new FrameCounter();
  let start = 0;
  for (const end of [...cuts, stream.length]) {
    const inside = [...seen.boundaries].filter((boundary) => boundary > start && boundary <= end);
    const expected = inside.length === 0 ? null : Math.max(...inside) - start;
    expect(counter.push(stream.subarray(start, end)), `cuts ${cuts.join()}, chunk ${start} to ${end}`).toBe(expected);
    expect(counter.atBoundary).toBe(seen.boundaries.has(end));
    expect(counter.transactionStatus).toBe(seen.statusAt(end));
    expect(counter.readyCount).toBe(seen.readyAt(end));
    start = end;
  }
}

describe('following a stream of messages', () => {
  it('starts at a boundary and without a transaction status', () => {
    const counter = new FrameCounter();
    expect(counter.atBoundary).toBe(true);
    expect(counter.transactionStatus).toBe('unknown');
    expect(counter.readyCount).toBe(0);
  });

  it.each([
    [READY_IDLE, 'I'],
    [READY_IN_TRANSACTION, 'T'],
    [READY_FAILED, 'E'],
    [hex('5a 00000005 3f'), 'unknown'],
  ])('takes the transaction status from ReadyForQuery', (ready, status) => {
    const counter = new FrameCounter();
    expect(counter.push(ready)).toBe(6);
    expect(counter.transactionStatus).toBe(status);
    expect(counter.readyCount).toBe(1);
  });

  it('does not mistake a payload for a header', () => {
    const counter = new FrameCounter();
    const disguised = builtMessage('d', (writer) => writer.add(READY_IN_TRANSACTION).add(hex('5a ffffffff')));
    expect(counter.push(Buffer.concat([READY_IDLE, disguised]))).toBe(6 + disguised.length);
    expect(counter.transactionStatus).toBe('I');
    expect(counter.readyCount).toBe(1);
  });

  it('agrees with a naive parser for every pair of cuts', () => {
    const stream = Buffer.concat([READY_IN_TRANSACTION, EMPTY, ROW, READY_FAILED, EMPTY, EMPTY, READY_IDLE]);
    for (let first = 0; first <= stream.length; first++) {
      for (let second = first; second <= stream.length; second++) expectToAgree(stream, [first, second]);
    }
  });

  it('agrees with a naive parser byte by byte', () => {
    const stream = Buffer.concat([ROW, EMPTY, READY_IDLE, ROW, READY_FAILED]);
    expectToAgree(
      stream,
      Array.from(stream, (_byte, index) => index),
    );
  });

  it('agrees with a naive parser on any stream and any cuts', () => {
    const message = fc
      .tuple(fc.constantFrom('Z', 'D', 'C', 'd', 'N', '\u0000', 'ÿ'), fc.uint8Array({ maxLength: 30 }))
      .map(([type, body]) => builtMessage('D', (writer) => writer.add(Buffer.from(body))).fill(type, 0, 1, 'latin1'))
      .filter((bytes) => bytes[0] !== 0x5a || bytes.length === 5 || 'ITE'.includes(String.fromCharCode(bytes[5] ?? 0)));
    const ready = fc.constantFrom(READY_IDLE, READY_FAILED, READY_IN_TRANSACTION);
    const messages = fc.array(fc.oneof(message, ready), { maxLength: 20 });
    fc.assert(
      fc.property(messages, fc.array(fc.nat(500), { maxLength: 12 }), fc.nat(4), (parts, cuts, tailBytes) => {
        const stream = Buffer.concat([...parts, ROW.subarray(0, tailBytes)]);
        expectToAgree(
          stream,
          cuts.map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b),
        );
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('skips a message of 1 GB without holding it', () => {
    const counter = new FrameCounter();
    const payloadBytes = 2 ** 30;
    const chunk = Buffer.alloc(2 ** 20, 0x5a);
    counter.push(Buffer.concat([hex('64'), int32(payloadBytes + 4)]));
    for (let sent = 0; sent < payloadBytes - chunk.length; sent += chunk.length) {
      expect(counter.push(chunk)).toBeNull();
    }
    expect(counter.atBoundary).toBe(false);
    expect(counter.push(Buffer.concat([chunk, READY_FAILED, hex('44 00')]))).toBe(chunk.length + 6);
    expect(counter.transactionStatus).toBe('E');
  });
});

describe('a stream that is not Postgres any more', () => {
  it.each([
    ['3', hex('44 00000003')],
    ['0', hex('44 00000000')],
    ['-1', hex('44 ffffffff')],
    ['below zero, as of a stream of text', hex('44 80000004')],
  ])('is not followed after a length of %s', (_what, header) => {
    for (let split = 0; split <= header.length; split++) {
      const counter = new FrameCounter();
      expect(counter.push(Buffer.concat([READY_IDLE, header.subarray(0, split)]))).toBe(6);
      expect(counter.push(Buffer.concat([header.subarray(split), READY_IDLE, READY_IDLE]))).toBeNull();
      expect(counter.isLost).toBe(true);
      expect(counter.atBoundary).toBe(false);
      expect(counter.transactionStatus).toBe('unknown');
      expect(counter.push(READY_IDLE)).toBeNull();
      expect(counter.atBoundary).toBe(false);
    }
  });

  it('keeps the boundary before the broken header', () => {
    const counter = new FrameCounter();
    expect(counter.push(Buffer.concat([ROW, hex('44 00000001 00')]))).toBe(ROW.length);
    expect(counter.isLost).toBe(true);
  });
});

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
