// The page of one connection, and the forms that end it or cancel its query. Each needs a reason.

import { ConnectionDetailPage } from '../../../web/pages/ops/connection-detail-page.tsx';
import * as actions from '../../actions/connections/act-on-connections.ts';
import { may } from '../../catalogue/rights/permissions.ts';
import type { FleetOutcome } from '../../fleet/live-connections.ts';
import { cleanForPage } from '../../untrusted-text.ts';
import { type Again, goTo, parseForm } from '../console/shell/console-call.ts';
import type { DoneCode } from '../console/shell/done-notices.ts';
import { liveRow } from './fleet-rows.ts';
import { type OperationsCall, requireConnection, type ScopedAction } from './operations-scope.ts';
import { operationsView } from './operations-view.ts';
import { reasonForm } from './operator-text.ts';

export async function showConnection(call: OperationsCall, again?: Again): Promise<void> {
  const { parts, request, response, scope, person, now } = call;
  const record = await requireConnection(call);
  const path = `${scope.connectionsPath}/${record.id}`;
  const allowed = (action: ScopedAction) => may(person, scope.actions[action], scope.resource);
  parts.renderer.send(request, response, ConnectionDetailPage, {
    view: operationsView(call, { label: record.id, href: path }, again),
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

export async function endConnection(call: OperationsCall): Promise<void> {
  await perform(call, actions.endConnection, 'connection_ended');
}

export async function cancelQuery(call: OperationsCall): Promise<void> {
  await perform(call, actions.cancelQuery, 'query_canceled');
}

async function perform(call: OperationsCall, act: typeof actions.endConnection, doneCode: DoneCode): Promise<void> {
  const { parts, context, scope } = call;
  const connection = await requireConnection(call);
  const { reason } = parseForm(call, reasonForm);
  const outcome = await act(parts, context, { connection, capacity: scope.capacity, reason });
  goTo(call, scope.listPath, CODES[outcome] ?? doneCode);
}

const CODES: Readonly<Record<FleetOutcome, DoneCode | null>> = {
  done: null,
  not_found: 'connection_gone',
  no_answer: 'connection_unanswered',
};
