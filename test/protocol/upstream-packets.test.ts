import { describe, expect, it } from 'vitest';
import { encodeCancelRequest, encodeStartupMessage, parseStartupPacket } from '../../src/protocol/startup-packet.ts';
import { builtStartupPacket, violationOf } from './packet-fixtures.ts';

describe('the packets that open an upstream connection', () => {
  it('a StartupMessage asks for 3.0 and keeps the order of its parameters', () => {
    const parameters: [string, string][] = [
      ['user', 'app'],
      ['database', 'größe'],
      ['TimeZone', ''],
    ];
    const expected = builtStartupPacket(196_608, parameters.flat(), '\0');
    expect(encodeStartupMessage(new Map(parameters)).toString('hex')).toBe(expected.toString('hex'));
  });

  it.each([
    ['a NUL in a value', 'database', 'shop\0user\0postgres'],
    ['a NUL in a name', 'database\0', 'shop'],
    ['an empty name', '', 'shop'],
  ])('%s is refused: it would smuggle in another parameter', (_what, name, value) => {
    expect(violationOf(() => encodeStartupMessage([[name, value]]))).toBe('invalid_startup');
  });

  it.each([4, 32, 256])('a CancelRequest carries a key of %i bytes', (keyBytes) => {
    const secretKey = Buffer.alloc(keyBytes, 0xab);
    const packet = encodeCancelRequest(-5, secretKey);
    expect(packet.readInt32BE()).toBe(packet.length);
    expect(parseStartupPacket(packet.subarray(4))).toEqual({ kind: 'cancel_request', processId: -5, secretKey });
  });
});
