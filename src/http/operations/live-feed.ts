// Turns pictures of the fleet into server-sent events for one scope: the whole once, then only what changed. The texts
// are made once per picture, however many pages follow the scope.

import { deltaBetween, type LiveRow } from '../../../web/components/ops/live-row.ts';
import type { NodeRow } from '../../../web/components/ops/node-row.ts';
import { eventText } from '../request/event-streams.ts';
import { type FleetPicture, rowsWithin } from './fleet-picture.ts';
import type { FleetWatch, Look } from './fleet-watch.ts';
import type { OpsScope } from './operations-scope.ts';

/** One page's stream. */
export interface Follower {
  /** False while what was sent before piles up: it is left out, and given the whole when it has caught up. */
  isReady(): boolean;
  send(event: string): void;
}

export class LiveFeed {
  readonly #watch: FleetWatch;
  readonly #scope: OpsScope;
  readonly #followers = new Map<Follower, 'ahead' | 'behind'>();
  #rows: ReadonlyMap<string, LiveRow> = new Map();
  #nodes = '';
  #stop: (() => void) | null = null;

  constructor(watch: FleetWatch, scope: OpsScope) {
    this.#watch = watch;
    this.#scope = scope;
  }

  get isFollowed(): boolean {
    return this.#followers.size > 0;
  }

  /** Begins with the next picture; ends when the returned function is called. */
  follow(follower: Follower): () => void {
    this.#followers.set(follower, 'behind');
    this.#stop ??= this.#watch.watch((look) => this.#pass(look));
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  }

  #pass(look: Look): void {
    if (look.kind === 'away') {
      const away = eventText('away', {});
      for (const follower of this.#followers.keys()) follower.send(away);
      return;
    }
    const { picture } = look;
    const rows = new Map(rowsWithin(picture, this.#scope).map((row) => [row.id, row]));
    const delta = eventText('delta', { ...this.#head(picture, 'changed'), ...deltaBetween(this.#rows, rows) });
    this.#rows = rows;
    let whole: string | null = null;
    for (const [follower, state] of this.#followers) {
      if (!follower.isReady()) {
        this.#followers.set(follower, 'behind');
      } else if (state === 'ahead') {
        follower.send(delta);
      } else {
        whole ??= eventText('whole', { ...this.#head(picture, 'all'), rows: [...rows.values()] });
        follower.send(whole);
        this.#followers.set(follower, 'ahead');
      }
    }
  }

  /** Nodes are for operators; of a heartbeat every two seconds each second picture says something new. */
  #head({ at, nodes }: FleetPicture, which: 'all' | 'changed'): { now: number; nodes?: readonly NodeRow[] } {
    const now = at.getTime();
    if (this.#scope.accountId !== null) return { now };
    const text = JSON.stringify(nodes);
    const isNew = text !== this.#nodes;
    if (which === 'changed') this.#nodes = text;
    return isNew || which === 'all' ? { now, nodes } : { now };
  }
}
