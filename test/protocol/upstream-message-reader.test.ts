import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_UPSTREAM_LOGIN_MESSAGES, UpstreamMessageReader } from '../../src/protocol/upstream-message-reader.ts';
import { builtMessage, hex, SEED, violationOf } from './packet-fixtures.ts';

const AUTHENTICATION_OK = builtMessage('R', (writer) => writer.addInt32(0));
const TIME_ZONE = builtMessage('S', (writer) => writer.addCString('TimeZone').addCString('Europe/Zürich'));
const READY = builtMessage('Z', (writer) => writer.addString('I'));
const LOGIN = Buffer.concat([AUTHENTICATION_OK, TIME_ZONE, READY]);

function takeAll(reader: UpstreamMessageReader): Buffer[] {
  const taken: Buffer[] = [];
  for (let message = reader.take(); message !== null; message = reader.take()) taken.push(message.bytes);
  return taken;
}

describe('reading an upstream login', () => {
  it('messages come out singly, whole and in order', () => {
    const reader = new UpstreamMessageReader();
    reader.push(LOGIN);
    expect(reader.take()).toEqual({ type: 'R', body: hex('00000000'), bytes: AUTHENTICATION_OK });
    expect(reader.take()).toEqual({ type: 'S', body: TIME_ZONE.subarray(5), bytes: TIME_ZONE });
    expect(reader.take()).toEqual({ type: 'Z', body: Buffer.from('I'), bytes: READY });
    expect(reader.take()).toBeNull();
    expect(reader.surplus()).toHaveLength(0);
  });

  it('they are the same when every byte comes alone', () => {
    const reader = new UpstreamMessageReader();
    const taken = [...LOGIN].flatMap((byte) => {
      reader.push(Buffer.of(byte));
      return takeAll(reader);
    });
    expect(taken).toEqual([AUTHENTICATION_OK, TIME_ZONE, READY]);
  });

  it('what came behind is handed back byte for byte, wherever the chunks were split', () => {
    const behind = hex('4e 00000005 00 54 00');
    const stream = Buffer.concat([READY, behind]);
    for (let split = 0; split <= stream.length; split++) {
      const reader = new UpstreamMessageReader();
      reader.push(stream.subarray(0, split));
      const early = reader.take();
      reader.push(stream.subarray(split));
      const ready = early ?? reader.take();
      expect(ready?.bytes, `split at ${split}`).toEqual(READY);
      expect(reader.surplus(), `split at ${split}`).toEqual(behind);
      expect(reader.surplus(), 'handed back once').toHaveLength(0);
    }
  });

  it('an unfinished message is handed back too', () => {
    const reader = new UpstreamMessageReader();
    reader.push(hex('53 000000'));
    expect(reader.take()).toBeNull();
    reader.push(hex('ff 41'));
    expect(reader.take()).toBeNull();
    expect(reader.surplus()).toEqual(hex('53 000000ff 41'));
  });

  it('any cut of any login gives the same messages and the same surplus', () => {
    const message = fc
      .tuple(fc.constantFrom('R', 'S', 'K', 'N', 'E', 'Z'), fc.uint8Array({ maxLength: 40 }))
      .map(([type, body]) => builtMessage(type, (writer) => writer.add(Buffer.from(body))));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 8 }), (messages, cuts) => {
        const stream = Buffer.concat([...messages, hex('52 000000')]);
        const reader = new UpstreamMessageReader();
        const taken: Buffer[] = [];
        const ends = [...cuts, stream.length].sort((a, b) => a - b);
        let start = 0;
        for (const end of ends) {
          reader.push(stream.subarray(start, end));
          taken.push(...takeAll(reader));
          start = Math.max(start, end);
        }
        expect(taken).toEqual(messages);
        expect(reader.surplus()).toEqual(hex('52 000000'));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('an upstream that misbehaves', () => {
  it.each([
    ['a length of 3', hex('52 00000003')],
    ['a negative length', hex('52 ffffffff')],
    ['a message of 64 KiB and one byte', hex('4e 00010000')],
    ['a message of 2 GB', hex('4e 7fffffff')],
    ['a query result before ReadyForQuery', hex('44 00000006 0000')],
    ['an unasked NegotiateProtocolVersion', hex('76 0000000c 00030000 00000000')],
    ['the banner of an SSH server', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n')],
    ['an HTTP response', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['NUL bytes', Buffer.alloc(5)],
  ])('%s is a violation', (_what, bytes) => {
    const reader = new UpstreamMessageReader();
    reader.push(bytes);
    expect(violationOf(() => reader.take())).toBe('malformed_message');
  });

  it('a message of exactly 64 KiB passes', () => {
    const reader = new UpstreamMessageReader();
    reader.push(Buffer.concat([hex('4e 0000ffff'), Buffer.alloc(65_531)]));
    expect(reader.take()?.bytes).toHaveLength(65_536);
  });

  it('the 201st message is one too many', () => {
    const reader = new UpstreamMessageReader();
    for (let sent = 0; sent < MAX_UPSTREAM_LOGIN_MESSAGES; sent++) {
      reader.push(TIME_ZONE);
      expect(reader.take()).not.toBeNull();
    }
    reader.push(READY);
    expect(violationOf(() => reader.take())).toBe('malformed_message');
  });
});
