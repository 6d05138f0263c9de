import { EventEmitter } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PosternError } from '../../../src/errors.ts';
import { EventStreams } from '../../../src/http/request/event-streams.ts';
import { idFrom, type UserId } from '../../../src/ids.ts';
import { waitUntil } from '../../support/wait-until.ts';

const STREAMS_PER_PERSON = 20;
const LONGEST_MS = 60_000;
/** Sessions that do not end. */
const endless = { watch: () => ({ signal: new AbortController().signal, release: () => {} }) };

let server: Server;
let base: string;
let opened: IncomingMessage[];

beforeEach(async () => {
  opened = [];
  const streams = new EventStreams(endless);
  const app = express();
  app.get('/:person/:longestMs', (request, response) => {
    const { person, longestMs } = request.params;
    const signal = streams.open(response, {
      userId: idFrom<UserId>(person),
      sessionId: 'one',
      longestMs: Number(longestMs),
    });
    response.write(':\n\n');
    signal.addEventListener('abort', () => response.end(), { once: true });
  });
  app.use(((error, _request, response, _next) => {
    response.status(error instanceof PosternError ? error.httpStatus : 500).end();
  }) as express.ErrorRequestHandler);
  server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Resolves with the status once the stream has begun or was refused. */
function openStream(person: string, longestMs = LONGEST_MS): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(`${base}/${person}/${longestMs}`, (response) => {
      opened.push(response);
      response.on('error', () => {}).resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

describe('a person', () => {
  it('may hold twenty streams, and a new one after closing one', async () => {
    for (let count = 0; count < STREAMS_PER_PERSON; count += 1) expect(await openStream('ada')).toBe(200);
    expect(await openStream('ada')).toBe(429);
    expect(await openStream('grace')).toBe(200);
    opened[0]?.destroy();
    await waitUntil(async () => (await openStream('ada')) === 200, 'the closed stream no longer counts');
    expect(await openStream('ada')).toBe(429);
  });
});

describe('a stream', () => {
  it('ends when its time is up', async () => {
    expect(await openStream('ada', 50)).toBe(200);
    await waitUntil(() => opened[0]?.complete, 'the server has ended the stream');
  });

  // The timer of each stream that a browser had left ran on for minutes, and kept the stream in
  // memory.
  it('leaves no timer behind when the browser disconnects', () => {
    vi.useFakeTimers();
    try {
      const response = Object.assign(new EventEmitter(), { writeHead: () => {} });
      const person = { userId: idFrom<UserId>('ada'), sessionId: 'one', longestMs: LONGEST_MS };
      const open = () => new EventStreams(endless).open(response, person);
      const left = open();
      expect(vi.getTimerCount()).toBe(1);
      response.emit('close');
      expect([left.aborted, vi.getTimerCount()]).toEqual([true, 0]);
      const overdue = open();
      vi.advanceTimersByTime(LONGEST_MS);
      expect(overdue.aborted).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});
