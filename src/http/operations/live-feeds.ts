// The feeds that pages of this node follow: one per scope, kept while somebody follows it.

import type { AccountId } from '../../ids.ts';
import type { FleetWatch } from './fleet-watch.ts';
import { type Follower, LiveFeed } from './live-feed.ts';
import type { OpsScope } from './operations-scope.ts';

export class LiveFeeds {
  readonly #watch: FleetWatch;
  readonly #feeds = new Map<AccountId | 'installation', LiveFeed>();

  constructor(watch: FleetWatch) {
    this.#watch = watch;
  }

  follow(scope: OpsScope, follower: Follower): () => void {
    const key = scope.accountId ?? 'installation';
    const feed = this.#feeds.get(key) ?? new LiveFeed(this.#watch, scope);
    this.#feeds.set(key, feed);
    const leave = feed.follow(follower);
    return () => {
      leave();
      if (!feed.isFollowed && this.#feeds.get(key) === feed) this.#feeds.delete(key);
    };
  }
}
