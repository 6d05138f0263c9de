import { serialize } from 'pg-protocol';
import { describe, expect, it } from 'vitest';
import {
  MAX_PASSWORD_MESSAGE_BYTES,
  parseFrontendHeader,
  parsePasswordMessage,
  parseSaslInitialResponse,
} from '../../src/protocol/frontend-messages.ts';
import { hex, violationOf } from './packet-fixtures.ts';

describe('what a client answers to a password request', () => {
  it('a header names type and body length, whatever stands behind it', () => {
    const message = Buffer.concat([serialize.password('secret'), hex('58 00000004')]);
    expect(parseFrontendHeader(message, MAX_PASSWORD_MESSAGE_BYTES)).toEqual({ type: 'p', bodyBytes: 7 });
  });

  it.each([
    ['a body of one byte too many', hex('70 00000205')],
    ['2 GB', hex('70 7fffffff')],
    ['a length of 3', hex('70 00000003')],
    ['a negative length', hex('70 80000000')],
    ['four bytes', hex('70 000000')],
  ])('a header with %s is refused before the body is read', (_what, header) => {
    expect(violationOf(() => parseFrontendHeader(header, MAX_PASSWORD_MESSAGE_BYTES))).toBe('malformed_message');
  });

  it('the longest body allowed is accepted', () => {
    expect(parseFrontendHeader(hex('70 00000204'), MAX_PASSWORD_MESSAGE_BYTES).bodyBytes).toBe(512);
  });

  it.each(['', 'geheim', 'pässwörd 密碼'])('the password "%s" arrives', (password) => {
    expect(parsePasswordMessage(serialize.password(password).subarray(5))).toBe(password);
  });

  it('a SASLInitialResponse brings mechanism and data', () => {
    const message = serialize.sendSASLInitialResponseMessage('SCRAM-SHA-256', 'n,,n=*,r=abc');
    expect(parseSaslInitialResponse(message.subarray(5))).toEqual({
      mechanism: 'SCRAM-SHA-256',
      data: Buffer.from('n,,n=*,r=abc'),
    });
  });

  it('a SASLInitialResponse may come without data', () => {
    const body = hex('4100 ffffffff'); // mechanism A, length -1
    expect(parseSaslInitialResponse(body)).toEqual({ mechanism: 'A', data: null });
  });

  it.each([
    ['a password without an end', () => parsePasswordMessage(hex('6162'))],
    ['no password at all', () => parsePasswordMessage(hex(''))],
    ['a password with a NUL inside', () => parsePasswordMessage(hex('61 00 62 00'))],
    ['a password that is not UTF-8', () => parsePasswordMessage(hex('ff 00'))],
    ['a mechanism without an end', () => parseSaslInitialResponse(hex('41'))],
    ['a length without data', () => parseSaslInitialResponse(hex('4100 00000001'))],
    ['data behind the length', () => parseSaslInitialResponse(hex('4100 00000001 61 62'))],
    ['a length of -2', () => parseSaslInitialResponse(hex('4100 fffffffe'))],
    ['half a length', () => parseSaslInitialResponse(hex('4100 0000'))],
  ])('%s is malformed', (_what, parse) => {
    expect(violationOf(parse)).toBe('malformed_message');
  });
});

describe('what we send to an upstream', () => {
  it.each([
    ['PasswordMessage', serialize.password('pä'), '70 00000008 70c3a4 00'],
    ['SASLInitialResponse', serialize.sendSASLInitialResponseMessage('M', 'n,,'), '70 0000000d 4d00 00000003 6e2c2c'],
    ['SASLResponse', serialize.sendSCRAMClientFinalMessage('c=biws'), '70 0000000a 633d62697773'],
    ['Query', serialize.query('select 1'), '51 0000000d 73656c6563742031 00'],
    ['SSLRequest', serialize.requestSsl(), '00000008 04d2162f'],
    ['Terminate', serialize.end(), '58 00000004'],
  ])('a %s has the bytes of the message format', (_name, message, bytes) => {
    expect(message).toEqual(hex(bytes));
  });

  // pg-protocol writes into one buffer of its module.
  it('a message keeps its bytes when the next one is written', () => {
    const first = serialize.password('first');
    const kept = Buffer.from(first);
    serialize.password('second, and longer');
    expect(first).toEqual(kept);
  });
});
