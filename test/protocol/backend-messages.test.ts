import { describe, expect, it } from 'vitest';
import {
  authenticationCleartextPassword,
  authenticationOk,
  authenticationSasl,
  authenticationSaslContinue,
  authenticationSaslFinal,
  backendKeyData,
  errorResponse,
  MAX_OWN_TEXT_BYTES,
  negotiateProtocolVersion,
  noticeResponse,
  parameterStatus,
  readyForQuery,
} from '../../src/protocol/backend-messages.ts';
import { parseErrorOrNotice } from '../../src/protocol/upstream-messages.ts';
import { hex, readAsNodePostgres } from './packet-fixtures.ts';

describe('the bytes of each message', () => {
  it.each([
    ['AuthenticationOk', authenticationOk(), '52 00000008 00000000'],
    ['AuthenticationCleartextPassword', authenticationCleartextPassword(), '52 00000008 00000003'],
    ['AuthenticationSASL', authenticationSasl(['A', 'BC']), '52 0000000e 0000000a 4100 424300 00'],
    ['AuthenticationSASLContinue', authenticationSaslContinue('r=x'), '52 0000000b 0000000b 723d78'],
    ['AuthenticationSASLFinal', authenticationSaslFinal('v=y'), '52 0000000b 0000000c 763d79'],
    ['ParameterStatus', parameterStatus('a', 'b'), '53 00000008 6100 6200'],
    ['BackendKeyData of 3.0', backendKeyData(7, hex('01020304')), '4b 0000000c 00000007 01020304'],
    ['ReadyForQuery', readyForQuery('I'), '5a 00000005 49'],
    [
      'NegotiateProtocolVersion',
      negotiateProtocolVersion(2, ['_pq_.x']),
      '76 00000013 00030002 00000001 5f70715f2e7800',
    ],
    [
      'NoticeResponse',
      noticeResponse({ severity: 'NOTICE', sqlstate: '00000', message: 'hi' }),
      `4e 00000020
       53 4e4f5449434500  # S NOTICE
       56 4e4f5449434500  # V NOTICE
       43 303030303000    # C 00000
       4d 686900          # M hi
       00`,
    ],
    [
      'ErrorResponse',
      errorResponse({ severity: 'FATAL', sqlstate: '57P01', message: 'a', detail: 'b', hint: 'c' }),
      `45 00000023
       53 464154414c00  # S FATAL
       56 464154414c00  # V FATAL
       43 353750303100  # C 57P01
       4d 6100          # M a
       44 6200          # D b
       48 6300          # H c
       00`,
    ],
  ])('%s is as documented', (_name, bytes, expected) => {
    expect(bytes.toString('hex')).toBe(hex(expected).toString('hex'));
  });

  it('a BackendKeyData of 3.2 carries all 32 bytes', () => {
    const secretKey = Buffer.alloc(32, 0x11);
    const bytes = backendKeyData(1, secretKey);
    expect(bytes.readInt32BE(1)).toBe(40);
    expect(bytes.subarray(9)).toEqual(secretKey);
  });
});

describe('as another implementation reads them', () => {
  it('node-postgres understands a whole login', () => {
    const login = Buffer.concat([
      authenticationSasl(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256']),
      authenticationSaslContinue('r=nonce,s=c2FsdA==,i=4096'),
      authenticationSaslFinal('v=c2ln'),
      authenticationOk(),
      parameterStatus('client_encoding', 'UTF8'),
      noticeResponse({ severity: 'NOTICE', sqlstate: '00000', message: 'Welcome\n', hint: 'Read on.' }),
      backendKeyData(42, hex('00000007')),
      readyForQuery('T'),
    ]);
    expect(readAsNodePostgres(login)).toMatchObject([
      { name: 'authenticationSASL', mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] },
      { name: 'authenticationSASLContinue', data: 'r=nonce,s=c2FsdA==,i=4096' },
      { name: 'authenticationSASLFinal', data: 'v=c2ln' },
      { name: 'authenticationOk' },
      { name: 'parameterStatus', parameterName: 'client_encoding', parameterValue: 'UTF8' },
      { name: 'notice', message: 'Welcome\n', hint: 'Read on.', severity: 'NOTICE', code: '00000' },
      { name: 'backendKeyData', processID: 42, secretKey: 7 },
      { name: 'readyForQuery', status: 'T' },
    ]);
  });
});

describe('texts that could break the framing', () => {
  it('a NUL in any field leaves the message whole', () => {
    const report = { severity: 'FATAL', sqlstate: '28000', message: 'a\0Mb', detail: '\0', hint: 'c\0\0' } as const;
    const bytes = Buffer.concat([errorResponse(report), parameterStatus('a\0b', '\0c'), readyForQuery('I')]);
    expect(readAsNodePostgres(bytes)).toMatchObject([
      { name: 'error', message: 'aMb', detail: '', hint: 'c' },
      { name: 'parameterStatus', parameterName: 'ab', parameterValue: 'c' },
      { name: 'readyForQuery' },
    ]);
  });

  it('a long text is cut below 1,000 bytes, never inside a character', () => {
    const message = `x${'é'.repeat(2_000)}`;
    const bytes = errorResponse({ severity: 'FATAL', sqlstate: 'XX000', message });
    const sent = parseErrorOrNotice(bytes.subarray(5)).get('M') ?? '';
    expect(sent).toBe(`x${'é'.repeat(499)}`);
    expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(MAX_OWN_TEXT_BYTES);
    const cutInside = errorResponse({ severity: 'FATAL', sqlstate: 'XX000', message: '€'.repeat(600) });
    expect(parseErrorOrNotice(cutInside.subarray(5)).get('M')).toBe('€'.repeat(333));
  });

  it('an absent detail and hint are not sent', () => {
    const bytes = noticeResponse({ severity: 'NOTICE', sqlstate: '00000', message: 'a', detail: null, hint: '' });
    expect([...parseErrorOrNotice(bytes.subarray(5)).keys()]).toEqual(['S', 'V', 'C', 'M']);
  });
});
