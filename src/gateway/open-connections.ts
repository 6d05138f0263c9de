// The connections of this node and whether more may come: open, draining, or closing. Ends none by
// itself.

import { setMaxListeners } from 'node:events';
import { PosternError } from '../errors.ts';
import type { LiveSession } from './session/live-session.ts';
import type { SocketBudget } from './socket-budget.ts';

export class OpenConnections {
  readonly sockets: SocketBudget;
  readonly #most: number;
  readonly #sessions = new Set<LiveSession>();
  readonly #closing = new AbortController();
  #state: 'open' | 'draining' = 'open';

  /** `most` is how many may be served at a time. */
  constructor({ most, sockets }: { most: number; sockets: SocketBudget }) {
    this.#most = most;
    this.sockets = sockets;
    // Every connection listens while it negotiates: more than ten listeners are no leak.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Aborts when everything must end now. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get sessions(): ReadonlySet<LiveSession> {
    return this.#sessions;
  }

  /** Whether more may come. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  counts(): { readonly waiting: number; readonly relaying: number } {
    const counts = { waiting: 0, connecting: 0, relaying: 0 };
    for (const session of this.#sessions) counts[session.entry.record.phase] += 1;
    return { waiting: counts.waiting, relaying: counts.relaying };
  }

  add(session: LiveSession): void {
    this.#sessions.add(session);
  }

  delete(session: LiveSession): void {
    this.#sessions.delete(session);
  }

  beginDraining(): void {
    this.#state = 'draining';
  }

  beginClosing(): void {
    this.#state = 'draining';
    this.#closing.abort();
  }

  /** Throws `starting` (57P03) while draining, `overloaded` beyond the cap or the descriptors. */
  requireRoom(): void {
    if (this.#state === 'draining') throw new PosternError('starting');
    if (this.#sessions.size > this.#most || !this.sockets.hasRoomForClient) throw new PosternError('overloaded');
  }
}
