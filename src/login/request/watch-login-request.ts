// Follows one login request: woken by LoginEvents, and by reading, since messages can be lost.

import { Nudge } from '../../async/nudge.ts';
import { isPosternError, PosternError } from '../../errors.ts';
import type { LoginRequestId } from '../../ids.ts';
import { isOpen } from '../terms/login-status.ts';
import type { LoginEvents } from './login-events.ts';
import type { LoginRecord, LoginRecords } from './login-record.ts';
import { isDenialHeld, type LoginRequest } from './login-request.ts';

const REREAD_MS = 3_000;
/** For all watches of this process together: with thousands of them each reads less often. */
const MOST_REREADS_PER_SECOND = 500;
/** How long Redis may be unreachable before the watch gives up; a failover takes less. */
const UNREACHABLE_LIMIT_MS = 60_000;

export interface WatchedStore {
  readonly records: LoginRecords;
  readonly events: LoginEvents;
}

/** Ends when it is final. Throws PosternError `store_unavailable` when Redis or it is lost. */
export async function* watchLoginRequest(
  store: WatchedStore,
  id: LoginRequestId,
  signal: AbortSignal,
): AsyncGenerator<LoginRequest, void, void> {
  const nudge = new Nudge();
  // NOTE: follow before the first read, or a decision made between the two would be noticed late.
  const unfollow = store.events.follow(id, () => nudge.give());
  const readings = new Readings(store.records, id);
  try {
    while (!signal.aborted) {
      const news = await readings.next();
      if (news !== null) yield news;
      if (readings.isOver) return;
      const limitMs = readings.pauseMs(rereadMs(store.events.followedCount));
      const woken = await nudge.wait({ limitMs, signal });
      if (woken === 'nudged') readings.invalidate();
    }
  } finally {
    unfollow();
  }
}

class Readings {
  readonly #records: LoginRecords;
  readonly #id: LoginRequestId;
  #known: LoginRecord | null = null;
  #isStale = true;
  #dueAtMs = 0;
  #unreachableSinceMs: number | null = null;
  isOver = false;

  constructor(records: LoginRecords, id: LoginRequestId) {
    this.#records = records;
    this.#id = id;
  }

  async next(): Promise<LoginRequest | null> {
    const found = await this.#tryToRead();
    switch (found) {
      case 'unreachable':
      case 'unchanged':
        return null;
      case 'none':
        return this.#lose();
      default:
        return this.#keep(found);
    }
  }

  invalidate(): void {
    this.#isStale = true;
  }

  pauseMs(rereadMs: number): number {
    return Math.max(1, Math.min(rereadMs, this.#dueAtMs - performance.now()));
  }

  async #tryToRead(): Promise<LoginRecord | 'none' | 'unchanged' | 'unreachable'> {
    try {
      const found = (await this.#isUnchanged()) ? 'unchanged' : await this.#records.read(this.#id);
      this.#unreachableSinceMs = null;
      return found ?? 'none';
    } catch (error) {
      this.#unreachableSinceMs ??= performance.now();
      const unreachableMs = performance.now() - this.#unreachableSinceMs;
      if (!isPosternError(error, 'store_unavailable') || unreachableMs > UNREACHABLE_LIMIT_MS) throw error;
      return 'unreachable';
    }
  }

  async #isUnchanged(): Promise<boolean> {
    if (this.#known === null || this.#isStale || performance.now() >= this.#dueAtMs) return false;
    return (await this.#records.version(this.#id)) === this.#known.version;
  }

  #keep(record: LoginRecord): LoginRequest | null {
    const isNews = record.version !== this.#known?.version;
    this.#known = record;
    this.#isStale = false;
    this.#dueAtMs = performance.now() + (record.remainingMs ?? Number.POSITIVE_INFINITY);
    this.isOver = !canStillChange(record.request);
    return isNews ? record.request : null;
  }

  #lose(): null {
    const isForgotten = this.#known !== null && hasEnded(this.#known.request);
    if (!isForgotten) throw new PosternError('store_unavailable', { cause: new Error(`${this.#id} is not in Redis`) });
    this.isOver = true;
    return null;
  }
}

/** At least 3 s; 20 s for 10,000 watches. */
export function rereadMs(watchCount: number): number {
  return Math.max(REREAD_MS, Math.ceil(watchCount / MOST_REREADS_PER_SECOND) * 1_000);
}

function hasEnded(request: LoginRequest): boolean {
  return !isOpen(request.status) && request.status !== 'approved' && !isDenialHeld(request);
}

function canStillChange(request: LoginRequest): boolean {
  if (!hasEnded(request)) return true;
  const isFollowed = request.status === 'consumed';
  return isFollowed && !['failed', 'terminal_closed', 'node_lost', 'ended'].includes(request.progress.kind);
}
