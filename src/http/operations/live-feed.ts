// Turns updates of one list into server-sent events: the whole window once, then the changes.

import { deltaBetween, type LiveRow } from '../../../web/components/ops/live-row.ts';
import { eventText } from '../request/event-streams.ts';
import type { FleetList, FleetUpdate, FleetWatch } from './fleet-watch.ts';
import type { RowRequest } from './row-picker.ts';

export interface FeedRequest extends RowRequest {
  readonly nodes: 'shown' | 'hidden';
}

export interface Follower {
  /** False while what was sent piles up: it gets nothing then, and the whole window afterwards. */
  isReady(): boolean;
  send(event: string): void;
}

export class LiveFeed {
  readonly #watch: FleetWatch;
  readonly #request: FeedRequest;
  readonly #followers = new Map<Follower, 'ahead' | 'behind'>();
  #rows: ReadonlyMap<string, LiveRow> = new Map();
  #nodes = '';
  #stop: (() => void) | null = null;

  constructor(watch: FleetWatch, request: FeedRequest) {
    this.#watch = watch;
    this.#request = request;
  }

  get isFollowed(): boolean {
    return this.#followers.size > 0;
  }

  follow(follower: Follower): () => void {
    this.#followers.set(follower, 'behind');
    this.#stop ??= this.#watch.watch(this.#request, (update) => this.#send(update));
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  }

  #send(update: FleetUpdate): void {
    if (update.kind === 'away') {
      const away = eventText('away', {});
      for (const follower of this.#followers.keys()) follower.send(away);
      return;
    }
    const { list } = update;
    const rows = new Map(list.shown.map((row) => [row.id, row]));
    const delta = eventText('delta', { ...this.#head(list, 'changed'), ...deltaBetween(this.#rows, rows) });
    this.#rows = rows;
    let whole: string | null = null;
    for (const [follower, state] of this.#followers) {
      if (!follower.isReady()) {
        this.#followers.set(follower, 'behind');
      } else if (state === 'ahead') {
        follower.send(delta);
      } else {
        whole ??= eventText('whole', { ...this.#head(list, 'all'), rows: list.shown });
        follower.send(whole);
        this.#followers.set(follower, 'ahead');
      }
    }
  }

  /** Nodes change with their heartbeats, every two seconds; in between they are left out. */
  #head({ at, counts, rows, first, opened, nodes }: FleetList, which: 'all' | 'changed') {
    const beside = this.#request.opened == null ? {} : { opened };
    const head = { now: at.getTime(), counts, picked: rows.length, first, ...beside };
    if (this.#request.nodes === 'hidden') return head;
    const text = JSON.stringify(nodes);
    const isNew = text !== this.#nodes;
    if (which === 'changed') this.#nodes = text;
    return isNew || which === 'all' ? { ...head, nodes } : head;
  }
}

/** The feeds that pages of this node follow: one per list, kept while a page follows it. */
export class LiveFeeds {
  readonly #watch: FleetWatch;
  readonly #feeds = new Map<string, LiveFeed>();

  constructor(watch: FleetWatch) {
    this.#watch = watch;
  }

  follow(request: FeedRequest, follower: Follower): () => void {
    const key = JSON.stringify(request);
    const feed = this.#feeds.get(key) ?? new LiveFeed(this.#watch, request);
    this.#feeds.set(key, feed);
    const leave = feed.follow(follower);
    return () => {
      leave();
      if (!feed.isFollowed && this.#feeds.get(key) === feed) this.#feeds.delete(key);
    };
  }
}
