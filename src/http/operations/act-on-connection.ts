// The page of one connection, and the forms that end it or cancel its query. Each needs a reason.

import { ConnectionDetailPage } from '../../../web/pages/ops/connection-detail-page.tsx';
import * as actions from '../../actions/connections/act-on-connections.ts';
import { may } from '../../catalogue/rights/permissions.ts';
import type { FleetOutcome } from '../../fleet/live-connections.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { type DoneCode, done } from '../console/shell/done-notices.ts';
import { type Again, goTo, parseForm } from '../console/shell/form-route.ts';
import { liveRow } from './fleet-rows.ts';
import { type OperationsVisit, requireConnection, type ScopedAction } from './operations-scope.ts';
import { operationsView } from './operations-view.ts';
import { reasonForm } from './operator-text.ts';

export async function showConnection(visit: OperationsVisit, again?: Again): Promise<void> {
  const { parts, request, response, scope, person, now } = visit;
  const record = await requireConnection(visit);
  const path = `${scope.connectionsPath}/${record.id}`;
  const allowed = (action: ScopedAction) => may(person, scope.actions[action], scope.resource);
  parts.renderer.send(request, response, ConnectionDetailPage, {
    view: operationsView(visit, { label: record.id, href: path }, again),
    path,
    noticePath: `${scope.connectionsPath}/notice`,
    auditPath: `${scope.auditPath}?connection=${record.id}`,
    row: liveRow(record),
    tls: record.tls === null ? null : cleanForPage(record.tls),
    port: record.port,
    grantId: record.grantId,
    accessTokenId: record.accessTokenId,
    mayEnd: allowed('end'),
    mayCancel: allowed('cancel'),
    mayNotify: allowed('notify'),
    now: now.getTime(),
    typed: again?.typed ?? {},
  });
}

export async function endConnection(visit: OperationsVisit): Promise<void> {
  await perform(visit, actions.endConnection, 'connection_ended');
}

export async function cancelQuery(visit: OperationsVisit): Promise<void> {
  await perform(visit, actions.cancelQuery, 'query_canceled');
}

async function perform(visit: OperationsVisit, act: typeof actions.endConnection, doneCode: DoneCode): Promise<void> {
  const { parts, context, scope } = visit;
  const connection = await requireConnection(visit);
  const { reason } = parseForm(visit, reasonForm);
  const outcome = await act(parts, context, { connection, capacity: scope.capacity, reason });
  goTo(visit, done(scope.listPath, CODES[outcome] ?? doneCode));
}

const CODES: Readonly<Record<FleetOutcome, DoneCode | null>> = {
  done: null,
  not_found: 'connection_gone',
  no_answer: 'connection_unanswered',
};
