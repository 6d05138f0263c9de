// The stream of live connections: open while the page is visible, for the query and the rows that
// were asked for last; says in words when it has stopped.

import type { LiveRow, LiveRowsDelta } from '../../components/ops/live-row.ts';
import type { NodeRow } from '../../components/ops/node-row.ts';
import { followEvents } from '../streams/follow-events.ts';

const NOT_FOLLOWED = 'This page is not kept up to date at the moment. It asks again; loading it again may help, too.';

interface LiveEvent {
  /** The server's clock, milliseconds since 1970. */
  readonly now: number;
  readonly counts: { readonly live: number; readonly waiting: number };
  /** How many rows the query picks, and the index of the first one that was sent. */
  readonly picked: number;
  readonly first: number;
  readonly nodes?: readonly NodeRow[];
  /** Of the connection that was asked for beside the list; null: it is not there. */
  readonly opened?: LiveRow | null;
}
export type Whole = LiveEvent & { readonly rows: readonly LiveRow[] };
export type Delta = LiveEvent & Partial<LiveRowsDelta>;

interface Listener {
  readonly whole: (event: Whole) => void;
  readonly delta: (event: Delta) => void;
  readonly away: (words: string) => void;
}

export class LiveStream {
  readonly #listener: Listener;
  #path = '';
  #left = new AbortController();

  constructor(listener: Listener) {
    this.#listener = listener;
    document.addEventListener('visibilitychange', () => this.#openAgain());
    // A page that is left, or kept for the back button, keeps no stream open.
    addEventListener('pagehide', () => this.#left.abort());
    addEventListener('pageshow', (event) => event.persisted && this.#openAgain());
  }

  /** Begins with a whole event for that path. */
  open(path: string): void {
    this.#path = path;
    this.#openAgain();
  }

  #openAgain(): void {
    this.#left.abort();
    this.#left = new AbortController();
    if (document.visibilityState !== 'visible') return;
    void followEvents(this.#path, this.#left.signal, (events) => this.#listen(events));
  }

  /** Events are written by our own server, so they have these types. */
  #listen(events: EventSource): void {
    const { whole, delta, away } = this.#listener;
    events.addEventListener('whole', (event: MessageEvent<string>) => whole(JSON.parse(event.data)));
    events.addEventListener('delta', (event: MessageEvent<string>) => delta(JSON.parse(event.data)));
    events.addEventListener('away', () => away('The fleet cannot be seen at the moment; this is what was seen last.'));
    events.addEventListener('error', () => {
      if (events.readyState === EventSource.CLOSED) away(NOT_FOLLOWED);
    });
  }
}
