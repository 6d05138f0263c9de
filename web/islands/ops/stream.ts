// The stream of live connections: open while the page is visible; says in words when it has
// stopped.

import type { LiveRow, LiveRowsDelta } from '../../components/ops/live-row.ts';
import type { NodeRow } from '../../components/ops/node-row.ts';

interface LiveEvent {
  /** The server's clock, milliseconds since 1970. */
  readonly now: number;
  readonly nodes?: readonly NodeRow[];
}
export type Whole = LiveEvent & { readonly rows: readonly LiveRow[] };
export type Delta = LiveEvent & Partial<LiveRowsDelta>;

interface Listener {
  readonly whole: (event: Whole) => void;
  readonly delta: (event: Delta) => void;
  readonly away: (words: string) => void;
}

/** Written by our own server, so it has this type. */
export function openStream(path: string, { whole, delta, away }: Listener): void {
  let events: EventSource | null = null;
  const open = () => {
    events = new EventSource(path);
    events.addEventListener('whole', (event: MessageEvent<string>) => whole(JSON.parse(event.data)));
    events.addEventListener('delta', (event: MessageEvent<string>) => delta(JSON.parse(event.data)));
    events.addEventListener('away', () => away('The fleet cannot be seen at the moment; this is what was seen last.'));
    events.addEventListener('error', () => {
      if (events?.readyState === EventSource.CLOSED) away('This page is no longer kept up to date. Load it again.');
    });
  };
  const seen = () => {
    events?.close();
    events = null;
    if (document.visibilityState === 'visible') open();
  };
  document.addEventListener('visibilitychange', seen);
  // A page that is left, or kept for the back button, keeps no stream open.
  addEventListener('pagehide', () => events?.close());
  addEventListener('pageshow', (event) => event.persisted && seen());
  seen();
}
