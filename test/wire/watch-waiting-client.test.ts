import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { watchWaitingClient } from '../../src/wire/watch-waiting-client.ts';
import { hex } from '../protocol/packet-fixtures.ts';
import { waitUntil } from '../support/wait-until.ts';
import { socketPair } from './loopback.ts';

const TERMINATE = hex('58 00000004');
const QUERY = Buffer.concat([hex('51 0000000d'), Buffer.from('select 1\0')]);

describe('a waiting client', () => {
  it('that closes its side is noticed', async () => {
    await using pair = await socketPair();
    const watch = watchWaitingClient(pair.near, 0);
    pair.far.end();
    expect(await watch.ended).toBe('closed');
  });

  it('that resets the connection is noticed', async () => {
    await using pair = await socketPair();
    const watch = watchWaitingClient(pair.near, 0);
    pair.far.resetAndDestroy();
    expect(await watch.ended).toBe('closed');
  });

  it('that had closed before the watch began is noticed', async () => {
    await using pair = await socketPair();
    pair.far.end();
    await waitUntil(() => pair.near.readableEnded, 'the FIN arrives').catch(() => {});
    expect(await watchWaitingClient(pair.near, 0).ended).toBe('closed');
  });

  it('whose socket failed before the watch began is noticed', async () => {
    await using pair = await socketPair();
    pair.near.destroy();
    expect(await watchWaitingClient(pair.near, 0).ended).toBe('closed');
  });

  it('that sends a query is noticed', async () => {
    await using pair = await socketPair();
    const watch = watchWaitingClient(pair.near, 0);
    pair.far.write(QUERY);
    expect(await watch.ended).toBe('data');
  });

  it('whose query lay in the socket before the watch began is noticed', async () => {
    const [near, far] = duplexPair();
    far.write(QUERY);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await watchWaitingClient(near, 0).ended).toBe('data');
  });

  it('that sends Terminate is distinguished from one that sends data, byte by byte', async () => {
    const [near, far] = duplexPair();
    const watch = watchWaitingClient(near, 0);
    for (const byte of TERMINATE) {
      far.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await watch.ended).toBe('terminate');
  });

  it('that sends what only begins like Terminate sent data', async () => {
    const [near, far] = duplexPair();
    const watch = watchWaitingClient(near, 0);
    far.write(hex('58 00000005 00'));
    expect(await watch.ended).toBe('data');
  });

  it('may send as much as is allowed, and the next reader gets it', async () => {
    const [near, far] = duplexPair();
    const watch = watchWaitingClient(near, QUERY.length);
    far.write(QUERY);
    await new Promise((resolve) => setImmediate(resolve));
    watch.stop();
    const again = watchWaitingClient(near, QUERY.length);
    far.write(hex('48'));
    expect(await again.ended).toBe('data');
    again.stop();
    expect(near.read()).toEqual(Buffer.concat([QUERY, hex('48')]));
  });

  it('that closes its side behind early bytes is noticed', async () => {
    await using pair = await socketPair();
    const watch = watchWaitingClient(pair.near, QUERY.length);
    pair.far.end(QUERY);
    expect(await watch.ended).toBe('closed');
  });

  it('keeps its bytes when the watch stops', async () => {
    const [near, far] = duplexPair();
    const watch = watchWaitingClient(near, 0);
    far.write(TERMINATE.subarray(0, 3));
    await new Promise((resolve) => setImmediate(resolve));
    watch.stop();
    watch.stop();
    far.end(TERMINATE.subarray(3));
    const chunks: Buffer[] = [];
    for await (const chunk of near) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(TERMINATE);
  });

  it('has no listener of the watch left once it has ended or was stopped', async () => {
    const [near, far] = duplexPair();
    const before = ['readable', 'end', 'close', 'error'].map((event) => near.listenerCount(event));
    const watch = watchWaitingClient(near, 0);
    far.write(QUERY);
    await watch.ended;
    watchWaitingClient(near, 0).stop();
    expect(['readable', 'end', 'close', 'error'].map((event) => near.listenerCount(event))).toEqual(before);
  });
});
