// Streams of server-sent events to browsers: opens each for a time, and keeps one person from holding more than their share
// of this node. Knows nothing of what is sent.

import type { Response } from 'express';
import { PosternError } from '../../errors.ts';
import type { UserId } from '../../ids.ts';

/** Tabs that one person may keep up to date at a time; a page that gets no stream still shows what was when it was loaded. */
const STREAMS_PER_PERSON = 20;

export class EventStreams {
  readonly #open = new Map<UserId, number>();

  /**
   * Begins the stream; the caller writes its events and ends it when the signal aborts: the browser has gone, or `longestMs`
   * have passed. Throws `rate_limited`, with nothing sent, when the person has too many open.
   */
  open(
    response: Response,
    { userId, longestMs }: { readonly userId: UserId; readonly longestMs: number },
  ): AbortSignal {
    const before = this.#open.get(userId) ?? 0;
    if (before >= STREAMS_PER_PERSON) throw new PosternError('rate_limited');
    this.#open.set(userId, before + 1);
    const left = new AbortController();
    response.on('close', () => {
      left.abort();
      this.#closed(userId);
    });
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    return AbortSignal.any([left.signal, AbortSignal.timeout(longestMs)]);
  }

  #closed(userId: UserId): void {
    const left = (this.#open.get(userId) ?? 1) - 1;
    if (left === 0) this.#open.delete(userId);
    else this.#open.set(userId, left);
  }
}
