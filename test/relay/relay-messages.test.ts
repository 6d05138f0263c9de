import { describe, expect, it } from 'vitest';
import { seededRandom } from '../support/seeded-random.ts';
import { waitUntil } from '../support/wait-until.ts';
import { readBytes, readToEnd } from '../wire/loopback.ts';
import {
  dataRow,
  FATAL,
  NOTICE,
  QUERY,
  randomChunks,
  randomRows,
  readyForQuery,
  relayForTests,
  splitMessages,
} from './relay-fixtures.ts';

const ROW = dataRow(Buffer.from('one row'));
const FIRST_HALF = ROW.subarray(0, 8);
const SECOND_HALF = ROW.subarray(8);

describe('an inserted message', () => {
  it('is sent at once between two messages', async () => {
    await using all = await relayForTests();
    expect(await all.relay.inject(NOTICE)).toBe('sent');
    expect(await readBytes(all.client.far, NOTICE.length)).toEqual(NOTICE);
    expect(all.relay.bytesToClient).toBe(0);
  });

  it('waits for the end of the message under way', async () => {
    await using all = await relayForTests();
    all.upstream.far.write(FIRST_HALF);
    await readBytes(all.client.far, FIRST_HALF.length);
    const sent = all.relay.inject(NOTICE);
    all.upstream.far.write(Buffer.concat([SECOND_HALF, ROW.subarray(0, 3)]));
    expect(await sent).toBe('sent');
    const expected = Buffer.concat([SECOND_HALF, NOTICE, ROW.subarray(0, 3)]);
    expect(await readBytes(all.client.far, expected.length)).toEqual(expected);
  });

  it('waits for the rest of a message that comes byte by byte', async () => {
    for (let split = 1; split < ROW.length; split++) {
      await using all = await relayForTests();
      all.upstream.far.write(ROW.subarray(0, split));
      await readBytes(all.client.far, split);
      const sent = all.relay.inject(NOTICE);
      const received = readToEnd(all.client.far);
      for (const byte of ROW.subarray(split)) {
        const before = all.relay.bytesToClient;
        all.upstream.far.write(Buffer.from([byte]));
        await waitForBytes(all.relay, before + 1);
      }
      all.upstream.far.end();
      expect(await sent).toBe('sent');
      expect(await received, `split at ${split}`).toEqual(Buffer.concat([ROW.subarray(split), NOTICE]));
    }
  });

  it.each([1, 2, 3, 4])('leaves a large result intact, seed %i', async (seed) => {
    const random = seededRandom(seed);
    const rows = [...randomRows(random, 600), readyForQuery('I')];
    await using all = await relayForTests();
    const received = readToEnd(all.client.far);
    const outcomes: Promise<'sent' | 'given_up'>[] = [];
    for (const chunk of randomChunks(random, Buffer.concat(rows))) {
      if (random.below(4) === 0) outcomes.push(all.relay.inject(FATAL));
      const before = all.relay.bytesToClient;
      all.upstream.far.write(chunk);
      await waitForBytes(all.relay, before + chunk.length);
    }
    all.upstream.far.end();
    const messages = splitMessages(await received);
    const injected = messages.filter((message) => message.equals(FATAL));
    const others = messages.filter((message) => !message.equals(FATAL));
    expect(Buffer.concat(others).equals(Buffer.concat(rows))).toBe(true);
    const sent = (await Promise.all(outcomes)).filter((outcome) => outcome === 'sent');
    expect(injected).toHaveLength(sent.length);
    // Not all of them at one place: messages of the result stand between most.
    const places = messages.filter((message, index) => message.equals(FATAL) && !messages[index + 1]?.equals(FATAL));
    expect(places.length).toBeGreaterThan(20);
  });

  it('waits for a client that reads nothing, and then comes between two messages', async () => {
    await using all = await relayForTests();
    const rows = Buffer.concat(Array.from({ length: 200 }, () => dataRow(Buffer.alloc(60_000, 'x'))));
    all.upstream.far.write(rows);
    await waitUntil(() => all.client.near.writableNeedDrain, 'the client is behind');
    const sent = all.relay.inject(NOTICE);
    all.upstream.far.end();
    const received = await readToEnd(all.client.far);
    expect(await sent).toBe('sent');
    expect(splitMessages(received).filter((message) => message.equals(NOTICE))).toHaveLength(1);
    expect(received.length).toBe(rows.length + NOTICE.length);
  });

  it('is given up beyond sixteen while a client reads nothing', async () => {
    await using all = await relayForTests();
    const row = dataRow(Buffer.alloc(30_000, 'x'));
    let written = 0;
    while (!all.client.near.writableNeedDrain) {
      all.upstream.far.write(row);
      written += row.length;
      await waitForBytes(all.relay, written);
    }
    expect(all.relay.isAtBoundary).toBe(true);
    const unsent = all.client.near.writableLength;
    const waiting = Array.from({ length: 16 }, () => all.relay.inject(NOTICE));
    expect(await all.relay.inject(NOTICE)).toBe('given_up');
    expect(all.client.near.writableLength).toBe(unsent);
    const received = readToEnd(all.client.far);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['sent']));
    all.upstream.far.end();
    expect((await received).length).toBe(written + 16 * NOTICE.length);
  });

  it('is given up when the upstream ends inside a message', async () => {
    await using all = await relayForTests();
    all.upstream.far.write(FIRST_HALF);
    await readBytes(all.client.far, FIRST_HALF.length);
    const outcome = all.relay.inject(NOTICE);
    all.upstream.far.end();
    expect(await outcome).toBe('given_up');
    expect(await readToEnd(all.client.far)).toEqual(Buffer.alloc(0));
  });

  it('is given up once the framing is broken', async () => {
    await using all = await relayForTests();
    all.upstream.far.write(FIRST_HALF);
    await readBytes(all.client.far, FIRST_HALF.length);
    const before = all.relay.inject(NOTICE);
    all.upstream.far.write(Buffer.concat([SECOND_HALF, Buffer.from('5a00000000', 'hex')]));
    expect(await before).toBe('given_up');
    expect(await all.relay.inject(NOTICE)).toBe('given_up');
  });

  it('is given up when sixteen wait already', async () => {
    await using all = await relayForTests();
    all.upstream.far.write(FIRST_HALF);
    await readBytes(all.client.far, FIRST_HALF.length);
    const waiting = Array.from({ length: 16 }, () => all.relay.inject(NOTICE));
    expect(await all.relay.inject(NOTICE)).toBe('given_up');
    all.upstream.far.write(SECOND_HALF);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['sent']));
  });

  it('is given up after the end', async () => {
    await using all = await relayForTests();
    await all.relay.end(null, { graceMs: 0 });
    expect(await all.relay.inject(NOTICE)).toBe('given_up');
  });
});

describe('ending a relay from outside', () => {
  it('writes the last message at a boundary and nothing after it', async () => {
    await using all = await relayForTests();
    all.upstream.far.write(ROW);
    await readBytes(all.client.far, ROW.length);
    await all.relay.end(FATAL, { graceMs: 1_000 });
    expect(await all.relay.finished).toEqual({ kind: 'ended' });
    all.upstream.far.write(ROW);
    all.client.near.end();
    expect(await readToEnd(all.client.far)).toEqual(FATAL);
  });

  it('lets the message under way finish first, and drops what follows it', async () => {
    await using all = await relayForTests();
    all.upstream.far.write(FIRST_HALF);
    await readBytes(all.client.far, FIRST_HALF.length);
    const ended = all.relay.end(FATAL, { graceMs: 5_000 });
    all.upstream.far.write(Buffer.concat([SECOND_HALF, ROW, ROW.subarray(0, 3)]));
    await ended;
    all.client.near.end();
    expect(await readToEnd(all.client.far)).toEqual(Buffer.concat([SECOND_HALF, ROW, FATAL]));
  });

  it('writes nothing inside a message that does not end in time', async () => {
    await using all = await relayForTests();
    all.upstream.far.write(FIRST_HALF);
    await readBytes(all.client.far, FIRST_HALF.length);
    await all.relay.end(FATAL, { graceMs: 20 });
    expect(await all.relay.finished).toEqual({ kind: 'ended' });
    all.client.near.end();
    expect(await readToEnd(all.client.far)).toEqual(Buffer.alloc(0));
  });

  it('takes nothing more from the client', async () => {
    await using all = await relayForTests();
    all.upstream.far.write(FIRST_HALF);
    await readBytes(all.client.far, FIRST_HALF.length);
    const ended = all.relay.end(FATAL, { graceMs: 5_000 });
    all.client.far.write(QUERY);
    await waitUntil(() => all.client.near.bytesRead === QUERY.length, 'the query was read');
    all.upstream.far.write(SECOND_HALF);
    await ended;
    expect(all.relay.bytesToUpstream).toBe(0);
    expect(all.upstream.near.bytesWritten).toBe(0);
  });

  it('writes the last message once when it is called again', async () => {
    await using all = await relayForTests();
    await Promise.all([all.relay.end(FATAL, { graceMs: 10 }), all.relay.end(FATAL, { graceMs: 10 })]);
    await all.relay.end(FATAL, { graceMs: 10 });
    all.client.near.end();
    expect(await readToEnd(all.client.far)).toEqual(FATAL);
  });

  it('finishes when the upstream hangs up meanwhile', async () => {
    await using all = await relayForTests();
    all.upstream.far.write(FIRST_HALF);
    await readBytes(all.client.far, FIRST_HALF.length);
    const ended = all.relay.end(FATAL, { graceMs: 60_000 });
    all.upstream.far.end();
    await ended;
    expect(await all.relay.finished).toEqual({ kind: 'ended' });
  });
});

/** Resolves in the turn in which so many bytes have been relayed. */
async function waitForBytes(relay: { readonly bytesToClient: number }, count: number): Promise<void> {
  while (relay.bytesToClient < count) await new Promise((resolve) => setImmediate(resolve));
}
