import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Relay } from '../../src/relay/relay.ts';
import { takeBytes } from '../../src/wire/take-bytes.ts';
import { waitUntil } from '../support/wait-until.ts';
import { readBytes, readToEnd, socketPair } from '../wire/loopback.ts';
import { dataRow, QUERY, readyForQuery, relayForTests, TERMINATE } from './relay-fixtures.ts';

const never = new AbortController().signal;
const REPLY = Buffer.concat([dataRow(Buffer.from('1')), readyForQuery('I')]);
const MEGABYTE = 1_048_576;

describe('bytes', () => {
  it('pass in both directions and are counted', async () => {
    await using all = await relayForTests();
    all.client.far.write(QUERY);
    expect(await readBytes(all.upstream.far, QUERY.length)).toEqual(QUERY);
    all.upstream.far.write(REPLY);
    expect(await readBytes(all.client.far, REPLY.length)).toEqual(REPLY);
    expect(all.relay).toMatchObject({ bytesToUpstream: QUERY.length, bytesToClient: REPLY.length });
  });

  it('pass first when they waited in the sockets, wherever they were split', async () => {
    const fromUpstream = Buffer.concat([readyForQuery('I'), REPLY]);
    const fromClient = Buffer.concat([Buffer.from('login'), QUERY]);
    for (let split = 1; split < fromUpstream.length; split++) {
      const clientSplit = Math.min(split, fromClient.length - 1);
      await using all = await relayForTests(async ({ client, upstream }) => {
        upstream.far.write(fromUpstream.subarray(0, split));
        client.far.write(fromClient.subarray(0, clientSplit));
        // What a login takes of the bytes, and no more: one message on either side.
        const logins = [takePrefix(upstream.near, 6), takePrefix(client.near, 5)];
        await new Promise((resolve) => setImmediate(resolve));
        upstream.far.end(fromUpstream.subarray(split));
        client.far.end(fromClient.subarray(clientSplit));
        await Promise.all(logins);
      });
      const received = [readToEnd(all.client.far), readToEnd(all.upstream.far)];
      expect(await received[0], `split at ${split}`).toEqual(REPLY);
      expect(await received[1], `split at ${split}`).toEqual(QUERY);
    }
  });

  it('are not read from the upstream while a slow client is behind', async () => {
    await using all = await relayForTests();
    const chunk = dataRow(Buffer.alloc(60_000, 'x'));
    const { far } = all.upstream;
    let written = 0;
    const pump = (): void => {
      while (written < 400 * MEGABYTE) {
        written += chunk.length;
        if (!far.write(chunk)) return;
      }
    };
    far.on('drain', pump);
    pump();
    await standStill(() => all.relay.bytesToClient);
    expect(all.upstream.near.isPaused()).toBe(true);
    expect(all.relay.bytesToClient).toBeLessThan(20 * MEGABYTE);
    expect(all.client.near.writableLength).toBeLessThan(256 * 1_024);
    expect(all.upstream.near.readableLength).toBeLessThan(256 * 1_024);
    far.off('drain', pump);
    far.end();
    const received = countBytes(all.client.far);
    await once(all.client.far, 'end');
    expect(received()).toBe(written);
  });

  it('are not read from the client while a slow upstream is behind', async () => {
    await using all = await relayForTests();
    const { far } = all.client;
    const chunk = Buffer.alloc(MEGABYTE);
    while (far.writableLength < 30 * MEGABYTE) far.write(chunk);
    await standStill(() => all.relay.bytesToUpstream);
    expect(all.client.near.isPaused()).toBe(true);
    expect(all.upstream.near.writableLength).toBeLessThan(256 * 1_024);
    far.end();
    const received = countBytes(all.upstream.far);
    await once(all.upstream.far, 'end');
    expect(received() % MEGABYTE).toBe(0);
    expect(received()).toBe(all.relay.bytesToUpstream);
  });
});

describe('an end', () => {
  it('is clean after a Terminate, which the upstream gets', async () => {
    await using all = await relayForTests();
    all.client.far.end(TERMINATE);
    expect(await readToEnd(all.upstream.far)).toEqual(TERMINATE);
    all.upstream.far.end();
    expect(await all.relay.finished).toEqual({ kind: 'client_closed', clean: true });
    expect(all.relay.isQueryRunning).toBe(false);
  });

  it('lets the reply under way arrive whole after a client’s FIN', async () => {
    await using all = await relayForTests();
    all.client.far.end(QUERY);
    await readToEnd(all.upstream.far);
    const reply = readToEnd(all.client.far);
    const big = dataRow(Buffer.alloc(3 * MEGABYTE, 'r'));
    all.upstream.far.end(big);
    expect((await reply).equals(big)).toBe(true);
    expect(await all.relay.finished).toEqual({ kind: 'client_closed', clean: false });
  });

  it('comes soon after a client’s FIN while the upstream is silent', async () => {
    await using all = await relayForTests();
    all.client.far.write(QUERY);
    await readBytes(all.upstream.far, QUERY.length);
    all.client.far.end();
    expect(await all.relay.finished).toEqual({ kind: 'client_closed', clean: false });
    expect(all.relay.isQueryRunning).toBe(true);
  });

  it('lets a slow client read the reply whole after an upstream’s FIN', async () => {
    await using all = await relayForTests();
    const big = dataRow(Buffer.alloc(8 * MEGABYTE, 'r'));
    all.upstream.far.end(big);
    await waitUntil(() => all.client.near.writableNeedDrain, 'the client is behind');
    const received = await readToEnd(all.client.far);
    expect(received.equals(big)).toBe(true);
    expect(await all.relay.finished).toEqual({ kind: 'upstream_closed' });
  });

  it('names the client after its reset', async () => {
    await using all = await relayForTests();
    all.client.far.resetAndDestroy();
    const end = await all.relay.finished;
    expect(end.kind).toBe('client_failed');
    expect(all.upstream.near.destroyed).toBe(false);
  });

  it('names the upstream after its reset, and leaves the client open', async () => {
    await using all = await relayForTests();
    all.upstream.far.resetAndDestroy();
    const end = await all.relay.finished;
    expect(end.kind).toBe('upstream_failed');
    expect(all.relay.isAtBoundary).toBe(true);
    all.client.near.end('bye');
    expect((await readToEnd(all.client.far)).toString()).toBe('bye');
  });

  it('is noticed when it came before the relay began', async () => {
    const client = await socketPair();
    const upstream = await socketPair();
    upstream.near.destroy();
    await once(upstream.near, 'close');
    const relay = new Relay({ client: client.near, upstream: upstream.near, readyStatus: 'I' });
    expect((await relay.finished).kind).toBe('upstream_failed');
    await client[Symbol.asyncDispose]();
  });

  it('leaves no listener but the one that survives errors', async () => {
    await using all = await relayForTests(async ({ client }) => {
      expect(listenerCounts(client.near)).toEqual([1, 0, 0, 0, 0]);
    });
    await all.relay.end(null, { graceMs: 0 });
    expect(listenerCounts(all.client.near)).toEqual([1, 0, 0, 0, 0]);
    expect(all.client.near.isPaused()).toBe(true);
  });
});

describe('the state of the session', () => {
  it('has a running query from its last byte to ReadyForQuery', async () => {
    await using all = await relayForTests();
    expect(all.relay.transactionStatus).toBe('I');
    expect(all.relay.isQueryRunning).toBe(false);
    all.client.far.write(QUERY);
    await waitUntil(() => all.relay.isQueryRunning, 'the query is noticed');
    all.upstream.far.write(Buffer.concat([dataRow(Buffer.from('1')), readyForQuery('T')]));
    await waitUntil(() => !all.relay.isQueryRunning, 'its end is noticed');
    expect(all.relay.transactionStatus).toBe('T');
  });

  it('has no running query after a lone Terminate', async () => {
    await using all = await relayForTests();
    all.client.far.write(TERMINATE);
    await readBytes(all.upstream.far, TERMINATE.length);
    expect(all.relay.isQueryRunning).toBe(false);
  });

  it('is unknown after broken framing, which is relayed on', async () => {
    await using all = await relayForTests();
    const nonsense = Buffer.from('5a00000001ffffff', 'hex');
    all.upstream.far.write(nonsense);
    expect(await readBytes(all.client.far, nonsense.length)).toEqual(nonsense);
    expect(all.relay.transactionStatus).toBe('unknown');
    expect(all.relay.isAtBoundary).toBe(false);
  });
});

async function takePrefix(socket: Socket, count: number): Promise<void> {
  await takeBytes(socket, (bytes) => (bytes.length < count ? null : { value: true, usedBytes: count }), {
    signal: never,
  });
}

function countBytes(socket: Socket): () => number {
  let count = 0;
  socket.on('data', (chunk: Buffer) => {
    count += chunk.length;
  });
  return () => count;
}

/** Resolves once the count did not change between two looks at it. */
async function standStill(count: () => number): Promise<void> {
  let before = 0;
  await waitUntil(() => {
    const isStill = count() > 0 && count() === before;
    before = count();
    return isStill;
  }, 'the bytes stand still');
}

function listenerCounts(socket: Socket): number[] {
  return ['error', 'data', 'drain', 'readable', 'finish'].map((event) => socket.listenerCount(event));
}
