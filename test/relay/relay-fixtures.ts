// A relay between two real connections, and streams of messages that an independent writer made.

import { Relay } from '../../src/relay/relay.ts';
import { builtMessage } from '../protocol/packet-fixtures.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { type SocketPair, socketPair } from '../wire/loopback.ts';

export interface RelayForTests extends AsyncDisposable {
  readonly relay: Relay;
  /** `far` is the client program. */
  readonly client: SocketPair;
  /** `far` is the upstream server. */
  readonly upstream: SocketPair;
}

/** `before` runs while nothing is relayed yet: what it writes waits in the sockets. */
export async function relayForTests(
  before: (pairs: { client: SocketPair; upstream: SocketPair }) => Promise<void> = async () => {},
): Promise<RelayForTests> {
  const client = await socketPair();
  const upstream = await socketPair();
  await before({ client, upstream });
  const relay = new Relay({ client: client.near, upstream: upstream.near, readyStatus: 'I' });
  return {
    relay,
    client,
    upstream,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

export const QUERY = builtMessage('Q', (writer) => writer.addCString('select 1'));
export const TERMINATE = builtMessage('X', (writer) => writer);
export const NOTICE = builtMessage('N', (writer) => writer.addString('S').addCString('NOTICE').addCString(''));
export const FATAL = builtMessage('E', (writer) => writer.addString('S').addCString('FATAL').addCString(''));

export function readyForQuery(status: 'I' | 'T' | 'E'): Buffer {
  return builtMessage('Z', (writer) => writer.addString(status));
}

/** A DataRow of one column with so many bytes. */
export function dataRow(bytes: Buffer): Buffer {
  return builtMessage('D', (writer) => writer.addInt16(1).addInt32(bytes.length).add(bytes));
}

/** Rows of 0 to 5,000 bytes whose payloads look like headers and messages now and then. */
export function randomRows(random: SeededRandom, count: number): Buffer[] {
  return Array.from({ length: count }, () => {
    const payload = Buffer.alloc(random.below(5_000), NOTICE);
    return dataRow(payload);
  });
}

/** Cuts the bytes at random places. */
export function randomChunks(random: SeededRandom, bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + random.below(random.below(4) === 0 ? 40_000 : 12);
    chunks.push(bytes.subarray(start, end));
    start = end;
  }
  return chunks;
}

/**
 * The messages of a stream by plain arithmetic over all of its bytes; throws when the last one is
 * cut.
 */
export function splitMessages(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + bytes.readUInt32BE(start + 1);
    if (end > bytes.length) throw new Error('the stream ends inside a message');
    messages.push(bytes.subarray(start, end));
    start = end;
  }
  return messages;
}
