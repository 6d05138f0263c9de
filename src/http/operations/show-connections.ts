// Live connections as a list (filtered, sorted and paged by the query, so that it works without
// script), as a stream, and as ids; and their number over time.

import type { Request } from 'express';
import { z } from 'zod';
import { COLUMNS_COOKIE, hiddenColumnsIn } from '../../../web/components/ops/live-columns.ts';
import { ROW_ACTS } from '../../../web/components/ops/live-menu.tsx';
import { ConnectionHistoryPage } from '../../../web/pages/ops/connection-history-page.tsx';
import { ConnectionsPage } from '../../../web/pages/ops/connections-page.tsx';
import { linkedAbort } from '../../async/time-limit.ts';
import { may } from '../../catalogue/rights/permissions.ts';
import { readConnectionHistory } from '../../catalogue/trail/connection-history.ts';
import { FRAME_SIZE_OF } from '../../metering/frames/frame-bounds.ts';
import { type Again, queryText } from '../console/shell/console-call.ts';
import { FRAME_LABELS } from '../console/shell/consumption-view.ts';
import { cookieValue } from '../request/cookies.ts';
import { type EventStreams, retryText } from '../request/event-streams.ts';
import type { FleetWatch } from './fleet-watch.ts';
import { openedIn, pageNumber, placeOf, rowQuery } from './list-place.ts';
import type { LiveFeeds } from './live-feed.ts';
import { withNames } from './named-toasts.ts';
import { type OperationsCall, operationsView, requireScoped, whileAllowed } from './operations-scope.ts';

export function showConnections(watch: FleetWatch) {
  return async (call: OperationsCall, again?: Again): Promise<void> => {
    const { parts, request, response, scope, person } = call;
    // A refused form is shown with the list that it was sent from.
    const place = again === undefined ? request.query : Object.fromEntries(new URLSearchParams(placeOf(call, again)));
    const query = rowQuery(place);
    const { first, count } = pageWindow(place);
    const list = await watch.list({ filter: scope.filter, query, first, count });
    parts.renderer.send(request, response, ConnectionsPage, {
      view: await withNames(call, operationsView(call, null, again)),
      reach: scope.accountId === null ? 'installation' : 'account',
      listPath: scope.listPath,
      connectionsPath: scope.connectionsPath,
      auditPath: scope.auditPath,
      acts: ROW_ACTS.filter((act) => may(person, scope.actions[act], scope.resource)),
      query,
      rows: list.shown,
      firstIndex: list.first,
      pickedCount: list.rows.length,
      counts: list.counts,
      nodes: scope.accountId === null ? list.nodes : [],
      nodeIds: scope.accountId === null ? list.nodeIds : [],
      hiddenColumns: hiddenColumnsIn(cookieValue(request, COLUMNS_COOKIE)),
      page: list.first / count + 1,
      pageCount: Math.max(1, Math.ceil(list.rows.length / count)),
      now: list.at.getTime(),
      typedNotice: again?.typed.text ?? '',
    });
  };
}

export function sendPickedIds(watch: FleetWatch) {
  return async ({ request, response, scope }: OperationsCall): Promise<void> => {
    const ids = await watch.pickedIds({ filter: scope.filter, query: rowQuery(request.query), first: 0, count: 1 });
    response.type('text/plain').send(ids.join(','));
  };
}

const ROWS_PER_PAGE = 100;
/** The most rows of a stream: more than a large screen shows with the rows around the view. */
const MAX_ROWS_OF_STREAM = 500;

// Values that cannot be read become the defaults; nothing is decided by them.
const windowSchema = z.object({
  first: z.coerce.number().int().min(0).catch(0),
  count: z.coerce.number().int().min(1).max(MAX_ROWS_OF_STREAM).catch(ROWS_PER_PAGE),
});

/** The window of a page without script: `?page=2`. */
function pageWindow(values: unknown): { readonly first: number; readonly count: number } {
  return { first: (pageNumber(values) - 1) * ROWS_PER_PAGE, count: ROWS_PER_PAGE };
}

/** The window of a stream: `?first=200&count=120`. */
function streamWindow(request: Request): { readonly first: number; readonly count: number } {
  return windowSchema.parse(request.query);
}

const LONGEST_STREAM_MS = 5 * 60_000;
/** With more unread bytes a browser gets no events until it has caught up. */
const MAX_WAITING_BYTES = 4 * 1_024 * 1_024;
const RETRY_AFTER_MS = 2_000;

export function followLive(feeds: LiveFeeds, streams: EventStreams) {
  return async (call: OperationsCall): Promise<void> => {
    const { request, response, scope, person, sessionId } = call;
    const signal = streams.open(response, { userId: person.userId, sessionId, longestMs: LONGEST_STREAM_MS });
    response.write(retryText(RETRY_AFTER_MS));
    const { filter, accountId } = scope;
    const wanted = {
      filter,
      query: rowQuery(request.query),
      ...streamWindow(request),
      opened: openedIn(request.query),
    };
    // A browser that holds as many streams as it may asks again instead.
    const isOnce = request.query.once !== undefined;
    const over = linkedAbort(signal);
    const leave = feeds.follow(
      { ...wanted, nodes: accountId === null ? 'shown' : 'hidden' },
      {
        isReady: () => response.writableLength < MAX_WAITING_BYTES,
        send: (event) => {
          if (!over.signal.aborted) response.write(event);
          if (isOnce) over.abort();
        },
      },
    );
    try {
      await whileAllowed(call, 'read', over.signal);
    } finally {
      leave();
      over.unlink();
      response.end();
    }
  };
}

const FRAMES = { hourly: 48, daily: 31 } as const;

export async function showConnectionHistory(call: OperationsCall): Promise<void> {
  requireScoped(call, 'read_audit');
  const { parts, context, request, response, scope } = call;
  const step = queryText(call, 'by') === 'daily' ? 'daily' : 'hourly';
  const wanted = { accountId: scope.accountId, step, frames: FRAMES[step] } as const;
  const frames = await readConnectionHistory(parts.catalogue, context, wanted);
  const path = `${scope.listPath}/history`;
  const [first, last] = [frames[0], frames.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a history has frames');
  parts.renderer.send(request, response, ConnectionHistoryPage, {
    view: operationsView(call, { label: 'Over time', href: path }),
    reach: scope.accountId === null ? 'installation' : 'account',
    path,
    step,
    stretch: { from: first.start, to: last.start, step: FRAME_SIZE_OF[step] },
    rows: frames.map((frame) => ({ ...frame, label: FRAME_LABELS[step].format(frame.start) })).reverse(),
  });
}
