// What a well-behaved upstream says while somebody logs in, built by pg-protocol's own writer.

import { builtMessage } from '../protocol/packet-fixtures.ts';

export function authentication(code: number, fill: (writer: Writer) => Writer = (writer) => writer): Buffer {
  return builtMessage('R', (writer) => fill(writer.addInt32(code)));
}

type Writer = Parameters<Parameters<typeof builtMessage>[1]>[0];

export const AUTHENTICATION_OK = authentication(0);
export const CLEARTEXT_PASSWORD = authentication(3);
export const MD5_PASSWORD = authentication(5, (writer) => writer.add(Buffer.from([1, 2, 3, 4])));
export const SASL = authentication(10, (writer) => writer.addCString('SCRAM-SHA-256').addCString(''));

export function saslContinue(data: string): Buffer {
  return authentication(11, (writer) => writer.addString(data));
}

export function saslFinal(data: string): Buffer {
  return authentication(12, (writer) => writer.addString(data));
}

export function parameterStatus(name: string, value: string): Buffer {
  return builtMessage('S', (writer) => writer.addCString(name).addCString(value));
}

export const BACKEND_KEY_DATA = builtMessage('K', (writer) => writer.addInt32(4_711).addInt32(0x1234_5678));
export const READY = builtMessage('Z', (writer) => writer.addString('I'));

/** An ErrorResponse or NoticeResponse; each field is a letter followed by its text. */
export function report(type: 'E' | 'N', ...fields: readonly string[]): Buffer {
  return builtMessage(type, (writer) => {
    for (const field of fields) writer.addCString(field);
    return writer.addCString('');
  });
}
