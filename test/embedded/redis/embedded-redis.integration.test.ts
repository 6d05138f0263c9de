import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedRedis } from '../../../src/embedded/redis/embedded-redis.ts';
import type { RunningRedis } from '../../../src/embedded/redis/running-redis.ts';
import { createLog } from '../../../src/log.ts';

const log = createLog('silent');
const NOWHERE = '';
const kinds = [
  { kind: 'in_process', searchPath: NOWHERE },
  { kind: 'installed', searchPath: process.env.PATH ?? '' },
] as const;

describe.each(kinds)('the embedded Redis, $kind', ({ kind, searchPath }) => {
  const startForTest = () => startWithin(searchPath);

  it('is of that kind', async () => {
    expect((await startForTest()).kind).toBe(kind);
  });

  it('serves a client: keys that expire, scripts, pub/sub', async () => {
    const server = await startForTest();
    const [redis, subscriber] = [clientOf(server), clientOf(server)];
    expect(await redis.set('greeting', 'hello', 'PX', 60_000, 'NX')).toBe('OK');
    expect(await redis.eval("return redis.call('GET', KEYS[1])", 1, 'greeting')).toBe('hello');
    expect(await redis.pttl('greeting')).toBeGreaterThan(0);
    const heard = once(subscriber, 'message');
    await subscriber.subscribe('news');
    await redis.publish('news', 'today');
    expect(await heard).toEqual(['news', 'today']);
  });

  it('listens on loopback only', async () => {
    const server = await startForTest();
    const port = Number(new URL(server.url.reveal()).port).toString(16).toUpperCase().padStart(4, '0');
    const listening = execFileSync('grep', ['-h', `:${port} 0*:0000 0A`, '/proc/net/tcp', '/proc/net/tcp6'], {
      encoding: 'utf8',
    });
    expect(listening.trim().split('\n')).toHaveLength(1);
    expect(listening).toContain(`0100007F:${port}`);
  });

  it('refuses commands without its password', async () => {
    const server = await startForTest();
    const url = new URL(server.url.reveal());
    url.password = '';
    const stranger = clientOf({ url: { reveal: () => url.href } });
    await expect(stranger.get('anything')).rejects.toThrow('NOAUTH');
    url.password = 'guess';
    const guesser = clientOf({ url: { reveal: () => url.href } });
    await expect(guesser.get('anything')).rejects.toThrow(/WRONGPASS|NOAUTH/);
  });

  it('closes at once although clients are connected', async () => {
    const server = await startForTest();
    const socket = connect(Number(new URL(server.url.reveal()).port), '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    await server.close();
    await closed;
    const refused = connect(Number(new URL(server.url.reveal()).port), '127.0.0.1');
    await expect(once(refused, 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});

async function startWithin(searchPath: string): Promise<RunningRedis> {
  const server = await startEmbeddedRedis({ log, searchPath });
  const state = { isClosed: false };
  const close = async () => {
    if (state.isClosed) return;
    state.isClosed = true;
    await server.close();
  };
  onTestFinished(close);
  return { ...server, close };
}

function clientOf({ url }: { url: { reveal(): string } }): Redis {
  const redis = new Redis(url.reveal(), { retryStrategy: null, maxRetriesPerRequest: 0, enableReadyCheck: false });
  redis.on('error', () => {
    // Told to the command that fails.
  });
  onTestFinished(() => redis.disconnect());
  return redis;
}
