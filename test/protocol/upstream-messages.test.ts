import { describe, expect, it } from 'vitest';
import {
  parseAuthentication,
  parseBackendKeyData,
  parseParameterStatus,
  parseReadyForQuery,
} from '../../src/protocol/upstream-messages.ts';
import { builtMessage, hex, violationOf } from './packet-fixtures.ts';

describe('an authentication request', () => {
  it.each([
    ['AuthenticationOk', '00000000', { kind: 'ok' }],
    ['a cleartext password', '00000003', { kind: 'cleartext_password' }],
    ['an MD5 password', '00000005 01020304', { kind: 'md5_password', salt: hex('01020304') }],
    ['SASL', '0000000a 4100 4200 00', { kind: 'sasl', mechanisms: ['A', 'B'] }],
    ['SASL without a mechanism', '0000000a 00', { kind: 'sasl', mechanisms: [] }],
    ['a SASL challenge', '0000000b 723d', { kind: 'sasl_continue', data: 'r=' }],
    ['the end of SASL', '0000000c 763d', { kind: 'sasl_final', data: 'v=' }],
    ['Kerberos V5', '00000002', { kind: 'unsupported', code: 2 }],
    ['GSSAPI', '00000007', { kind: 'unsupported', code: 7 }],
    ['SSPI', '00000009', { kind: 'unsupported', code: 9 }],
    ['a code of the future', '0000002a 616263', { kind: 'unsupported', code: 42 }],
    ['a negative code', 'ffffffff', { kind: 'unsupported', code: -1 }],
  ])('for %s is recognised', (_what, body, expected) => {
    expect(parseAuthentication(hex(body))).toEqual(expected);
  });

  it.each([
    ['no code', ''],
    ['half a code', '0000'],
    ['AuthenticationOk with something behind', '00000000 00'],
    ['a short salt', '00000005 010203'],
    ['a long salt', '00000005 0102030405'],
    ['a list of mechanisms without an end', '0000000a 4100'],
    ['a mechanism without an end', '0000000a 41'],
    ['bytes behind the mechanisms', '0000000a 4100 00 00'],
  ])('with %s is malformed', (_what, body) => {
    expect(violationOf(() => parseAuthentication(hex(body)))).toBe('malformed_message');
  });
});

describe('the other messages of a login', () => {
  it('a ParameterStatus names a setting', () => {
    const message = builtMessage('S', (writer) => writer.addCString('server_version').addCString('18.4 (größer)'));
    expect(parseParameterStatus(message.subarray(5))).toEqual({ name: 'server_version', value: '18.4 (größer)' });
  });

  it('a ParameterStatus in another encoding is read, not refused', () => {
    const body = hex('6100 fc00'); // a = ü in LATIN1
    expect(parseParameterStatus(body)).toEqual({ name: 'a', value: '\ufffd' });
  });

  it.each([4, 32, 256])('a BackendKeyData may hold a key of %i bytes', (keyBytes) => {
    const secretKey = Buffer.alloc(keyBytes, 0xcd);
    expect(parseBackendKeyData(Buffer.concat([hex('000004d2'), secretKey]))).toEqual({ processId: 1_234, secretKey });
  });

  it.each(['I', 'T', 'E'])('a ReadyForQuery says %s', (status) => {
    expect(parseReadyForQuery(Buffer.from(status))).toBe(status);
  });

  it.each([
    ['a ParameterStatus without a value', () => parseParameterStatus(hex('6100'))],
    ['a ParameterStatus without ends', () => parseParameterStatus(hex('61'))],
    ['a ParameterStatus with a third string', () => parseParameterStatus(hex('6100 6200 6300'))],
    ['an empty BackendKeyData', () => parseBackendKeyData(hex(''))],
    ['a BackendKeyData with 3 bytes of key', () => parseBackendKeyData(hex('00000001 010203'))],
    ['a BackendKeyData with 257 bytes of key', () => parseBackendKeyData(Buffer.alloc(261))],
    ['an empty ReadyForQuery', () => parseReadyForQuery(hex(''))],
    ['a ReadyForQuery with two statuses', () => parseReadyForQuery(Buffer.from('II'))],
    ['a ReadyForQuery with an unknown status', () => parseReadyForQuery(Buffer.from('i'))],
  ])('%s is malformed', (_what, parse) => {
    expect(violationOf(parse)).toBe('malformed_message');
  });
});
