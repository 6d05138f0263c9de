import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseFrontendHeader,
  parsePasswordMessage,
  parseSaslInitialResponse,
} from '../../src/protocol/frontend-messages.ts';
import { ProtocolViolation } from '../../src/protocol/protocol-violation.ts';
import { parseStartupPacket, startupPacketLength } from '../../src/protocol/startup-packet.ts';
import { UpstreamMessageReader } from '../../src/protocol/upstream-message-reader.ts';
import {
  encodeErrorOrNotice,
  parseAuthentication,
  parseBackendKeyData,
  parseErrorOrNotice,
  parseParameterStatus,
  parseReadyForQuery,
} from '../../src/protocol/upstream-messages.ts';
import { FrameCounter } from '../../src/relay/frame-counter.ts';
import { hex, readAsNodePostgres, SEED } from './packet-fixtures.ts';

const PARSERS: [name: string, parse: (bytes: Buffer) => unknown][] = [
  ['startupPacketLength', startupPacketLength],
  ['parseStartupPacket', parseStartupPacket],
  ['parseFrontendHeader', (bytes) => parseFrontendHeader(bytes, 512)],
  ['parsePasswordMessage', parsePasswordMessage],
  ['parseSaslInitialResponse', parseSaslInitialResponse],
  ['parseAuthentication', parseAuthentication],
  ['parseParameterStatus', parseParameterStatus],
  ['parseBackendKeyData', parseBackendKeyData],
  ['parseReadyForQuery', parseReadyForQuery],
  ['parseErrorOrNotice', parseErrorOrNotice],
  ['UpstreamMessageReader', readAll],
];

function readAll(bytes: Buffer): number {
  const reader = new UpstreamMessageReader();
  reader.push(bytes);
  let takenBytes = 0;
  for (let message = reader.take(); message !== null; message = reader.take()) takenBytes += message.bytes.length;
  return takenBytes + reader.surplus().length;
}

// Bytes that reach deep: valid beginnings, then anything, with many NULs.
const hostile = fc
  .tuple(
    fc.constantFrom('', '00030000', '00030002', '04d2162e', '0000000a', '0000000b', '5300000020', '4e000000ff', '4d'),
    fc.array(fc.oneof(fc.constant(0), fc.nat(255), fc.constantFrom(0x75, 0x73, 0x65, 0x72, 0xff)), { maxLength: 200 }),
  )
  .map(([start, bytes]) => Buffer.concat([hex(start), Buffer.from(bytes)]));

describe('bytes that nobody meant', () => {
  it.each(PARSERS)('%s answers or throws a ProtocolViolation, and looks at its own bytes only', (_name, parse) => {
    const outcome = (bytes: Buffer): unknown => {
      try {
        return JSON.stringify(parse(bytes));
      } catch (error) {
        if (!(error instanceof ProtocolViolation)) throw error;
        return error.message;
      }
    };
    fc.assert(
      fc.property(hostile, (bytes) => {
        // The same bytes inside a larger buffer: what stands around them must not matter.
        const surrounded = Buffer.concat([Buffer.alloc(16, 0x41), bytes, Buffer.alloc(16, 0)]);
        expect(outcome(surrounded.subarray(16, 16 + bytes.length))).toBe(outcome(Buffer.from(bytes)));
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it('the frame counter never fails and never points outside its chunk', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 6 }), (chunks) => {
        const counter = new FrameCounter();
        for (const chunk of chunks) {
          const boundary = counter.push(chunk) ?? 1;
          expect(boundary).toBeGreaterThan(0);
          expect(boundary).toBeLessThanOrEqual(Math.max(chunk.length, 1));
          expect(counter.atBoundary && counter.isLost).toBe(false);
        }
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it('whatever an upstream puts into an error, our client reads one whole message', () => {
    const field = fc.tuple(fc.string({ minLength: 1, maxLength: 1 }), fc.string({ unit: 'binary', maxLength: 60 }));
    fc.assert(
      fc.property(fc.array(field, { maxLength: 12 }), (fields) => {
        const letters = new Map(fields.filter(([code]) => /^[A-Za-z]$/.test(code)));
        expect(readAsNodePostgres(encodeErrorOrNotice('E', letters))).toHaveLength(1);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
