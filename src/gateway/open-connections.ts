// The connections of this node and whether more may come: open, draining, or closing.

import { setMaxListeners } from 'node:events';
import { PosternError } from '../errors.ts';
import type { LiveSession } from './session/live-session.ts';
import { UnfinishedConnections } from './session/unfinished-connections.ts';
import type { SocketBudget } from './socket-budget.ts';

/** Of all places; the rest is for those who have finished a login. */
const LARGEST_UNFINISHED_SHARE = 3 / 4;

export class OpenConnections {
  readonly sockets: SocketBudget;
  readonly unfinished: UnfinishedConnections;
  readonly sessions = new Set<LiveSession>();
  readonly #most: number;
  readonly #closing = new AbortController();
  #isOpen = true;

  constructor({ most, sockets }: { most: number; sockets: SocketBudget }) {
    this.#most = most;
    this.sockets = sockets;
    const room = Math.min(most, sockets.most);
    this.unfinished = new UnfinishedConnections(Math.max(1, Math.floor(room * LARGEST_UNFINISHED_SHARE)));
    // Every connection listens while it negotiates: more than ten listeners are no leak.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Aborts when everything must end now. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  counts(): { readonly waiting: number; readonly relaying: number } {
    const counts = { waiting: 0, connecting: 0, relaying: 0 };
    for (const session of this.sessions) counts[session.entry.record.phase] += 1;
    return { waiting: counts.waiting, relaying: counts.relaying };
  }

  /** `people`: the e-mails of those who are connected, each once. */
  stillConnected() {
    const emails = new Set<string>();
    for (const { entry } of this.sessions) {
      const { phase, personEmail } = entry.record;
      if (phase !== 'waiting' && personEmail !== null) emails.add(personEmail);
    }
    const { relaying: connections, waiting: waitingLogins } = this.counts();
    return { people: [...emails], connections, waitingLogins };
  }

  beginDraining(): void {
    this.#isOpen = false;
  }

  beginClosing(): void {
    this.#isOpen = false;
    this.#closing.abort();
  }

  /** Throws `starting` (57P03) while draining, `overloaded` beyond the cap or the descriptors. */
  requireRoom(): void {
    if (!this.#isOpen) throw new PosternError('starting');
    if (this.sessions.size > this.#most || !this.sockets.hasRoomForClient)
      throw new PosternError('overloaded', { params: { limit: String(this.#most) } });
  }
}
