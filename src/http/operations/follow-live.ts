// The stream behind a page of live connections. It lasts as long as the person has the right, and a
// few minutes at most; the browser then reconnects, and the rights are checked again.

import { pause } from '../../async/retry.ts';
import { loadPersonActor } from '../../catalogue/rights/actors.ts';
import { may } from '../../catalogue/rights/permissions.ts';
import { type EventStreams, retryText } from '../request/event-streams.ts';
import type { LiveFeeds } from './live-feed.ts';
import type { OperationsCall } from './operations-scope.ts';
import { rowQuery, streamWindow } from './row-query.ts';

const LONGEST_STREAM_MS = 5 * 60_000;
const RIGHTS_CHECKED_EVERY_MS = 2_000;
/** With more unread bytes a browser gets no events until it has caught up. */
const MAX_WAITING_BYTES = 4 * 1_024 * 1_024;
const RETRY_AFTER_MS = 2_000;

export function followLive(feeds: LiveFeeds, streams: EventStreams) {
  return async (call: OperationsCall): Promise<void> => {
    const { request, response, scope, person } = call;
    const signal = streams.open(response, { userId: person.userId, longestMs: LONGEST_STREAM_MS });
    response.write(retryText(RETRY_AFTER_MS));
    const { filter, accountId } = scope;
    const wanted = { filter, query: rowQuery(request), ...streamWindow(request) };
    const leave = feeds.follow(
      { ...wanted, nodes: accountId === null ? 'shown' : 'hidden' },
      {
        isReady: () => response.writableLength < MAX_WAITING_BYTES,
        send: (event) => void response.write(event),
      },
    );
    try {
      await whileAllowed(call, signal);
    } finally {
      leave();
      response.end();
    }
  };
}

/** Resolves when the stream has ended, the right is gone, or the catalogue is away. */
async function whileAllowed({ parts, person, scope }: OperationsCall, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(RIGHTS_CHECKED_EVERY_MS, signal);
    if (signal.aborted) return;
    const actor = await loadPersonActor(parts.catalogue, person.userId).catch(() => null);
    if (actor === null || !may(actor, scope.actions.read, scope.resource)) return;
  }
}
