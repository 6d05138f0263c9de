// The process's one subscription to changes of login requests. Messages can be lost.

import { EventEmitter, once } from 'node:events';
import { PosternError } from '../../errors.ts';
import { idFrom, type LoginRequestId } from '../../ids.ts';
import type { Log } from '../../log.ts';
import type { RedisClient } from '../../redis/redis-client.ts';
import { redisChannels } from '../../redis/redis-keys.ts';

const READY_LIMIT_MS = 5_000;

export class LoginEvents {
  readonly #redis: RedisClient;
  readonly #log: Log;
  readonly #state = new EventEmitter().setMaxListeners(0);
  readonly #followers = new Map<LoginRequestId, Set<() => void>>();
  #isLive = false;

  /** Subscribes at each connect. The caller owns the connection and closes it. */
  constructor({ subscriber, log }: { subscriber: RedisClient; log: Log }) {
    this.#redis = subscriber;
    this.#log = log;
    subscriber.on('ready', this.#subscribe);
    subscriber.on('close', this.#markLost);
    subscriber.on('message', this.#dispatch);
    if (subscriber.status === 'ready') void this.#subscribe();
  }

  /** Resolves once the subscription is live. Throws PosternError `store_unavailable` after 5 s. */
  async ready(): Promise<void> {
    if (this.#isLive) return;
    try {
      await once(this.#state, 'live', { signal: AbortSignal.timeout(READY_LIMIT_MS) });
    } catch (error) {
      throw new PosternError('store_unavailable', { cause: error });
    }
  }

  /** Calls back on each change, and after each loss of the connection. Returns the way to stop. */
  follow(id: LoginRequestId, onChange: () => void): () => void {
    const followers = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, followers.add(onChange));
    return () => {
      followers.delete(onChange);
      if (followers.size === 0 && this.#followers.get(id) === followers) this.#followers.delete(id);
    };
  }

  get followedCount(): number {
    return this.#followers.size;
  }

  close(): void {
    this.#redis.off('ready', this.#subscribe);
    this.#redis.off('close', this.#markLost);
    this.#redis.off('message', this.#dispatch);
    this.#isLive = false;
  }

  readonly #subscribe = async (): Promise<void> => {
    try {
      await this.#redis.subscribe(redisChannels.loginRequests());
    } catch (error) {
      this.#log.warn(
        { event: 'login.subscribe_failed', err: error },
        'could not subscribe to login events; trying again with the next connection',
      );
      return;
    }
    this.#isLive = true;
    this.#state.emit('live');
    for (const id of this.#followers.keys()) this.#notify(id);
  };

  readonly #markLost = (): void => {
    this.#isLive = false;
  };

  readonly #dispatch = (channel: string, payload: string): void => {
    if (channel === redisChannels.loginRequests()) this.#notify(idFrom<LoginRequestId>(payload));
  };

  #notify(id: LoginRequestId): void {
    for (const onChange of this.#followers.get(id) ?? []) onChange();
  }
}
