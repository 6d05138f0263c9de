// The frame of an operations page: an operator's own tabs, or those of the account it belongs to.

import type { ConsoleView, Link } from '../../../web/components/console/console-view.ts';
import type { Again } from '../console/shell/console-call.ts';
import { accountView, personView } from '../console/shell/open-console-view.ts';
import type { OperationsCall } from './operations-scope.ts';

export const OPERATORS_PAGES: readonly Link[] = [
  { label: 'Connections', href: '/ops' },
  { label: 'Over time', href: '/ops/history' },
  { label: 'Nodes', href: '/ops/nodes' },
  { label: 'Audit trail', href: '/ops/audit' },
  { label: 'Organization requests', href: '/ops/requests' },
];

/** `page` is the last breadcrumb; the list of connections itself has none. */
export function operationsView(call: OperationsCall, page: Link | null, again?: Again): ConsoleView {
  const crumbs = page === null ? [] : [page];
  if (call.accountCall !== null) {
    const view = accountView(call.accountCall, 'connections', again?.notice ?? null);
    return { ...view, crumbs: [...view.crumbs, ...crumbs] };
  }
  const href = page?.href ?? call.scope.listPath;
  return {
    ...personView(call, again?.notice ?? null),
    crumbs: [{ label: 'Operations', href: call.scope.listPath }, ...crumbs],
    tabs: OPERATORS_PAGES.map((tab) => ({ ...tab, isCurrent: tab.href === href })),
  };
}
