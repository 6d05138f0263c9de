// Byte sequences that a hostile client may send first. Pure functions of their random source.

import { cancelRequest, GSSENC_REQUEST, PROTOCOL_3_0, SSL_REQUEST, startupPacket } from '../../gateway/raw-client.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';
import { sslRequest } from './attacker.ts';

/** Bytes to send, in one segment each. */
export type Garbage = (random: SeededRandom) => readonly Buffer[];

// PostgreSQL's SSLRequest, GSSENCRequest, CancelRequest and StartupMessage.
const CODES = [SSL_REQUEST, GSSENC_REQUEST, 80_877_102, PROTOCOL_3_0, 196_610, 0, -1];
const LENGTHS = [0, 1, 3, 4, 7, 9, 10_005, 65_536, 2 ** 24, 2 ** 31 - 1, -1, -4, -(2 ** 31)];

export function randomBytes(random: SeededRandom, most: number): Buffer {
  return Buffer.from(Array.from({ length: 1 + random.below(most) }, () => random.below(256)));
}

function oneOf<T>(random: SeededRandom, items: readonly [T, ...T[]] | readonly T[]): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

function header(length: number, code: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(length, 0);
  bytes.writeInt32BE(code, 4);
  return bytes;
}

/** A body with a length field that fits it. */
function packet(code: number, body: Buffer): Buffer {
  return Buffer.concat([header(body.length + 8, code), body]);
}

const parameters = (random: SeededRandom, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_none, index) => [`p${index}`, String(random.below(10))]));

export const GARBAGE: Readonly<Record<string, Garbage>> = {
  'lengths that are oversized, negative or too small': (random) => [
    Buffer.concat([header(oneOf(random, LENGTHS), oneOf(random, CODES)), randomBytes(random, 64)]),
  ],
  'thousands of parameters': (random) => [startupPacket(parameters(random, 65 + random.below(3_000)))],
  'NUL bytes where none may be': (random) => {
    const body = Buffer.from(`user\0${oneOf(random, ['', 'a\0\0b', '\0', 'a\0b'])}\0database\0\0\0\0`);
    body[random.below(body.length)] = 0;
    return [packet(PROTOCOL_3_0, body)];
  },
  'names that are no UTF-8, or endless': (random) => {
    const name = random.below(2) === 0 ? randomBytes(random, 200) : Buffer.alloc(9_900, 0x61);
    return [packet(PROTOCOL_3_0, Buffer.concat([Buffer.from('user\0'), name, Buffer.from('\0\0')]))];
  },
  'SSLRequests one after the other': (random) => Array.from({ length: 2 + random.below(6) }, sslRequest),
  'clear text in the segment of an SSLRequest': (random) => [
    Buffer.concat([sslRequest(), random.below(2) === 0 ? startupPacket({}) : randomBytes(random, 100)]),
  ],
  'cancel requests with random keys': (random) => [
    cancelRequest(random.below(2 ** 31), randomBytes(random, 300)),
    randomBytes(random, 20),
  ],
  'broken TLS': (random) => [sslRequest(), Buffer.from('160301', 'hex'), randomBytes(random, 500)],
  'whatever comes': (random) => Array.from({ length: 1 + random.below(4) }, () => randomBytes(random, 800)),
  'a proper start with changed bytes': (random) => {
    const bytes = startupPacket({ application_name: 'psql', options: '-c a=b' });
    for (let change = 0; change <= random.below(4); change += 1) bytes[random.below(bytes.length)] = random.below(256);
    return [bytes, randomBytes(random, 50)];
  },
};
