import { describe, expect, it } from 'vitest';
import { encodeErrorOrNotice, parseErrorOrNotice } from '../../src/protocol/upstream-messages.ts';
import { builtMessage, hex, readAsNodePostgres, violationOf } from './packet-fixtures.ts';

const FIELDS = [
  ['S', 'FEHLER'],
  ['V', 'ERROR'],
  ['C', '3D000'],
  ['M', 'Datenbank »shop« existiert nicht'],
  ['D', 'first line\n\tsecond line'],
  ['H', 'Try another.'],
  ['F', 'postinit.c'],
  ['L', '941'],
  ['R', 'InitPostgres'],
] as const;

function bodyOf(fields: readonly (readonly [string, string])[]): Buffer {
  const message = builtMessage('E', (writer) => {
    for (const [code, text] of fields) writer.addString(code).addCString(text);
    return writer.addCString('');
  });
  return message.subarray(5);
}

describe('what an upstream reports', () => {
  it('is read with all its fields, in their order', () => {
    expect([...parseErrorOrNotice(bodyOf(FIELDS))]).toEqual(FIELDS.map((field) => [...field]));
  });

  it('in another encoding becomes question marks', () => {
    const body = hex('4d fc62657200 00'); // M über in LATIN1
    expect(parseErrorOrNotice(body).get('M')).toBe('?ber');
  });

  it('keeps fields of the future and drops codes that are no letters', () => {
    const fields = parseErrorOrNotice(
      bodyOf([
        ['x', 'new'],
        ['\u0001', 'odd'],
        ['M', 'a'],
        ['M', 'b'],
      ]),
    );
    expect([...fields]).toEqual([
      ['x', 'new'],
      ['M', 'a'],
    ]);
  });

  it.each([
    ['no end', '4d 6100'],
    ['a text without an end', '4d 61'],
    ['bytes behind the end', '4d 6100 00 00'],
    ['nothing', ''],
  ])('with %s is malformed', (_what, body) => {
    expect(violationOf(() => parseErrorOrNotice(hex(body)))).toBe('malformed_message');
  });
});

describe('what our client gets of it', () => {
  it('an error keeps every field but its severity, which is FATAL', () => {
    const bytes = encodeErrorOrNotice('E', parseErrorOrNotice(bodyOf(FIELDS)));
    const [message] = readAsNodePostgres(bytes);
    expect(message).toMatchObject({
      name: 'error',
      severity: 'FATAL',
      code: '3D000',
      routine: 'InitPostgres',
      line: '941',
    });
    const sent = parseErrorOrNotice(bytes.subarray(5));
    expect([...sent.keys()].sort()).toEqual(FIELDS.map(([code]) => code).sort());
    expect(sent.get('V')).toBe('FATAL');
    expect(sent.get('M')).toBe('Datenbank »shop« existiert nicht');
    expect(sent.get('D')).toBe('first line\n\tsecond line');
  });

  it('a notice keeps its severity', () => {
    const fields = new Map([
      ['S', 'WARNUNG'],
      ['V', 'WARNING'],
      ['C', '01000'],
      ['M', 'collation mismatch'],
    ]);
    const bytes = encodeErrorOrNotice('N', fields);
    expect([...parseErrorOrNotice(bytes.subarray(5))]).toEqual([...fields]);
  });

  it('control bytes are gone, whichever field they were in', () => {
    const hostile = '\u001b]8;;https://evil.example\u0007x\u001b[2J\r\u202e\u009b';
    const fields = new Map([...'SVCMDHPpqWstcdnFLR'].map((code): [string, string] => [code, hostile]));
    for (const type of ['E', 'N'] as const) {
      const text = encodeErrorOrNotice(type, fields).subarray(5).toString('utf8');
      expect(text).not.toMatch(/[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  it.each([
    ['no fields at all', new Map<string, string>()],
    ['an SQLSTATE that is none', new Map([['C', 'oops!\u001b']])],
  ])('an upstream with %s still makes a complete error', (_what, fields) => {
    const [message] = readAsNodePostgres(encodeErrorOrNotice('E', fields));
    expect(message).toMatchObject({
      name: 'error',
      severity: 'FATAL',
      code: 'XX000',
      message: 'upstream sent no message',
    });
  });

  it('a long text is cut', () => {
    const sent = encodeErrorOrNotice('E', new Map([['M', 'm'.repeat(60_000)]]));
    expect(sent.length).toBeLessThan(9_000);
  });
});
