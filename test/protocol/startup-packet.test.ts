import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeStartupMessage,
  parseStartupPacket,
  type StartupMessage,
  startupPacketLength,
} from '../../src/protocol/startup-packet.ts';
import { builtStartupPacket, hex, SEED, violationOf } from './packet-fixtures.ts';

const VERSION_3_0 = 196_608;

function startupOf(packet: Buffer): StartupMessage {
  const parsed = parseStartupPacket(packet.subarray(4));
  if (parsed.kind !== 'startup_message') throw new Error(`expected a StartupMessage, got ${parsed.kind}`);
  return parsed.startup;
}

describe('the requests without a user', () => {
  it('an SSLRequest is recognised', () => {
    const packet = hex(`
      00000008  # length
      04d2162f  # 80877103`);
    expect(startupPacketLength(packet)).toBe(8);
    expect(parseStartupPacket(packet.subarray(4))).toEqual({ kind: 'ssl_request' });
  });

  it('a GSSENCRequest is recognised', () => {
    const packet = hex(`
      00000008  # length
      04d21630  # 80877104`);
    expect(parseStartupPacket(packet.subarray(4))).toEqual({ kind: 'gssenc_request' });
  });

  it('a CancelRequest of 3.0 brings a key of 4 bytes, also with a negative process id', () => {
    const packet = hex(`
      00000010  # length
      04d2162e  # 80877102
      fffffffe  # process id -2
      deadbeef  # secret key`);
    expect(parseStartupPacket(packet.subarray(4))).toEqual({
      kind: 'cancel_request',
      processId: -2,
      secretKey: hex('deadbeef'),
    });
  });

  it('a CancelRequest of 3.2 brings a key of up to 256 bytes', () => {
    const secretKey = Buffer.alloc(256, 0x5a);
    const body = Buffer.concat([hex('04d2162e 00000007'), secretKey]);
    expect(parseStartupPacket(body)).toEqual({ kind: 'cancel_request', processId: 7, secretKey });
  });
});

describe('a StartupMessage', () => {
  it('yields user, database and every other parameter in its order', () => {
    const packet = hex(`
      00000042                                        # length
      00030000                                        # version 3.0
      75736572 00 616c696365 00                       # user alice
      6461746162617365 00 73686f70 00                 # database shop
      6170706c69636174696f6e5f6e616d65 00 7073716c 00 # application_name psql
      54696d655a6f6e65 00 00                          # TimeZone, empty
      00`);
    expect(startupPacketLength(packet)).toBe(packet.length);
    expect(startupOf(packet)).toEqual({
      protocolVersion: { major: 3, minor: 0 },
      user: 'alice',
      database: 'shop',
      parameters: new Map([
        ['application_name', 'psql'],
        ['TimeZone', ''],
      ]),
      protocolOptions: [],
    });
  });

  it.each([
    ['absent', []],
    ['empty', ['database', '']],
  ])('takes the user for the database when that is %s', (_state, strings) => {
    expect(startupOf(builtStartupPacket(VERSION_3_0, ['user', 'bob', ...strings], '\0')).database).toBe('bob');
  });

  it('keeps the last value of a parameter that comes twice, as PostgreSQL does', () => {
    const packet = builtStartupPacket(VERSION_3_0, ['user', 'bob', 'options', 'a', 'options', 'b'], '\0');
    expect([...startupOf(packet).parameters]).toEqual([['options', 'b']]);
  });

  it('takes the last user and the last database, as PostgreSQL does', () => {
    const strings = ['user', 'a', 'database', 'x', 'user', 'b', 'database', 'y'];
    expect(startupOf(builtStartupPacket(VERSION_3_0, strings, '\0'))).toMatchObject({ user: 'b', database: 'y' });
  });

  it('puts a repeated parameter where it came last', () => {
    const strings = ['user', 'a', 'x', '1', 'X', '2', 'x', '3'];
    const { parameters } = startupOf(builtStartupPacket(VERSION_3_0, strings, '\0'));
    expect([...parameters]).toEqual([
      ['X', '2'],
      ['x', '3'],
    ]);
  });

  it('is of any bytes, which go on as they came', () => {
    // Shells in Latin-1 and Windows send them; PostgreSQL compares bytes.
    const packet = hex(`
      0000002b 00030000
      75736572 00 4a6f73e9 00                 # user Jos\\xe9
      6461746162617365 00 62fc63686572 00     # database b\\xfccher
      4170ff 00 eda080 00                     # a name and a value
      00`);
    const { user, database, parameters } = startupOf(packet);
    expect([user, database]).toEqual(['Jos\udce9', 'b\udcfccher']);
    expect(encodeStartupMessage([['user', user], ['database', database], ...parameters])).toEqual(packet);
  });

  it('sets protocol options apart, each once', () => {
    const names = ['_pq_.one', 'on', '_pq_.two', '', '_pq_.one', 'off'];
    const startup = startupOf(builtStartupPacket(VERSION_3_0 + 9_999, ['user', 'bob', ...names], '\0'));
    expect(startup.protocolOptions).toEqual(['_pq_.one', '_pq_.two']);
    expect(startup.parameters.size).toBe(0);
    expect(startup.protocolVersion).toEqual({ major: 3, minor: 9_999 });
  });

  it('is read from its own bytes only, whatever stands behind them', () => {
    const packet = builtStartupPacket(VERSION_3_0, ['user', 'bob'], '\0');
    const withSurplus = Buffer.concat([packet, hex('51 00000006 3b 00')]);
    const length = startupPacketLength(withSurplus);
    expect(length).toBe(packet.length);
    expect(startupOf(withSurplus.subarray(0, length)).user).toBe('bob');
  });

  it('does not exist before its last byte', () => {
    const packet = builtStartupPacket(VERSION_3_0, ['user', 'bob', 'database', 'shop'], '\0');
    for (let bytes = 4; bytes < packet.length; bytes++) {
      expect(
        violationOf(() => startupOf(packet.subarray(0, bytes))),
        `${bytes} bytes`,
      ).toMatch(/invalid|not_postgres/);
    }
    expect(startupOf(packet).database).toBe('shop');
  });

  it('is the one that was built, for any user, database and parameters', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .map((value) => value.replaceAll('\0', 'x'));
    const parameterName = text.filter((name) => !['user', 'database'].includes(name) && !name.startsWith('_pq_.'));
    const parameters = fc.uniqueArray(fc.tuple(parameterName, text), { maxLength: 30, selector: ([name]) => name });
    fc.assert(
      fc.property(text, text, parameters, (user, database, pairs) => {
        const packet = builtStartupPacket(VERSION_3_0 + 2, ['user', user, ...pairs.flat(), 'database', database], '\0');
        expect(startupOf(packet)).toEqual({
          protocolVersion: { major: 3, minor: 2 },
          user,
          database,
          parameters: new Map(pairs),
          protocolOptions: [],
        });
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('what is refused', () => {
  it.each([
    ['0', hex('00000000')],
    ['7', hex('00000007')],
    ['10,005', hex('00002715')],
    ['2 GB', hex('7fffffff')],
    ['-1', hex('ffffffff')],
    ['a header of three bytes', hex('000000')],
    ['the start of an HTTP request', Buffer.from('GET ')],
  ])('a packet with length %s is refused before its body is read', (_length, header) => {
    expect(violationOf(() => startupPacketLength(header))).toBe('not_postgres');
  });

  it('the longest packet allowed is accepted', () => {
    expect(startupPacketLength(hex('00002714'))).toBe(10_004);
  });

  it.each([
    ['an empty body', hex('')],
    ['an unknown code', hex('04d21631')],
    ['version 2', hex('00020000')],
    ['version 4', hex('00040000')],
    ['a code with the sign bit', hex('ffff0000')],
    ['an SSLRequest with something behind', hex('04d2162f 00')],
    ['a GSSENCRequest with something behind', hex('04d21630 00')],
    ['a CancelRequest without a key', hex('04d2162e 00000001')],
    ['a CancelRequest with 3 bytes of key', hex('04d2162e 00000001 010203')],
    ['a CancelRequest with 257 bytes of key', Buffer.concat([hex('04d2162e 00000001'), Buffer.alloc(257)])],
  ])('%s is no PostgreSQL', (_what, body) => {
    expect(violationOf(() => parseStartupPacket(body))).toBe('not_postgres');
  });

  const version = '00030000';
  it.each([
    ['no pairs and no end', hex(version)],
    ['no final NUL', hex(`${version} 75736572 00 61 00`)],
    ['a name without a value', hex(`${version} 75736572 00`)],
    ['a string without an end', hex(`${version} 75736572 00 61`)],
    ['bytes behind the final NUL', hex(`${version} 75736572 00 61 00 00 00`)],
  ])('a StartupMessage with %s is invalid', (_what, body) => {
    expect(violationOf(() => parseStartupPacket(body))).toBe('invalid_startup');
  });

  it('no number of pairs is too many that a packet can hold', () => {
    const strings = Array.from({ length: 1_200 }, (_none, index) => [`n${index}`, '1']).flat();
    const packet = builtStartupPacket(VERSION_3_0, ['user', 'a', ...strings], '\0');
    expect(startupPacketLength(packet)).toBeLessThan(10_004);
    expect(startupOf(packet).parameters.size).toBe(1_200);
  });

  it.each([
    ['is absent', ['database', 'shop']],
    ['is empty', ['user', '', 'database', 'shop']],
    ['is spelled in capitals', ['USER', 'bob']],
  ])('a user that %s is told apart', (_state, strings) => {
    const packet = builtStartupPacket(VERSION_3_0, strings, '\0');
    expect(violationOf(() => startupOf(packet))).toBe('user_missing');
  });
});
