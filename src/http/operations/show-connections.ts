// The list of live connections as a page: filtered, sorted and paged by the query, so that it works without script.

import { z } from 'zod';
import type { LiveRow } from '../../../web/components/ops/live-row.ts';
import { DEFAULT_QUERY, pickRows, type RowQuery, SORTS } from '../../../web/components/ops/row-order.ts';
import { ConnectionsPage } from '../../../web/pages/ops/connections-page.tsx';
import { may } from '../../catalogue/rights/permissions.ts';
import type { Again } from '../console/shell/form-route.ts';
import { rowsWithin } from './fleet-picture.ts';
import type { OpsParts } from './operations-parts.ts';
import type { OpsVisit } from './operations-scope.ts';
import { opsView } from './operations-view.ts';

const ROWS_PER_PAGE = 100;
const MAX_SEARCH_CHARACTERS = 200;

// Whatever else an address asks for is read as the default: nothing is decided by it.
const querySchema = z.object({
  search: z.string().max(MAX_SEARCH_CHARACTERS).catch(DEFAULT_QUERY.search),
  phase: z.enum(['', 'waiting', 'connecting', 'relaying']).catch(DEFAULT_QUERY.phase),
  node: z.string().max(100).catch(DEFAULT_QUERY.node),
  sort: z.enum(SORTS).catch(DEFAULT_QUERY.sort),
  order: z.enum(['asc', 'desc']).catch(DEFAULT_QUERY.order),
  page: z.coerce.number().int().min(1).catch(1),
});

export function showConnections({ watch }: Pick<OpsParts, 'watch'>) {
  return async (visit: OpsVisit, again?: Again): Promise<void> => {
    const { parts, request, response, scope, person } = visit;
    const { page, ...query } = querySchema.parse(request.query);
    const picture = await watch.picture();
    const rows = rowsWithin(picture, scope);
    const picked = pickRows(rows, query);
    const pageCount = Math.max(1, Math.ceil(picked.length / ROWS_PER_PAGE));
    const shownPage = Math.min(page, pageCount);
    const firstIndex = (shownPage - 1) * ROWS_PER_PAGE;
    parts.renderer.send(request, response, ConnectionsPage, {
      view: opsView(visit, null, again),
      reach: scope.accountId === null ? 'installation' : 'account',
      listPath: scope.listPath,
      connectionsPath: scope.connectionsPath,
      auditPath: scope.auditPath,
      mayNotify: may(person, scope.actions.notify, scope.resource),
      query,
      rows: picked.slice(firstIndex, firstIndex + ROWS_PER_PAGE),
      firstIndex,
      pickedCount: picked.length,
      counts: countsOf(rows),
      nodes: scope.accountId === null ? picture.nodes : [],
      nodeIds: nodeIdsOf(rows, query),
      page: shownPage,
      pageCount,
      now: picture.at.getTime(),
      typedNotice: again?.typed.text ?? '',
    });
  };
}

function countsOf(rows: readonly LiveRow[]) {
  const waiting = rows.filter(({ phase }) => phase === 'waiting').length;
  return { waiting, live: rows.length - waiting };
}

/** Nodes with rows, and the one that is asked for. */
function nodeIdsOf(rows: readonly LiveRow[], { node }: RowQuery): string[] {
  return [...new Set([...rows.map((row) => row.node), ...(node === '' ? [] : [node])])].sort();
}
