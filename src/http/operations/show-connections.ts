// The list of live connections as a page: filtered, sorted and paged by the query, so that it works
// without script; and the ids of all rows that a query picks, for "Select all shown".

import { ConnectionsPage } from '../../../web/pages/ops/connections-page.tsx';
import { may } from '../../catalogue/rights/permissions.ts';
import type { Again } from '../console/shell/console-call.ts';
import type { FleetWatch } from './fleet-watch.ts';
import type { OperationsCall } from './operations-scope.ts';
import { operationsView } from './operations-view.ts';
import { pageWindow, rowQuery } from './row-query.ts';

export function showConnections(watch: FleetWatch) {
  return async (call: OperationsCall, again?: Again): Promise<void> => {
    const { parts, request, response, scope, person } = call;
    const query = rowQuery(request);
    const { first, count } = pageWindow(request);
    const list = await watch.list({ filter: scope.filter, query, first, count });
    parts.renderer.send(request, response, ConnectionsPage, {
      view: operationsView(call, null, again),
      reach: scope.accountId === null ? 'installation' : 'account',
      listPath: scope.listPath,
      connectionsPath: scope.connectionsPath,
      auditPath: scope.auditPath,
      mayNotify: may(person, scope.actions.notify, scope.resource),
      query,
      rows: list.shown,
      firstIndex: list.first,
      pickedCount: list.rows.length,
      counts: list.counts,
      nodes: scope.accountId === null ? list.nodes : [],
      nodeIds: [...new Set([...list.nodeIds, ...(query.node === '' ? [] : [query.node])])].sort(),
      page: list.first / count + 1,
      pageCount: Math.max(1, Math.ceil(list.rows.length / count)),
      now: list.at.getTime(),
      typedNotice: again?.typed.text ?? '',
    });
  };
}

export function sendPickedIds(watch: FleetWatch) {
  return async ({ request, response, scope }: OperationsCall): Promise<void> => {
    const ids = await watch.pickedIds({ filter: scope.filter, query: rowQuery(request), first: 0, count: 1 });
    response.type('text/plain').send(ids.join(','));
  };
}
