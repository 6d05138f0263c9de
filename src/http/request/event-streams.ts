// Server-sent event streams to browsers: limits the duration of each and the number of streams per
// person on this node, and ends them with their session. Knows how an event is written, but no
// event's meaning.

import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';
import type { SessionWatch } from './session-watch.ts';

/** Tabs that one person may keep up to date; further pages show the state at loading. */
const STREAMS_PER_PERSON = 20;

/** A comment line, which keeps proxies from closing a quiet stream. */
export const KEEP_ALIVE_TEXT = ':\n\n';

/** One event on the wire (HTML Standard, 9.2.5), with its data as JSON. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** How long the browser waits before it reconnects. */
export function retryText(afterMs: number): string {
  return `retry: ${afterMs}\n\n`;
}

interface StreamResponse {
  on(event: 'close', listener: () => void): unknown;
  writeHead(status: number, headers: Record<string, string>): unknown;
}

interface StreamOptions {
  readonly userId: UserId;
  /** The browser session that asked. */
  readonly sessionId: string;
  readonly longestMs: number;
}

export class EventStreams {
  readonly #sessions: Pick<SessionWatch, 'watch'>;
  readonly #open = new Map<UserId, number>();

  constructor(sessions: Pick<SessionWatch, 'watch'>) {
    this.#sessions = sessions;
  }

  /**
   * Starts the stream. The caller writes its events and ends it when the signal aborts: the browser
   * has disconnected, its session is over, or `longestMs` have passed. Throws `rate_limited` when
   * the person has too many open streams; nothing is sent before.
   */
  open(response: StreamResponse, { userId, sessionId, longestMs }: StreamOptions): AbortSignal {
    const before = this.#open.get(userId) ?? 0;
    if (before >= STREAMS_PER_PERSON) throw new PosternError('rate_limited', { params: { seconds: '5' } });
    this.#open.set(userId, before + 1);
    const stream = new AbortController();
    const timer = setTimeout(() => stream.abort(), longestMs);
    const session = this.#sessions.watch(sessionId);
    session.signal.addEventListener('abort', () => stream.abort(), { once: true });
    response.on('close', () => {
      clearTimeout(timer);
      session.release();
      stream.abort();
      this.#closed(userId);
    });
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    return stream.signal;
  }

  #closed(userId: UserId): void {
    const left = (this.#open.get(userId) ?? 1) - 1;
    if (left === 0) this.#open.delete(userId);
    else this.#open.set(userId, left);
  }
}
